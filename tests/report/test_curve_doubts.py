"""How sure mean curves are, on the page as in the result, and nothing where it is not known."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np

from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result


def test_a_curve_has_the_median_uncertainty_of_the_side_with_the_larger_one(
    result: Result, view: View
) -> None:
    running = result.running
    assert running is not None
    curves = running.curves
    assert curves.u95_deg is not None
    assert curves.u95_shape_deg is not None
    (drawn,) = (a for a in view["curves"]["angles"] if a["name"] == "pelvic_obliquity")
    column = curves.angles.index("pelvic_obliquity")
    for key, u95 in (("u95", curves.u95_deg), ("u95_shape", curves.u95_shape_deg)):
        medians = np.median(u95[:, :, column], axis=1)
        assert medians[0] != medians[1]
        assert drawn[key] == round(float(medians.max()), 3)
    page = html.unescape(render_page(view))
    words = read_texts()
    said = words["curves"]["sure"].format(
        course=words.degrees(drawn["u95_shape"]), whole=words.degrees(drawn["u95"])
    )
    assert said in page


def test_curves_whose_uncertainty_is_unknown_say_nothing_of_it(result: Result) -> None:
    running = result.running
    assert running is not None
    bare = replace(running.curves, u95_deg=None, u95_shape_deg=None)
    view = view_of(replace(result, running=replace(running, curves=bare)))
    assert {angle["u95"] for angle in view["curves"]["angles"]} == {None}
    assert not re.search(r"course ± \d", html.unescape(render_page(view)))
