"""The top of the first page: what the page of the report tells first, in the same words."""

from __future__ import annotations

from typing import Final

from opensim_pelvis.report import style
from opensim_pelvis.report.body_shapes import body_of
from opensim_pelvis.report.first_screen import first_of, scale_chart
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.headline import headline
from opensim_pelvis.report.pdf_motion import picture_chart
from opensim_pelvis.report.shown import is_walking
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

_LARGE: Final = 26.0


def set_first(flow: Flow, view: View, texts: Texts) -> None:
    """Set value, scale and body, the three answers, and the sentences that say more."""
    first, words = first_of(view, texts), texts["first"]
    label = texts["curves"]["pelvic_axial_rotation"]
    flow.heading(f"{label} {words['per_stride']}")
    if first.withheld or not first.value:
        said = words["withheld" if first.value else "no_value"]
        flow.text(said, size=_LARGE, colour=style.SOFT, after=4)
    else:
        value = f"{first.value} {first.half}".strip()
        flow.text(value, size=_LARGE, bold=True, colour=style.PELVIS, after=4)
    scale = scale_chart(view, texts)
    charts = [scale] if scale else []
    if view["skeleton"]:
        body = body_of(view["skeleton"], walking=is_walking(view))
        charts.append(picture_chart(body, view, "above", texts))
    flow.charts(104, 2, charts)
    for answer in first.answers:
        trust = answer.kind == "trust"
        if trust:
            flow.lamp(view["quality"]["verdict"])
        indent = 22.0 if trust else 0.0
        flow.text(answer.short, size=10, bold=True, indent=indent, after=0, keep=True)
        flow.text(answer.reason, size=8.5, indent=indent, after=4)
    for sentence in headline(view, texts):
        flow.text(sentence, size=8, indent=12, mark="•", after=1.5)
