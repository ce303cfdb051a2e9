"""Draw the figure of a simulated cohort: ``python docs/figures/cohort.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from opensim_pelvis.cohort.figure import draw_cohort

IMG = Path(__file__).resolve().parents[1] / "img"


def main() -> None:
    draw_cohort(made_runners(), IMG / "cohort_rotation_cadence.png")


def made_runners(count: int = 24, seed: int = 2) -> pd.DataFrame:
    """Return made-up runners: rotation rises with speed; no person was measured."""
    rng = np.random.default_rng(seed)
    speed = rng.uniform(2.5, 5.2, size=count)
    female = np.arange(count) % 2 == 0
    rotation = np.maximum(4.0 * speed - 6.0 + 2.0 * female + rng.normal(scale=2.0, size=count), 2.5)
    return pd.DataFrame(
        {
            "sex": np.where(female, "female", "male"),
            "cadence_spm": rng.uniform(158.0, 195.0, size=count),
            "pace_min_per_km": 1000.0 / 60.0 / speed,
            "pelvic_rotation_range_deg": rotation,
            "rotation_ci_low_deg": rotation - 0.3,
            "rotation_ci_high_deg": rotation + 0.3,
        }
    )


if __name__ == "__main__":
    main()
