"""The calibrated model, and the set-up files with which OpenSim alone repeats the job."""

from __future__ import annotations

from pathlib import Path

from opensim_pelvis.types import Result


class OsimExporter:
    """Writes ``NAME_model.osim``, ``NAME_placer.xml`` and ``NAME_ik.xml``."""

    essential = True
    description = "calibrated OpenSim model (.osim) and OpenSim set-up files (.xml)"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the files into a directory; they name each other relative to it."""
        from opensim_pelvis.kinematics.osim.tools import write_setups

        model = directory / f"{result.name}_model.osim"
        model.write_text(result.model.xml, encoding="utf-8")
        setups = write_setups(
            directory,
            result.name,
            sensors=result.placement.sensors,
            weights=result.kinematics.weights,
            end_s=float(result.orientations.time_s[-1]),
        )
        return (model, *setups)
