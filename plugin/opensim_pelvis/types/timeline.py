"""All sensors on one clock, and the account of their samples."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice
from opensim_pelvis.types._shapes import check_shape
from opensim_pelvis.types.event import Event

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorIntegrity:
    """What happened to the samples of one sensor; every field but the first two is a count.

    ``dropped_packets`` are those that the sensor's own counter misses; ``missing_samples`` are the
    samples of the common clock, between its first and last row, for which it has no row. They are
    the same unless the sensor was resampled: between the packets on either side of a lost one lie
    one or two samples of another clock. ``absent_samples`` are the samples of the common clock for
    which nothing can be said in the end: not recorded, not usable, and not in a gap short enough
    to fill.
    """

    sensor: str
    identifier: str
    rows: int
    expected_samples: int
    late_start_samples: int
    early_end_samples: int
    dropped_packets: int
    missing_samples: int
    nan_quaternions: int
    zero_quaternions: int
    nonunit_quaternions: int
    sign_flips: int
    gaps: int
    longest_gap_samples: int
    filled_gaps: int
    filled_samples: int
    absent_samples: int


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class IntegrityLedger:
    """The account of all samples: one row a sensor, and sensors that nobody asked for."""

    sensors: tuple[SensorIntegrity, ...]
    unmatched: tuple[str, ...] = ()
    max_gap_s: float = 0.0

    def to_frame(self) -> pd.DataFrame:
        """Return the ledger as a table, one row a sensor."""
        import pandas as pd

        names = [f.name for f in fields(SensorIntegrity)]
        rows = [[getattr(s, n) for n in names] for s in self.sensors]
        return pd.DataFrame(rows, columns=names).set_index("sensor")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class AlignedRecording:
    """All sensors on one clock with equal steps.

    Parameters
    ----------
    time_s : (t,) array
        Starts at 0, the first sample of any sensor that is used.
    rate_hz : float
    sensors : tuple of str
        Labels ``<body>_imu``, one a sensor.
    bodies : tuple of str
        OpenSim body of each sensor.
    identifiers : tuple of str
        Name of each sensor in the file.
    R_ES : (t, s, 4) array
        Unit quaternions, continuous in sign; NaN where absent.
    acceleration_mps2, angular_velocity_radps, magnetic_field : (t, s, 3) array or None
        NaN where absent; None where no sensor has the signal.
    ledger : IntegrityLedger
    R_BS : (s, 4) array or None
        Sensor case seen from the body where the format ties the axes to it, else NaN.
    events : tuple of Event
        Those of the recording, on this clock.
    notes : tuple of Notice
    """

    time_s: FloatArray
    rate_hz: float
    sensors: tuple[str, ...]
    bodies: tuple[str, ...]
    identifiers: tuple[str, ...]
    R_ES: FloatArray
    ledger: IntegrityLedger
    acceleration_mps2: FloatArray | None = None
    angular_velocity_radps: FloatArray | None = None
    magnetic_field: FloatArray | None = None
    magnetic_unit: str = "a.u."
    R_BS: FloatArray | None = None
    events: tuple[Event, ...] = ()
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        t, s = self.time_s.shape[0], len(self.sensors)
        check_shape("AlignedRecording", "R_ES", self.R_ES, t, s, 4)
        if self.R_BS is not None:
            check_shape("AlignedRecording", "R_BS", self.R_BS, s, 4)
        for name in ("acceleration_mps2", "angular_velocity_radps", "magnetic_field"):
            signal = getattr(self, name)
            if signal is not None:
                check_shape("AlignedRecording", name, signal, t, s, 3)
