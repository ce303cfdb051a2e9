"""What the movement of each sensor is like, whoever wears it.

Nothing here needs a heading, a mounting or another sensor: up is told by gravity, and the axes by
the movement itself. Every sensor is described twice, as if on a leg and as if on pelvis or trunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.windows import ComplexArray, Window, harmonics_of
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray

SCALARS: Final = ("turning", "odd_turning", "yaw_share", "odd_bounce")
"""Names of the columns of `Features.scalars`."""

_TINY = 1e-9


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Signals:
    """What the sensors felt, on one clock: arrays (t, s, 3) in S, and orientations (t, s, 4).

    ``up`` is the unit vector against gravity. ``acceleration_mps2`` is specific force; NaN for a
    sensor without.
    """

    rate_hz: float
    R_ES: FloatArray
    angular_velocity_radps: FloatArray
    up: FloatArray
    acceleration_mps2: FloatArray


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Features:
    """Features of every sensor in the mean stride; angles in radians.

    Parameters
    ----------
    stride_s : float
    scalars : (s, 4) array
        Natural logarithms. ``turning``: root mean square angular velocity times stride time;
        ``odd_turning``: power of its odd over that of its even harmonics; ``yaw_share``: part of
        its power about the vertical; ``odd_bounce``: as ``odd_turning``, of the vertical
        acceleration, NaN without one.
    bounce : (s,) array
        Root mean square of the vertical acceleration less its mean, in g.
    swing_rad : (s,) array
        Phase of the turning about the horizontal axis about which the sensor turns most. That is
        across the body for a leg, and points to its right or its left.
    bend_rad : (s,) array
        Phase of the second harmonic of that turning less twice that of the first: half a turn
        apart for the two signs of the axis.
    yaw_rad : (s,) array
        Phase of turning about the vertical, positive to the left.
    roll_rad, sway_rad : (s,) array
        Phase of turning about the forward axis and of acceleration to the right, with axes as on
        pelvis and trunk; half a turn apart for the two signs of the axes.
    surge_rad : (s,) array
        Phase of fore-aft less that of vertical acceleration at the second harmonic; it tells the
        sign of those axes.
    up, right, axis : (s, 3) array
        In S; ``right`` is that of pelvis and trunk, or their left; ``axis`` that of a leg.
    """

    stride_s: float
    scalars: FloatArray
    bounce: FloatArray
    swing_rad: FloatArray
    bend_rad: FloatArray
    yaw_rad: FloatArray
    roll_rad: FloatArray
    sway_rad: FloatArray
    surge_rad: FloatArray
    up: FloatArray
    right: FloatArray
    axis: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class _Stride:
    """Harmonics of one window: turning, acceleration (h, s, 3), yaw, vertical acceleration."""

    w: ComplexArray
    a: ComplexArray
    yaw: ComplexArray
    bounce: ComplexArray

    def later(self, turn_rad: float) -> _Stride:
        """Return the harmonics with time zero later by a turn of the first harmonic."""
        order = np.arange(1, self.w.shape[0] + 1)
        shift = np.exp(1j * order * turn_rad)
        return _Stride(
            self.w * shift[:, None, None],
            self.a * shift[:, None, None],
            self.yaw * shift[:, None],
            self.bounce * shift[:, None],
        )


def describe(signals: Signals, windows: Sequence[Window]) -> Features:
    """Return the features of every sensor over all windows.

    The windows are brought to one beat by the sensor that swings most; medians are taken.

    Parameters
    ----------
    signals : Signals
    windows : sequence of Window
        At least one.
    """
    turning = np.concatenate([signals.angular_velocity_radps[w.rows] for w in windows])
    up = np.mean([signals.up[w.rows].mean(axis=0) for w in windows], axis=0)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    axis = main_axis(turning, up)
    strides = [_stride(signals, window) for window in windows]
    swings = np.array([np.einsum("si,si->s", s.w[0], axis) for s in strides])
    beat = int(np.argmax(np.abs(swings).min(axis=0)))
    level = [s.later(-float(np.angle(x[beat]))) for s, x in zip(strides, swings, strict=True)]
    w, a, yaw, bounce = (
        _middle([getattr(s, name) for s in level]) for name in ("w", "a", "yaw", "bounce")
    )
    stride_s = float(np.median([window.stride_s for window in windows]))
    rms = np.sqrt(
        np.median(
            [np.square(_centred(signals, x)).sum(axis=2).mean(axis=0) for x in windows], axis=0
        )
    )
    powers = {name: _powers(strides, name) for name in ("w", "yaw", "bounce")}
    right = right_of_trunk(w, a, up)
    forward = np.cross(up, right)
    first, second = (np.einsum("si,si->s", w[k], axis) for k in (0, 1))
    return Features(
        stride_s=stride_s,
        scalars=np.stack(
            [
                _log(rms * stride_s),
                _odd_over_even(powers["w"]),
                _log(powers["yaw"].sum(axis=0) / (powers["w"].sum(axis=0) + _TINY)),
                _odd_over_even(powers["bounce"]),
            ],
            axis=1,
        ),
        bounce=np.sqrt(powers["bounce"].sum(axis=0)) / GRAVITY_MPS2,
        swing_rad=np.angle(first),
        bend_rad=np.angle(second * np.conj(first) ** 2),
        yaw_rad=np.angle(yaw[0]),
        roll_rad=np.angle(np.einsum("si,si->s", w[0], forward)),
        sway_rad=_phase(np.einsum("si,si->s", a[0], right)),
        surge_rad=_phase(np.einsum("si,si->s", a[1], forward) * np.conj(bounce[1])),
        up=up,
        right=right,
        axis=axis,
    )


def _centred(signals: Signals, window: Window) -> FloatArray:
    turning = signals.angular_velocity_radps[window.rows]
    return np.asarray(turning - turning.mean(axis=0))


def _stride(signals: Signals, window: Window) -> _Stride:
    turning, up = signals.angular_velocity_radps[window.rows], signals.up[window.rows]
    force = signals.acceleration_mps2[window.rows]
    felt = np.asarray(np.isfinite(force).all(axis=(0, 2)))
    force = np.where(felt[:, None], force, 0.0)

    def fit(values: FloatArray) -> ComplexArray:
        return harmonics_of(values, window.stride_s, signals.rate_hz)

    return _Stride(
        fit(turning),
        np.where(felt[:, None], fit(force), np.nan),
        fit((turning * up).sum(axis=2)),
        np.where(felt, fit((force * up).sum(axis=2)), np.nan),
    )


def main_axis(turning_radps: FloatArray, up: FloatArray) -> FloatArray:
    """Return the horizontal axis about which each sensor turns most, (s, 3), of either sign.

    Parameters
    ----------
    turning_radps : (t, s, 3) array
    up : (s, 3) array
        Turning about it is left out: a thigh on soft tissue turns there as much as it swings.
    """
    centred = turning_radps - turning_radps.mean(axis=0)
    spread = np.einsum("tsi,tsj->sij", centred, centred)
    level = np.eye(3) - up[:, :, None] * up[:, None, :]
    return np.asarray(np.linalg.eigh(level @ spread @ level)[1][:, :, -1])


def right_of_trunk(w: ComplexArray, a: ComplexArray, up: FloatArray) -> FloatArray:
    """Return the axis to the right of pelvis or trunk, or to their left, (s, 3).

    Pelvis and trunk pitch twice a stride and roll once; they are pushed forward and back twice
    and sideways once. So they turn about that axis at the second harmonic more than at the first,
    and are pushed along it at the first more than at the second.

    Parameters
    ----------
    w, a : (h, s, 3) array
        Harmonics of angular velocity and acceleration in S; without acceleration NaN.
    up : (s, 3) array
    """
    level = np.eye(3) - up[:, :, None] * up[:, None, :]
    (w1, w2), (a1, a2) = ([_share(x[k], level) for k in (0, 1)] for x in (w, a))
    pull = (w2 - w1) / 2.0 + np.nan_to_num(a1 - a2)
    pull -= 10.0 * up[:, :, None] * up[:, None, :]  # of the horizontal axes only
    return np.asarray(np.linalg.eigh(pull)[1][:, :, -1])


def _share(harmonic: ComplexArray, level: FloatArray) -> FloatArray:
    """Return the horizontal power of one harmonic by direction, (s, 3, 3), of trace 1."""
    flat = np.einsum("sij,sj->si", level, harmonic)
    power = np.einsum("si,sj->sij", flat, np.conj(flat)).real
    return np.asarray(power / (np.trace(power, axis1=1, axis2=2) + _TINY)[:, None, None])


def _powers(strides: Sequence[_Stride], name: str) -> FloatArray:
    """Return the power of each harmonic in the median window, (h, s)."""
    values = np.array([getattr(stride, name) for stride in strides])
    power = np.square(np.abs(values)).reshape(*values.shape[:3], -1).sum(axis=3)
    return np.asarray(np.median(power, axis=0) / 2.0)


def _middle(values: Sequence[ComplexArray]) -> ComplexArray:
    """Return the median over windows: one glitch of a sensor turns no phase."""
    stacked = np.asarray(values)
    return np.asarray(np.median(stacked.real, axis=0) + 1j * np.median(stacked.imag, axis=0))


def _odd_over_even(powers: FloatArray) -> FloatArray:
    return _log(powers[::2].sum(axis=0) / (powers[1::2].sum(axis=0) + _TINY))


def _log(values: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.maximum(values, _TINY)))


def _phase(values: ComplexArray) -> FloatArray:
    return np.where(np.isfinite(values), np.angle(np.nan_to_num(values)), np.nan)
