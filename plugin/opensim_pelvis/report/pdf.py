"""The report on up to four A4 pages: vector figures and text that can be searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.report import figures, figures_runs, pdf_agreement, pdf_first, pdf_motion, style
from opensim_pelvis.report.flow import Flow, Picture
from opensim_pelvis.report.headline import find_row, pace, when
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.logo import logo_picture
from opensim_pelvis.report.sections import sections_of
from opensim_pelvis.report.shown import drills_of, main_measures, mirrored, report_title
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.typeset import save
from opensim_pelvis.report.view import View
from opensim_pelvis.report.wording import worded

MAX_PAGES: Final = 4
MAX_NOTES: Final = 10
_LEGEND_PT: Final = 22.0
"""Room for the legend, which stands in the first chart alone."""
NBSP: Final = "\N{NO-BREAK SPACE}"


def write_pdf(view: View, path: Path, lab: Lab | None = None) -> Path:
    """Write the PDF of one trial; the same view always gives the same file."""
    lab = lab or Lab()
    texts = read_texts(lab.language)
    title = f"{view['name']}: {report_title(view, texts)}"
    return save(lambda: set_pages(view, lab, texts), path, title, texts)


def set_pages(view: View, lab: Lab, texts: Texts) -> Flow:
    """Return the pages of one trial, not yet written."""
    view = worded(view, texts)
    version = texts["page"]["made_by"].format(version=view["versions"].get("opensim-pelvis", ""))
    who = view["subject"]["id"] or view["name"]
    most = MAX_PAGES + (pdf_agreement.PAGES if "agreement" in view else 0)
    footer = "   ·   ".join(w for w in (lab.name, who, version) if w)
    flow = Flow(footer, most, texts.language)
    _title(flow, view, lab, texts)
    # Measures stand on the first page; whatever the lab's order, text goes before figures there.
    for section in sorted(sections_of(lab.sections, view), key=lambda one: not one.text_first):
        PARTS[section.name](flow, view, texts)
    if lab.footer:
        flow.text(lab.footer, size=7.5)
    return flow


def _title(flow: Flow, view: View, lab: Lab, texts: Texts) -> None:
    words, subject, activity = texts["page"], view["subject"], view["activity"]
    if lab.logo is not None:
        flow.picture(Picture(logo_picture(lab.logo), lab.name or words["logo"]))
    for text, bold in ((lab.name, True), (lab.header, False)):
        if text:
            flow.text(text, size=9, bold=bold, after=1)
    flow.title(f"{report_title(view, texts)}: {subject['id'] or view['name']}")
    if view["recording"]["simulated"]:
        flow.text(words["simulated"], bold=True)
    row = find_row(view, "speed_mps")
    speed = row["mean"] if row else activity["speed_mps"]
    facts = {
        "trial": view["name"],
        "date": when(view, texts),
        "sex": words[subject["sex"]] if subject["sex"] else None,
        "height": f"{texts.number(subject['height_m'], 'm')} m" if subject["height_m"] else None,
        "mass": f"{texts.number(subject['mass_kg'], 'kg')} kg" if subject["mass_kg"] else None,
        "activity": ", ".join(words[w] for w in (activity["kind"], activity["surface"]) if w)
        or None,
        "speed": f"{texts.number(speed, 'mps')} m/s, {pace(speed)}" if speed else None,
        "duration": f"{texts.number(view['recording']['duration_s'], 'deg')} s",
        "strides": words["strides_value"].format(**view["strides"]),
        "sensors": ", ".join(s["body"] for s in view["recording"]["sensors"]),
    }
    line = " · ".join(f"{words[key]}: {value}" for key, value in facts.items() if value)
    flow.text(line, size=8, colour=style.SOFT, after=2)
    flow.rule()


def _measures(flow: Flow, view: View, texts: Texts) -> None:
    words = texts["measures"]
    rows = [row for measure in main_measures(view) for row in _measure_rows(measure, texts)]
    if not rows:
        return
    flow.heading(texts["section"]["measures"])
    keys = (
        "name",
        "side",
        "mean",
        "sd",
        "interval",
        "n",
        "difference",
        "coach",
        "published",
    )
    flow.table(
        [words[key] for key in keys],
        rows,
        (0.235, 0.06, 0.085, 0.065, 0.14, 0.075, 0.085, 0.135, 0.12),
        right=(2, 3, 4, 5, 6),
        size=7.2,
    )
    flow.text(words["text"], size=7, colour=style.SOFT)


def _measure_rows(measure: dict[str, Any], texts: Texts) -> list[list[str]]:
    words, unit = texts["measures"], measure["unit"]
    title = texts["measure"].get(measure["name"], measure["name"])
    rows = []
    for place, row in enumerate(measure["rows"]):
        interval = words["too_few"]
        if row["low"] is not None:
            ends = {key: texts.number(row[key], unit) for key in ("low", "high")}
            interval = words["band"].format(**ends)
        first = place == 0
        rows.append(
            [
                f"{title}{NBSP}{texts['unit'][unit]}" if first else "",
                words[row["side"]],
                texts.number(row["mean"], unit),
                texts.number(row["sd"], unit),
                interval,
                str(row["n"]),
                _difference(measure, texts) if first else "",
                "; ".join(_band(b, texts) for b in measure["coach"]) if first else "",
                "; ".join(_band(b, texts) for b in measure["published"]) if first else "",
            ]
        )
    return rows


def _difference(measure: dict[str, Any], texts: Texts) -> str:
    """Return right minus left; empty for a measure of the whole body."""
    found = measure["right_minus_left"]
    return texts.number(found["difference"], measure["unit"]) if found else ""


def _band(band: dict[str, Any], texts: Texts) -> str:
    words, high = texts["measures"], texts.written(band["high"], "g")
    if band["low"] is None:
        key = "below" if band["label"] == "over" else "upto"
        return f"{words[key].format(high=high)} ({words[band['label']]})"
    low = texts.written(band["low"], "g")
    return f"{words['band'].format(low=low, high=high)} ({words[band['label']]})"


def _quality(flow: Flow, view: View, texts: Texts) -> None:
    words = texts["quality"]
    flow.heading(texts["section"]["quality"])
    rows = []
    for row in view["ledger"]:
        spread, error = row["spread_deg"], row["error_rms_deg"]
        rows.append(
            [
                row["body"], row["identifier"], str(row["rows"]), str(row["dropped_packets"]),
                str(row["gaps"]), str(row["filled_gaps"]),
                texts.written(row["longest_gap_s"], ".2f"),
                f"{texts.written(100 * row['absent_share'], '.1f')} %",
                texts.written(spread, ".2f"), texts.written(error, ".2f"),
            ]
        )  # fmt: skip
    keys = (
        "body",
        "sensor",
        "rows",
        "dropped",
        "gaps",
        "filled",
        "longest",
        "absent",
        "spread",
        "error",
    )
    flow.table(
        [words[f"ledger_{key}"] for key in keys],
        rows,
        (0.09, 0.14, 0.09, 0.09, 0.07, 0.12, 0.09, 0.09, 0.1, 0.12),
        right=tuple(range(2, 10)),
        size=7,
    )
    bad = [check for check in view["quality"]["checks"] if check["verdict"] != "good"]
    for check in bad:
        said = f"{texts.check(check['name'])}: {words['verdict_' + check['verdict']]}"
        flow.text(said, size=8, indent=12, mark="•")
    for note in view["notes"][:MAX_NOTES]:
        flow.text(texts.said(note), size=7.5, indent=12, mark="•", after=1)


def _curves(flow: Flow, view: View, texts: Texts) -> None:
    angles = view["curves"]["angles"]
    if not angles:
        return
    flow.heading(texts["section"]["curves"])
    start = view["strides"]["start"]
    said = (texts["curves"]["text"].format(start=start), mirrored(view, texts))
    flow.text(" ".join(part for part in said if part), size=7.5, keep=True)
    known = [
        f"{texts['curves'][a['name']]} {texts.degrees(a['u95_shape'])}, {texts.degrees(a['u95'])}"
        for a in angles
        if a.get("u95") and a.get("u95_shape")
    ]
    if known:
        flow.text(texts["curves"]["sure_all"].format(angles="; ".join(known)), size=7.5, keep=True)
    for place in range(0, len(angles), 3):
        row = angles[place : place + 3]
        charts = [
            figures.curve_chart(curve, view["curves"]["events"], texts, legend=curve is angles[0])
            for curve in row
        ]
        flow.charts(126 + _LEGEND_PT * (place == 0), 3, charts)


def _counter(flow: Flow, view: View, texts: Texts) -> None:
    pair, loop = figures.pair_chart(view, texts), figures.loop_chart(view, texts)
    if pair is None or loop is None:
        flow.text(f"{texts['section']['counter']}: {texts['counter']['absent']}", size=7.5)
        return
    flow.charts(168, 2, [pair, loop])
    shares = figures.shares_chart(view, texts)
    flow.charts(74, 1, [shares] if shares else [])


def _cadence(flow: Flow, view: View, texts: Texts) -> None:
    chart = figures_runs.cadence_chart(view, texts)
    flow.charts(215, 1, [chart] if chart else [])


def _change(flow: Flow, view: View, texts: Texts) -> None:
    names = list(view["series"])[:6]
    for place in range(0, len(names), 3):
        row = names[place : place + 3]
        flow.charts(115, 3, [figures_runs.change_chart(view, name, texts) for name in row])


def _findings(flow: Flow, view: View, texts: Texts) -> None:
    words = texts["findings"]
    flow.heading(texts["section"]["findings"])
    if not view["findings"]:
        flow.text(words["none"])
    for finding in sorted(view["findings"], key=lambda f: f["status"] != "fires"):
        kind = words["coach"] if finding["kind"] == "coach band" else words["published"]
        verdict = words["fires"] if finding["status"] == "fires" else words["cannot"]
        flow.text(f"{kind}, {verdict}. {finding['text']}", size=8, indent=12, mark="•", after=1)
        source = f"{words['rests']}: {finding['source']}. " if finding["source"] else ""
        flow.text(f"{source}{words['strength']}: {finding['strength']}.", size=7, indent=12,
                  colour=style.SOFT)  # fmt: skip
    for drill in drills_of(view):
        flow.text(drill["name"], size=8.5, bold=True, after=1)
        for key in ("purpose", "how", "dose", "avoid"):
            flow.text(f"{words[key]}: {drill[key]}", size=7.5, indent=12, after=1)
    flow.text(view["disclaimer"], size=7, colour=style.SOFT)


def _methods(flow: Flow, view: View, texts: Texts) -> None:
    words = texts["methods"]
    flow.heading(texts["section"]["methods"])
    for key, told in view["methods"].items():
        flow.text(f"{words[key]}: {texts.said(told)}", size=7.2, after=1)
    versions = ", ".join(f"{name} {version}" for name, version in view["versions"].items())
    flow.text(f"{words['versions']}: {versions}", size=7.2, after=1)
    for file in view["recording"]["files"][:12]:
        flow.text(f"{file['path']}  {words['hash']} {file['sha256']}", size=6, after=0.5)


PARTS: Final[Mapping[str, Callable[[Flow, View, Texts], None]]] = {
    "headline": pdf_first.set_first,
    "quality": _quality,
    "motion": pdf_motion.set_motion,
    "curves": _curves,
    "counter": _counter,
    "cadence": _cadence,
    "measures": _measures,
    "change": _change,
    "agreement": pdf_agreement.set_agreement,
    "findings": _findings,
    "methods": _methods,
}
"""What sets each section; one that stands in no row here fails."""
