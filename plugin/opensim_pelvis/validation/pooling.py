"""Agreement over trials and people: a mixed model of the differences of strides."""

from __future__ import annotations

import csv
import importlib
import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import stats

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.io.delivery import check_file, write_file
from opensim_pelvis.io.documents import finite, read_rows, safe_cell
from opensim_pelvis.io.results.agreement_file import read_compared

MIN_SUBJECTS: Final = 3
"""Fewer people say nothing about people."""

STRIDE_FILE: Final = "agreement_strides.csv"

POOLED_COLUMNS: Final = (
    "angle", "value", "subjects", "trials", "strides", "bias", "bias_ci_low", "bias_ci_high",
    "loa_lower", "loa_upper", "sd_subject", "sd_trial", "sd_stride", "converged",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledAgreement:
    """Differences of one angle and one value of the stride over a cohort, degrees.

    Parameters
    ----------
    angle, value : str
    subjects, trials, strides : int
    bias : float
        Fixed effect: mean difference, each person weighted by what is known of them.
    bias_interval : (float, float)
        95 %, with t of (subjects - 1) degrees of freedom.
    lower, upper : float
        Limits of agreement of a single stride of a new person.
    sd_subject, sd_trial, sd_stride : float
        Of people, of trials within people (0 where nobody has two), of strides within trials.
    converged : bool
        False where a component went to its boundary or the fit did not end.
    """

    angle: str
    value: str
    subjects: int
    trials: int
    strides: int
    bias: float
    bias_interval: tuple[float, float]
    lower: float
    upper: float
    sd_subject: float
    sd_trial: float
    sd_stride: float
    converged: bool


def pool_differences(
    differences: Sequence[float],
    subjects: Sequence[str],
    trials: Sequence[str],
    *,
    angle: str,
    value: str,
) -> PooledAgreement:
    """Fit ``difference ~ 1`` with random effects of person and of trial within person (REML).

    Raises
    ------
    ComparisonError
        When there are fewer than `MIN_SUBJECTS` people, or statsmodels is not installed.

    Notes
    -----
    statsmodels' ``MixedLM``; limits of agreement from its variance components as in Carstensen,
    Simpson and Gurrin 2008, doi:10.2202/1557-4679.1107.
    """
    import pandas as pd

    people = sorted(set(subjects))
    if len(people) < MIN_SUBJECTS:
        raise ComparisonError(
            f"pooling needs at least {MIN_SUBJECTS} people, found {', '.join(people) or 'none'}"
        )
    frame = pd.DataFrame({"difference": differences, "subject": subjects, "trial": trials})
    held = len(set(zip(subjects, trials, strict=True)))
    repeated = held > len(people)
    fit, complaints = _fit(frame, repeated)
    bias, error = float(fit.fe_params.item()), float(fit.bse_fe.item())
    between = float(np.asarray(fit.cov_re).item())
    of_trial = float(fit.vcomp.item()) if repeated else 0.0
    of_stride = float(fit.scale)
    half = float(stats.t.ppf(0.975, len(people) - 1)) * error
    spread = 1.959964 * math.sqrt(between + of_trial + of_stride)
    return PooledAgreement(
        angle=angle,
        value=value,
        subjects=len(people),
        trials=held,
        strides=len(frame),
        bias=bias,
        bias_interval=(bias - half, bias + half),
        lower=bias - spread,
        upper=bias + spread,
        sd_subject=math.sqrt(between),
        sd_trial=math.sqrt(of_trial),
        sd_stride=math.sqrt(of_stride),
        converged=bool(fit.converged) and not complaints,
    )


def _fit(frame: Any, repeated: bool) -> tuple[Any, bool]:
    """Return the fitted model, and whether statsmodels complained."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        smf = _library()
        said.clear()
        model = smf.mixedlm(
            "difference ~ 1",
            frame,
            groups="subject",
            re_formula="1",
            vc_formula={"trial": "0 + C(trial)"} if repeated else None,
        )
        try:
            fit = model.fit(reml=True, method=["lbfgs", "powell"])
        except np.linalg.LinAlgError:  # no gradient where people do not differ
            fit = model.fit(reml=True, method="powell")
    return fit, any("onverge" in str(w.message) or "boundary" in str(w.message) for w in said)


def _library() -> Any:
    try:
        return importlib.import_module("statsmodels.formula.api")
    except ImportError as fault:
        raise ComparisonError(
            "pooling over people needs statsmodels: pip install 'opensim-pelvis[pool]'"
        ) from fault


def pool_folders(folders: Sequence[Path]) -> tuple[PooledAgreement, ...]:
    """Pool the folders that comparisons wrote, one result an angle and value of the stride.

    Who is who stands in each folder's ``agreement.json`` (the subject of the result, or its name).

    Raises
    ------
    ComparisonError
        When a folder holds no comparison with strides, or there are too few people.
    """
    rows: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
    for folder in folders:
        compared = read_compared(folder, ComparisonError).estimate
        subject = compared.subject or compared.name
        table = folder / STRIDE_FILE
        columns = ("angle", "value", "estimate", "reference")
        for line, row in read_rows(table, columns, ComparisonError):
            if not row["estimate"] or not row["reference"]:
                continue  # not known, as it was written
            estimate, reference = (finite(row[name].strip()) for name in columns[2:])
            if estimate is None or reference is None:
                raise ComparisonError(
                    f"{table}: line {line}: wanted numbers as estimate and reference, found "
                    f"'{row['estimate'][:40]}' and '{row['reference'][:40]}'. Run the comparison "
                    "again."
                )
            key = row["angle"], row["value"]
            rows.setdefault(key, []).append((estimate - reference, subject, str(folder)))
    if not rows:
        listed = ", ".join(map(str, folders))
        raise ComparisonError(f"{listed}: wanted strides in {STRIDE_FILE}, found none")
    return tuple(
        pool_differences(*zip(*found, strict=True), angle=angle, value=value)
        for (angle, value), found in rows.items()
    )


def write_pooled(pooled: Sequence[PooledAgreement], path: Path) -> Path:
    """Write one row an angle and value of the stride, in the place of such a table alone."""
    check_file(path, first_line=",".join(POOLED_COLUMNS))
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(POOLED_COLUMNS)
    for p in pooled:
        numbers = (p.bias, *p.bias_interval, p.lower, p.upper)
        spreads = (p.sd_subject, p.sd_trial, p.sd_stride)
        writer.writerow(
            [safe_cell(p.angle), safe_cell(p.value), p.subjects, p.trials, p.strides]
            + [f"{x:.6f}" for x in (*numbers, *spreads)]
            + ["yes" if p.converged else "no"]
        )
    write_file(path, stream.getvalue())
    return path
