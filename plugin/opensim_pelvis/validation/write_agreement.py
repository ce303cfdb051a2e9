"""``agreement.csv``, ``agreement.json``, ``methods.md`` and figures of a comparison."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.io.delivery import REPORT, Set, find_results, result_folders
from opensim_pelvis.io.delivery.manifest import find_manifests, hash_file
from opensim_pelvis.io.documents import is_file, safe_cell, to_plain
from opensim_pelvis.io.results.agreement_file import CURVES_FILE, NUMBERS_FILE
from opensim_pelvis.io.results.coordinate_tables import coordinate_tables, name_of_table
from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.notices import Notice, as_plain, say
from opensim_pelvis.validation.agreement import AngleAgreement, StrideAgreement
from opensim_pelvis.validation.compare import Comparison, ComparisonSettings
from opensim_pelvis.validation.foot_events import EventAgreement
from opensim_pelvis.validation.methods_paragraph import describe_methods
from opensim_pelvis.validation.pooling import STRIDE_FILE
from opensim_pelvis.validation.thigh_part import ThighPart
from opensim_pelvis.validation.write_curves import write_curves

DIGITS: Final = 6
"""Decimal places of what is written: all that may be meant."""

FILES: Final = (
    *("agreement.csv", STRIDE_FILE, NUMBERS_FILE, CURVES_FILE, "methods.md", "curves.png"),
    *("bland_altman.png", "strides.png", "synchronisation.png", "events.png"),
)
"""Every file that a comparison may have."""

CURVE_COLUMNS: Final = (
    "samples",
    "bias",
    "rmse",
    "rmse_without_offset",
    "amplitude",
    "shape",
    "mae",
    "r",
    "lag_s",
)


def write_comparison(
    comparison: Comparison, directory: Path, language: Language = ENGLISH
) -> tuple[Path, ...]:
    """Write all files of a comparison into a directory, which is made if need be.

    Parameters
    ----------
    comparison : Comparison
    directory : Path
    language : Language, optional
        Of the methods paragraph; tables and numbers are the same in every one.

    Raises
    ------
    OSError
        When the directory cannot be written; `deliver` says it in words.
    """
    from opensim_pelvis.validation.agreement_figures import draw_figures

    directory.mkdir(parents=True, exist_ok=True)
    paths = [
        _write_csv(comparison, directory / "agreement.csv"),
        _write_strides(comparison, directory / STRIDE_FILE),
        _write_json(comparison, directory / NUMBERS_FILE),
        write_curves(comparison, directory / CURVES_FILE),
        directory / "methods.md",
    ]
    paths[-1].write_text(describe_methods(comparison, language), encoding="utf-8")
    return (*paths, *draw_figures(comparison, directory, language))


def set_of(
    settings: ComparisonSettings,
    directory: Path,
    comparison: Comparison | None = None,
    *,
    overwrite: bool = False,
) -> Set:
    """Return whose the files of a comparison are; before it is made, only where they will be."""
    sources = _sources(settings)
    return Set(
        folder=directory,
        kind="comparison",
        name=comparison.estimate.name if comparison else _name_of(settings.estimate),
        stem="agreement",
        subject=comparison.estimate.subject if comparison else None,
        inputs=_hashes(sources),
        sources=sources,
        overwrite=overwrite,
    )


def _sources(settings: ComparisonSettings) -> list[Path]:
    """Return all that a comparison reads."""
    reference = settings.reference
    named = (
        reference.path,
        reference.names,
        reference.model,
        reference.static_trial,
        reference.marker_weights,
    )
    return [settings.estimate, *(path for path in named if path is not None)]


def files_of_comparison(settings: ComparisonSettings) -> list[str]:
    """Return what the files of a comparison are called, before it is made."""
    estimate = settings.estimate
    found = find_results([estimate], REPORT, []) if estimate.is_dir() else []
    names = [path.name.removesuffix(".json") for path in found]
    return [*FILES, *(f"{name}{ending}" for name in names for ending in (".html", ".pdf"))]


def _name_of(estimate: Path) -> str:
    """Return the name of a result; that of the folder where it holds several, which is refused."""
    found = [path for place in result_folders(estimate) for path in coordinate_tables(place)]
    return name_of_table(found[0]) if len(found) == 1 else estimate.stem


def _hashes(sources: Sequence[Path]) -> tuple[str, ...]:
    """Return what tells one pair of recordings from another: of a result, what it was made from."""
    found: list[str] = []
    for path in sources:
        for folder in result_folders(path):
            for manifest in find_manifests(folder).values():
                found += manifest.inputs
        if path.is_file():
            found.append(hash_file(path))
    return tuple(sorted(set(found)))


def as_rows(comparison: Comparison) -> list[dict[str, object]]:
    """Return one flat row an angle: degrees, seconds; None where a number is not known."""
    return [_row(angle) for angle in comparison.table.angles]


def _row(angle: AngleAgreement) -> dict[str, object]:
    row: dict[str, object] = {"angle": angle.name}
    row |= {name: _number(getattr(angle.curve, name)) for name in CURVE_COLUMNS}
    limits = angle.limits
    for name in ("bias", "lower", "upper", "sd", "sd_within", "sd_between"):
        row[f"loa_{name}"] = None if limits is None else _number(getattr(limits, name))
    for name in ("bias", "lower", "upper"):
        low, high = getattr(limits, f"{name}_interval") if limits else (math.nan, math.nan)
        row[f"loa_{name}_ci_low"], row[f"loa_{name}_ci_high"] = _number(low), _number(high)
    row["cmc"], row["strides"] = _number(angle.cmc), angle.normalised.shape[0]
    for part in angle.strides:
        row |= _stride_row(part)
    if angle.thighs is not None:
        row |= _thigh_row(angle.thighs)
    if angle.map is not None:
        row |= {
            "spm_threshold": _number(angle.map.threshold),
            "spm_largest_t": _number(angle.map.largest),
            "spm_differs": "; ".join(
                f"{start:.0f}-{end:.0f} % (p = {p:.3f})" for start, end, p in angle.map.differs
            ),
        }
    return row


def _thigh_row(part: ThighPart) -> dict[str, object]:
    return {
        "thighs_strides": part.strides,
        "thighs_a": _number(part.a),
        "thighs_b": _number(part.b),
        "thighs_difference": _number(part.difference_deg),
        "thighs_rest": _number(part.rest_deg),
        "thighs_share": _number(part.share),
        "thighs_share_low": _number(part.gain_low),
        "thighs_are_reason": part.is_reason,
    }


def _stride_row(part: StrideAgreement) -> dict[str, object]:
    value = part.value
    late = part.time_error_s
    known = bool(np.isfinite(late).all())
    return {
        f"{value}_reference": _number(part.reference_deg.mean()),
        f"{value}_estimate": _number(part.estimate_deg.mean()),
        f"{value}_bias": _number(part.limits.bias),
        f"{value}_bias_ci_low": _number(part.limits.bias_interval[0]),
        f"{value}_bias_ci_high": _number(part.limits.bias_interval[1]),
        f"{value}_loa_lower": _number(part.limits.lower),
        f"{value}_loa_upper": _number(part.limits.upper),
        f"{value}_icc_a1": _number(part.icc[0].value),
        f"{value}_icc_a1_ci_low": _number(part.icc[0].interval[0]),
        f"{value}_icc_a1_ci_high": _number(part.icc[0].interval[1]),
        f"{value}_icc_c1": _number(part.icc[1].value),
        f"{value}_icc_c1_ci_low": _number(part.icc[1].interval[0]),
        f"{value}_icc_c1_ci_high": _number(part.icc[1].interval[1]),
        f"{value}_time_error_s": _number(late.mean()) if known else None,
        f"{value}_time_error_sd_s": _number(late.std(ddof=1)) if known else None,
    }


def _write_csv(comparison: Comparison, path: Path) -> Path:
    rows = as_rows(comparison)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows({name: safe_cell(cell) for name, cell in row.items()} for row in rows)
    return path


def _write_strides(comparison: Comparison, path: Path) -> Path:
    """Write one row a stride, angle and value: what `pool` reads."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["angle", "value", "stride", "estimate", "reference", "time_error_s"])
        for angle in comparison.table.angles:
            for part in angle.strides:
                columns = (part.estimate_deg, part.reference_deg, part.time_error_s)
                for number, row in enumerate(zip(*columns, strict=True), start=1):
                    cells = [f"{x:.6f}" if math.isfinite(x) else "" for x in row]
                    writer.writerow([safe_cell(angle.name), safe_cell(part.value), number, *cells])
    return path


