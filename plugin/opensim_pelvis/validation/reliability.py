"""Agreement of two methods over strides and people: limits of agreement, ICC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from opensim_pelvis.frames import FloatArray

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreement:
    """Bland-Altman limits with their intervals.

    Parameters
    ----------
    subjects, values : int
        Groups, and differences in all.
    bias, lower, upper : float
        Mean difference, and the limits between which 95 % of differences are expected.
    bias_interval, lower_interval, upper_interval : (float, float)
        95 % confidence intervals; NaN where one group only leaves them unknown.
    sd : float
        Standard deviation of a single difference: root of ``sd_within^2 + sd_between^2``.
    sd_within, sd_between : float
        Within and between subjects; between is NaN with a single subject.
    """

    subjects: int
    values: int
    bias: float
    lower: float
    upper: float
    bias_interval: tuple[float, float]
    lower_interval: tuple[float, float]
    upper_interval: tuple[float, float]
    sd: float
    sd_within: float
    sd_between: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraclassCorrelation:
    """One intraclass correlation with its 95 % interval; ``kind`` is McGraw and Wong's name."""

    kind: str
    value: float
    interval: tuple[float, float]
    subjects: int


def limits_of_agreement(
    differences: FloatArray, subjects: FloatArray | None = None, *, level: float = 0.95
) -> LimitsOfAgreement:
    """Return limits of agreement of differences, several of which may be of one subject.

    Parameters
    ----------
    differences : (n,) array
        Estimate minus reference; NaN is left out.
    subjects : (n,) array, optional
        Who each difference belongs to; without it each stands for itself.
    level : float
        Part of differences within the limits, and confidence of the intervals.

    Raises
    ------
    ValueError
        When fewer than three differences are present.

    Notes
    -----
    With one difference a subject: Bland and Altman 1986 (doi:10.1016/S0140-6736(86)90837-8).
    With several, true values varying: components of a one-way analysis of variance (Bland and
    Altman 2007, doi:10.1080/10543400701329422, section 3), and intervals by the method of
    variance estimates recovery (Zou 2013, doi:10.1177/0962280211402548).
    """
    present = np.isfinite(differences)
    d = differences[present]
    groups = np.arange(d.size) if subjects is None else np.asarray(subjects)[present]
    if d.size < 3:
        raise ValueError(f"limits of agreement need at least 3 differences, found {d.size}")
    _, member = np.unique(groups, return_inverse=True)
    size = np.bincount(member).astype(np.float64)
    k, n = size.size, d.size
    if k == n:
        return _of_single_values(d, level)
    if k == 1:
        return _of_one_subject(d, level)
    means = np.bincount(member, weights=d) / size
    within = float(((d - means[member]) ** 2).sum()) / (n - k)
    between_ms = float((size * (means - d.mean()) ** 2).sum()) / (k - 1)
    m0 = (n - float((size**2).sum()) / n) / (k - 1)
    between = max((between_ms - within) / m0, 0.0)
    return _by_recovery(means, size, within, between, n, level)


def _of_single_values(d: FloatArray, level: float) -> LimitsOfAgreement:
    n, bias, sd = d.size, float(d.mean()), float(d.std(ddof=1))
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    t = float(stats.t.ppf(0.5 + level / 2.0, n - 1))
    low, high = _variance_factors(n - 1, level)
    variance_interval = (sd**2 * low, sd**2 * high)
    half = t * sd / np.sqrt(n)
    return _with_limits(n, n, bias, sd, z, half, variance_interval, float("nan"), sd)


def _of_one_subject(d: FloatArray, level: float) -> LimitsOfAgreement:
    """One subject says nothing about others: limits within the subject, no intervals."""
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    bias, sd = float(d.mean()), float(d.std(ddof=1))
    unknown = (float("nan"), float("nan"))
    return _with_limits(1, d.size, bias, sd, z, float("nan"), unknown, sd, float("nan"))


def _by_recovery(
    means: FloatArray, size: FloatArray, within: float, between: float, n: int, level: float
) -> LimitsOfAgreement:
    """Zou's intervals: the variance of a single difference is that of means plus a within part."""
    k = means.size
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    t = float(stats.t.ppf(0.5 + level / 2.0, k - 1))
    harmonic = k / float((1.0 / size).sum())
    bias, of_means = float(means.mean()), float(means.var(ddof=1))
    part = (1.0 - 1.0 / harmonic) * within
    total = of_means + part
    m_low, m_high = _variance_factors(k - 1, level)
    w_low, w_high = _variance_factors(n - k, level)
    down = np.hypot(of_means * (1.0 - m_low), part * (1.0 - w_low))
    up = np.hypot(of_means * (m_high - 1.0), part * (w_high - 1.0))
    interval = (max(total - float(down), 0.0), total + float(up))
    half = t * float(np.sqrt(of_means / k))
    sd_between = float(np.sqrt(between))
    return _with_limits(
        k, n, bias, float(np.sqrt(total)), z, half, interval, float(np.sqrt(within)), sd_between
    )


