"""How pelvic rotation goes with speed, cadence, stride length and hip extension, and with sex.

Everything counts runners, not sessions or strides. Correlations are Pearson's with the interval of
Fisher's transformation (`scipy.stats.pearsonr`); a partial correlation takes a straight line on
speed out of both measures first, and loses one degree of freedom for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opensim_pelvis.cohort.runs import ROTATION
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice, say

if TYPE_CHECKING:
    import pandas as pd

WITH: Final = (
    "speed_mps",
    "cadence_spm",
    "stride_length_m",
    "thigh_extension_peak_deg",
    "hip_extension_peak_deg",
)
FEWEST: Final = 6
"""Runners that a correlation needs; a choice."""

FEWEST_OF_A_SEX: Final = 4
"""Women and men that a comparison needs, each; a choice."""


def correlate(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a correlation: rotation with each measure, plain and with speed held.

    Columns: with_measure, holding, r, ci_low, ci_high, runners, note. Too few runners give no
    number and say so; the note is a sentence, since a table is for people.
    """
    import pandas as pd

    rows = []
    for name in WITH:
        rows.append(_row(table, name, None))
        if name != "speed_mps":
            rows.append(_row(table, name, "speed_mps"))
    return pd.DataFrame(rows)


def compare_sexes(table: pd.DataFrame) -> dict[str, float | int | tuple[Notice, ...]]:
    """Return women minus men in pelvic rotation at the same speed, with its 95 % interval.

    Least squares of rotation on speed and sex, over the runners of both sexes whose speeds
    overlap; Student's t. The error of one runner is in the spread between runners, and so in this
    interval. What limits the comparison stands under ``notices``.
    """
    from scipy.stats import t

    known = table[table["sex"].isin(["female", "male"])].dropna(subset=[ROTATION, "speed_mps"])
    female = known["sex"] == "female"
    if female.any() and (~female).any():
        low = max(known.loc[female, "speed_mps"].min(), known.loc[~female, "speed_mps"].min())
        high = min(known.loc[female, "speed_mps"].max(), known.loc[~female, "speed_mps"].max())
        known = known[known["speed_mps"].between(low - 0.25, high + 0.25)]
        female = known["sex"] == "female"
    women, men = int(female.sum()), int((~female).sum())
    out: dict[str, float | int | tuple[Notice, ...]] = {"women": women, "men": men}
    if min(women, men) < FEWEST_OF_A_SEX:
        return out | {"notices": (notice("cohort.few_of_a_sex", least=FEWEST_OF_A_SEX),)}
    y = known[ROTATION].to_numpy(dtype=np.float64)
    x = np.column_stack([np.ones(y.size), known["speed_mps"], female.to_numpy(dtype=np.float64)])
    weights, *_ = np.linalg.lstsq(x, y, rcond=None)
    freedom = y.size - 3
    spread = float(np.sum((y - x @ weights) ** 2)) / freedom
    error = float(np.sqrt(spread * np.linalg.inv(x.T @ x)[2, 2]))
    half = float(t.ppf(0.975, freedom)) * error
    difference = float(weights[2])
    return out | {
        "difference_deg": difference,
        "ci_low_deg": difference - half,
        "ci_high_deg": difference + half,
        "notices": (),
    }


def add_percentiles(table: pd.DataFrame) -> pd.DataFrame:
    """Return the runners with their percentile of rotation among all of them."""
    from scipy.stats import percentileofscore

    out = table.copy()
    values = out[ROTATION].dropna()
    out["rotation_percentile"] = [
        float(percentileofscore(values, value, kind="mean"))
        if values.size >= FEWEST and np.isfinite(value)
        else float("nan")
        for value in out[ROTATION]
    ]
    return out


def _row(table: pd.DataFrame, name: str, holding: str | None) -> dict[str, object]:
    columns = [ROTATION, name] if holding is None else [ROTATION, name, holding]
    values = table[columns].dropna().to_numpy(dtype=np.float64)
    row: dict[str, object] = {
        "with_measure": name,
        "holding": holding or "",
        "r": float("nan"),
        "ci_low": float("nan"),
        "ci_high": float("nan"),
        "runners": values.shape[0],
        "note": "",
    }
    if values.shape[0] < FEWEST:
        return row | {"note": say(notice("cohort.few_runners", least=FEWEST))}
    if holding is not None:
        values = np.column_stack([_without(values[:, i], values[:, 2]) for i in (0, 1)])
    if (values.std(axis=0) < 1e-9).any():
        return row | {"note": say(notice("cohort.no_variation"))}
    r, low, high = correlation(values[:, 0], values[:, 1], held=int(holding is not None))
    return row | {"r": r, "ci_low": low, "ci_high": high}


def correlation(x: FloatArray, y: FloatArray, *, held: int) -> tuple[float, float, float]:
    """Return Pearson's r with its 95 % interval by Fisher's z; ``held`` measures are out of it."""
    r = float(np.corrcoef(x, y)[0, 1])
    half = 1.959964 / np.sqrt(max(x.size - 3 - held, 1))
    z = np.arctanh(np.clip(r, -1.0 + 1e-12, 1.0 - 1e-12))
    return r, float(np.tanh(z - half)), float(np.tanh(z + half))


def _without(values: FloatArray, other: FloatArray) -> FloatArray:
    """Return what a straight line on another measure leaves."""
    line = np.polynomial.Polynomial.fit(other, values, 1)
    return np.asarray(values - line(other))
