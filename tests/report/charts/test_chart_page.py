"""Charts within a page: places, colours of either ground, escaped words, two widths."""

from __future__ import annotations

import re

import pytest

from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import Bundle, Chart, Line, Points, Words
from opensim_pelvis.report.charts.chart_page import NARROW_PT, patterns, show
from opensim_pelvis.report.texts import read_texts

LINE = Line(x=[0.0, 10.0], y=[0.0, 5.0], colour=style.PELVIS, label="<b>line</b>")


def shown(*marks, **settings):
    base = {"title": "t", "x_limits": (0.0, 10.0), "y_limits": (0.0, 10.0)}
    return show(Chart(marks=marks, **(base | settings)), read_texts())


def svg_of(*marks, **settings):
    ((_, svg),) = shown(*marks, **settings).svgs
    return svg


def test_a_chart_tells_where_values_stand_in_it() -> None:
    """Left 24 points, right 6, top 5, bottom 26: the box of the axes, then their ends."""
    found = svg_of(LINE)
    assert 'viewBox="0 0 184 116"' in found
    assert 'data-box="24.00 5.00 154.00 85.00" data-ends="0 10 0 10"' in found
    assert 'd="M24.00 90.00L178.00 47.50"' in found


def test_colours_are_those_of_the_readers_ground() -> None:
    found = svg_of(LINE, Words(x=1.0, y=1.0, text="w", colour=style.COACH_INK))
    assert 'stroke="var(--pelvis)"' in found
    assert 'fill="var(--coach)"' in found
    assert not re.search("#[0-9a-f]{6}", found + patterns())
    with pytest.raises(KeyError, match="#ff0000"):
        shown(Line(x=[0.0], y=[0.0], colour="#ff0000"))


def test_words_are_text_escaped_and_names_marked() -> None:
    word = Words(x=5.0, y=5.0, text="</svg><script>", is_name=True)
    found = shown(LINE, word, legend=True)
    assert "&lt;/svg&gt;&lt;script&gt;</text>" in found.svgs[0][1]
    assert re.search(r'translate="no"[^>]*>&lt;/svg', found.svgs[0][1])
    assert [label for _, label in found.legend] == ["<b>line</b>"]  # the template escapes it
    assert "t." not in found.svgs[0][1]  # its title stands above it


def test_an_alternative_text_tells_the_ranges() -> None:
    found = shown(LINE, title="Angle", note="up: forward", x="percent", y="degrees")
    assert found.alt == "Angle. up: forward. degrees / percent. <b>line</b>: 0.0 to 5.0"


def test_those_across_the_page_have_two_layouts() -> None:
    (narrow, small), (wide, large) = shown(LINE, size="large").svgs
    assert (narrow, wide) == ("narrow", "wide")
    assert f'viewBox="0 0 {NARROW_PT:g} ' in small
    assert 'viewBox="0 0 400 ' in large


def test_single_strides_are_one_path_that_waits_to_be_asked_for() -> None:
    rows = [[0.0, 5.0, 10.0], [10.0, 5.0, 5.0]]
    bundle = Bundle(ends=(0.0, 10.0), rows=rows, colour=style.PELVIS)
    found = svg_of(bundle, LINE)
    group = re.search('<g class="every">(.*?)</g>', found)[1]
    assert group.count("<path") == 1
    # two steps of 77 points from 24 on; tenths of a point, 900 up to 50
    assert "matrix(77.0000 0 0 .1 24.00 0)" in group
    assert 'd="M0 900l1-425 1-425M0 50l1+425 1+0"' in group
    assert 'class="every"' not in svg_of(LINE)
    free = Chart(title="t", marks=(bundle, LINE))
    assert free.limits()[1] == (-0.25, 5.25)
    assert free.limits(bundles=True)[1] == (-0.5, 10.5)


def test_many_points_are_one_path_with_round_ends() -> None:
    many = Points(x=[float(k % 10) for k in range(30)], y=[5.0] * 30, colour=style.SOFT, size=2.4)
    found = svg_of(many)
    assert found.count("h.01") == 30
    assert 'stroke-linecap="round" stroke="var(--soft)" stroke-width="2.4"' in found
    assert "<circle" not in found


def test_words_wider_than_their_room_are_set_smaller() -> None:
    sizes = [
        float(re.search(r'font-size="([\d.]+)"', svg_of(x="percent" * n)[::1])[1]) for n in (1, 60)
    ]
    label = re.search(r'font-size="([\d.]+)"[^>]*>(percent)+<', svg_of(x="percent" * 60))[1]
    assert float(label) < 2.0 < sizes[0]