def _write_json(comparison: Comparison, path: Path) -> Path:
    pair, table = comparison.pair, comparison.table
    skip = {"curve", "curve_s"}
    sync = comparison.sync
    content = {
        "format": "opensim-pelvis agreement",
        "format_version": 1,
        "settings": asdict(comparison.settings),
        "estimate": {
            "name": comparison.estimate.name,
            "subject": comparison.estimate.subject,
            "source": say(comparison.estimate.source),
        },
        "reference": {
            "name": comparison.reference.name,
            "source": say(comparison.reference.source),
            "marker_weights": dict(comparison.reference.marker_weights),
        },
        "files": [
            {"name": path.name, "sha256": hash_file(path)}
            for path in _sources(comparison.settings)
            if is_file(path)
        ],
        "synchronisation": {
            "confidence": sync.confidence,
            **{f.name: getattr(sync, f.name) for f in fields(sync) if f.name not in skip},
        },
        "alignment": {
            "heading_deg": math.degrees(pair.heading_rad),
            "heading_source": say(pair.heading_source),
            "body_offsets_deg": pair.body_offsets_deg,
            "body_offset_source": say(pair.body_offset_source),
        },
        "compared_s": [float(pair.time_s[0]), float(pair.time_s[-1])],
        "strides": table.strides,
        "grouping": say(table.grouping),
        "travel_source": say(table.travel_source),
        "angles": as_rows(comparison),
        "events": [_event_row(event) for event in comparison.events],
        "absent": {name: say(why) for name, why in comparison.absent.items()},
        "notes": [say(note) for note in comparison.notes],
        "notices": [as_plain(note) for note in comparison.notes],
        "absent_notices": {name: as_plain(why) for name, why in comparison.absent.items()},
        "told": {name: as_plain(told) for name, told in _told(comparison).items()},
    }
    plain = to_plain(content, digits=DIGITS)
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _told(comparison: Comparison) -> dict[str, Notice]:
    """Return how the two were brought together, as notices."""
    return {
        "estimate": comparison.estimate.source,
        "reference": comparison.reference.source,
        "heading": comparison.pair.heading_source,
        "bodies": comparison.pair.body_offset_source,
        "travel": comparison.table.travel_source,
        "grouping": comparison.table.grouping,
    }


def _event_row(event: EventAgreement) -> dict[str, object]:
    limits = event.limits
    return {
        "kind": event.kind,
        "matched": event.matched,
        "missed": event.missed,
        "extra": event.extra,
        "bias_s": _number(event.error_s.mean()),
        "mae_s": _number(np.abs(event.error_s).mean()),
        "sd_s": None if limits is None else _number(limits.sd),
        "bias_ci_s": None if limits is None else limits.bias_interval,
        "loa_s": None if limits is None else (limits.lower, limits.upper),
    }


def _number(value: float) -> float | int | None:
    """Return a number rounded to what may be meant, None where there is none."""
    if isinstance(value, int):
        return value
    return round(float(value), DIGITS) if math.isfinite(value) else None