def _variance_factors(freedom: int, level: float) -> tuple[float, float]:
    """Return what a variance is multiplied by to get the ends of its interval."""
    low = float(stats.chi2.ppf(0.5 - level / 2.0, freedom))
    high = float(stats.chi2.ppf(0.5 + level / 2.0, freedom))
    return freedom / high, freedom / low


def _with_limits(
    subjects: int,
    values: int,
    bias: float,
    sd: float,
    z: float,
    half: float,
    variance_interval: tuple[float, float],
    sd_within: float,
    sd_between: float,
) -> LimitsOfAgreement:
    """Put limits and their intervals together (MOVER: Zou 2013)."""
    sd_low, sd_high = np.sqrt(variance_interval)
    up = float(np.hypot(half, z * (sd_high - sd)))
    down = float(np.hypot(half, z * (sd - sd_low)))
    lower, upper = bias - z * sd, bias + z * sd
    return LimitsOfAgreement(
        subjects=subjects,
        values=values,
        bias=bias,
        lower=lower,
        upper=upper,
        bias_interval=(bias - half, bias + half),
        lower_interval=(lower - up, lower + down),
        upper_interval=(upper - down, upper + up),
        sd=sd,
        sd_within=sd_within,
        sd_between=sd_between,
    )


def intraclass_correlations(
    ratings: FloatArray, *, level: float = 0.95
) -> tuple[IntraclassCorrelation, IntraclassCorrelation]:
    """Return ICC(A,1) and ICC(C,1) with their intervals.

    Parameters
    ----------
    ratings : (n, k) array
        A row a subject (or stride), a column a method; rows with a NaN are left out.
    level : float

    Raises
    ------
    ValueError
        When fewer than three rows are whole.

    Notes
    -----
    Two-way model, absolute agreement and consistency of single measurements: McGraw and Wong
    1996 (doi:10.1037/1082-989X.1.1.30), cases 2 and 3, table 7 for the intervals.
    """
    x = ratings[np.isfinite(ratings).all(axis=1)]
    n, k = x.shape
    if n < 3:
        raise ValueError(f"an intraclass correlation needs at least 3 pairs, found {n}")
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    ms_r = k * float(((rows - grand) ** 2).sum()) / (n - 1)
    ms_c = n * float(((columns - grand) ** 2).sum()) / (k - 1)
    rest = x - rows[:, None] - columns + grand
    ms_e = float((rest**2).sum()) / ((n - 1) * (k - 1))
    agreement = _share(ms_r - ms_e, ms_r + (k - 1) * ms_e + k * (ms_c - ms_e) / n)
    consistency = _share(ms_r - ms_e, ms_r + (k - 1) * ms_e)
    tail = 0.5 + level / 2.0
    return (
        IntraclassCorrelation(
            kind="ICC(A,1)",
            value=agreement,
            interval=_agreement_interval(agreement, ms_r, ms_c, ms_e, n, k, tail),
            subjects=n,
        ),
        IntraclassCorrelation(
            kind="ICC(C,1)",
            value=consistency,
            interval=_consistency_interval(consistency, ms_r, ms_e, n, k, tail),
            subjects=n,
        ),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else float("nan")


def _agreement_interval(
    icc: float, ms_r: float, ms_c: float, ms_e: float, n: int, k: int, tail: float
) -> tuple[float, float]:
    if icc >= 1.0 - _ROUNDING:
        return icc, icc
    if ms_e <= 0.0 or np.isnan(icc):
        return float("nan"), float("nan")
    a = k * icc / (n * (1.0 - icc))
    b = 1.0 + k * icc * (n - 1) / (n * (1.0 - icc))
    v = (a * ms_c + b * ms_e) ** 2 / (
        (a * ms_c) ** 2 / (k - 1) + (b * ms_e) ** 2 / ((n - 1) * (k - 1))
    )
    f_low, f_high = stats.f.ppf(tail, n - 1, v), stats.f.ppf(tail, v, n - 1)
    if not (np.isfinite(f_low) and np.isfinite(f_high)):
        return float("nan"), float("nan")  # no degree of freedom is left: strides agree by nothing
    low = n * (ms_r - f_low * ms_e) / (f_low * (k * ms_c + (k * n - k - n) * ms_e) + n * ms_r)
    high = n * (f_high * ms_r - ms_e) / (k * ms_c + (k * n - k - n) * ms_e + n * f_high * ms_r)
    return float(low), float(high)


def _consistency_interval(
    icc: float, ms_r: float, ms_e: float, n: int, k: int, tail: float
) -> tuple[float, float]:
    if ms_e <= 0.0:
        return icc, icc
    f, freedom = ms_r / ms_e, (n - 1) * (k - 1)
    low = f / stats.f.ppf(tail, n - 1, freedom)
    high = f * stats.f.ppf(tail, freedom, n - 1)
    return float((low - 1.0) / (low + k - 1.0)), float((high - 1.0) / (high + k - 1.0))
