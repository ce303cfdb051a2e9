"""The course of the run over time: where in its stride each leg is, and every curve as a jet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import notice
from opensim_pelvis.simulate.angle_curves import height_curve, leg_curves, trunk_curves
from opensim_pelvis.simulate.gait_style import PATH_CURVES, SIDES, StrideVariation, Style
from opensim_pelvis.simulate.ground_forces import height_part
from opensim_pelvis.simulate.harmonics import Harmonics, product, smooth_step
from opensim_pelvis.simulate.pose import pose_angles
from opensim_pelvis.simulate.runner import RunnerSettings, Session
from opensim_pelvis.simulate.variation import VariedStrides
from opensim_pelvis.types import Event

_CONTEXTS: Final[Mapping[str, Literal["Left", "Right"]]] = {"r": "Right", "l": "Left"}


@dataclass(frozen=True, eq=False)
class Course:
    """A runner's session at given times; angles in degrees, lengths in metres.

    Parameters
    ----------
    runner : RunnerSettings
    session : Session
    time_s : (t,) array
    """

    runner: RunnerSettings
    session: Session
    time_s: FloatArray

    @cached_property
    def ramp(self) -> FloatArray:
        """Jet of how much of the run there is, 0 standing and 1 in steady running."""
        return smooth_step(self.time_s, self.session.still_s, self.session.ramp_s)

    @cached_property
    def strides(self) -> VariedStrides | None:
        """Strides that differ, or None where all are the same."""
        variation, session = self.runner.variation, self.session
        if variation is None:
            return None
        return _draw(variation, session.still_s, session.duration_s, self.runner.stride_hz)

    def phase(self, side: str = "r") -> FloatArray:
        """Return the jet of a side's stride count, whole at right contact and x.5 at left."""
        if self.strides is not None:
            return self.strides.phase(self.time_s, side)
        count = (self.time_s - self.session.still_s) * self.runner.stride_hz
        return np.stack([count, np.full_like(count, self.runner.stride_hz), np.zeros_like(count)])

    def ramped(self, curve: Harmonics, name: str = "", side: str = "r") -> FloatArray:
        """Return the jet of a curve that begins with the run."""
        if self.strides is not None:
            return product(self.ramp, self.strides.curve(name, curve, self.phase(side)))
        count = (self.time_s - self.session.still_s) * self.runner.stride_hz
        return product(self.ramp, curve.jet(count, self.runner.stride_hz))

    def trunk_angles(self) -> dict[str, FloatArray]:
        """Return the jets of the clinical angles of pelvis and trunk."""
        style = self.runner.style
        curves = trunk_curves(self.runner) if style is None else style.trunk
        return {name: self._posed(name, self.ramped(c, name)) for name, c in curves.items()}

    def leg_angles(self) -> dict[str, FloatArray]:
        """Return the jets of OpenSim's leg coordinates, names with side."""
        style, out = self.runner.style, {}
        for side in SIDES:
            curves = leg_curves(self.runner, side) if style is None else style.legs[side]
            for short, curve in curves.items():
                name = f"{short}_{side}"
                out[name] = self._posed(name, self.ramped(curve, name, side))
        return out

    def height(self) -> FloatArray:
        """Return the jet of the height of the pelvis about its mean."""
        style = self.runner.style
        if style is None:
            return self.ramped(height_curve(self.runner))
        if style.height is not None:
            return self.ramped(style.height, "pelvis_height")
        parts = _height_parts(self.runner, style)
        return np.asarray(sum(self.ramped(part, side=side) for side, part in parts.items()))

    def place(self) -> FloatArray:
        """Return the jet (3, t, 3) of the pelvis about its path, in T: forward, up, right."""
        out = np.zeros((3, self.time_s.size, 3))
        if self.runner.style is not None:
            for axis, name in zip((0, 2), PATH_CURVES, strict=True):
                out[:, :, axis] = self.ramped(self.runner.style.path[name], name)
        return out

    def contact_times(self, side: str) -> FloatArray:
        """Return all initial contacts of a foot from the start of the ramp, seconds."""
        return self._times(side, 0.0)

    def events(self) -> tuple[Event, ...]:
        """Return initial contacts and toe-offs of steady running, in order of time."""
        steady_s = self.session.still_s + self.session.ramp_s
        found = [
            (float(time_s), label, side)
            for side in SIDES
            for label, later in (("initial contact", 0.0), ("toe-off", self.runner.duty_factor))
            for time_s in self._times(side, later)
            if steady_s <= time_s < self.session.duration_s
        ]
        return tuple(
            Event(
                time_s=time_s,
                label=label,
                context=_CONTEXTS[side],
                source=notice("source.simulated"),
                uncertainty_s=0.0,
            )
            for time_s, label, side in sorted(found)
        )

    def _times(self, side: str, later: float) -> FloatArray:
        """Return when a side is at contact plus a part of the stride, in every stride."""
        length_s = self.session.duration_s - self.session.still_s
        last = int(max(length_s, 0.0) * self.runner.stride_hz * 1.1) + 2
        phase = (0.5 if side == "l" else 0.0) + later
        if self.strides is not None:
            return self.strides.times(np.arange(last, dtype=np.float64) + phase, side)
        # whole strides and phases are added first: the times of a stride stay exact
        return np.array(
            [self.session.still_s + (k + phase) / self.runner.stride_hz for k in range(last)]
        )

    @cached_property
    def _pose(self) -> Mapping[str, FloatArray]:
        pose = self.session.pose
        if pose is None:
            return {}
        left = np.array([1.0, 0.0, 0.0])[:, None] - self.ramp
        return {n: product(left, jet) for n, jet in pose_angles(pose, self.time_s).items()}

    def _posed(self, name: str, jet: FloatArray) -> FloatArray:
        """Return an angle with what is left of the pose in it."""
        return jet + self._pose[name] if name in self._pose else jet


@lru_cache(maxsize=4)  # every sensor asks for the strides of the same run
def _draw(
    variation: StrideVariation, start_s: float, end_s: float, stride_hz: float
) -> VariedStrides:
    return VariedStrides.draw(variation, start_s=start_s, end_s=end_s, stride_hz=stride_hz)


def _height_parts(runner: RunnerSettings, style: Style) -> dict[str, Harmonics]:
    """Return what each foot's force adds to the height, over the right leg's stride."""
    out = {}
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        share = 1.0 + sign * style.force_asymmetry / 2.0
        part = height_part(runner.duty_factor, style.force_dip, runner.stride_hz, share)
        out[side] = part if side == "r" else part.shifted(0.5)
    return out
