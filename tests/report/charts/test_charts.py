"""Charts: places of shapes and words worked out by hand, by Typst's way and by matplotlib's."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from opensim_pelvis.language import ENGLISH
from opensim_pelvis.report.charts.chart import (
    Area,
    Band,
    Bar,
    Block,
    Chart,
    Line,
    Points,
    Rule,
    Words,
)
from opensim_pelvis.report.charts.chart_layout import above, lay_out
from opensim_pelvis.report.charts.chart_matplotlib import draw_chart
from opensim_pelvis.report.charts.chart_ticks import tick_words, ticks

RED = "#ff0000"
# 24 + 6 points beside the axes across, 19 + 26 above and below them: 100 points each way
WIDTH, HEIGHT = 130.0, 145.0
LEFT, TOP = 24.0, 19.0


def chart(*marks, **settings):
    base = {"title": "t", "x_limits": (0.0, 10.0), "y_limits": (0.0, 10.0)}
    return Chart(marks=marks, **(base | settings))


def marks_of(svg):
    return svg.split('<g clip-path="url(#c)" fill="none">')[1]


def svg_of(*marks, **settings):
    return marks_of(lay_out(chart(*marks, **settings), WIDTH, HEIGHT, ENGLISH).svg)


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]


def test_a_value_stands_at_its_place_and_larger_ones_are_further_up() -> None:
    found = svg_of(Line(x=[0.0, 10.0], y=[0.0, 5.0], colour=RED, dash="dash"))
    path = re.search(r'd="([^"]+)"', found)[1]
    assert path == "M24.00 119.00L124.00 69.00"
    assert 'stroke-dasharray="5 2.5"' in found
    assert f'stroke="{RED}"' in found


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_line_breaks_where_a_value_is_absent(hole) -> None:
    found = svg_of(Line(x=[0.0, 1.0, 2.0, 3.0], y=[1.0, hole, 2.0, 2.0], colour=RED))
    assert re.search(r'd="([^"]+)"', found)[1] == "M24.00 109.00M44.00 99.00L54.00 99.00"


def test_a_band_goes_along_its_upper_line_and_back_along_the_lower() -> None:
    found = svg_of(Band(x=[0.0, 10.0], low=[1.0, 2.0], high=[3.0, 4.0], colour=RED, opacity=0.3))
    path = re.search(r'd="([^"]+)"', found)[1]
    assert path == "M24.00 89.00L124.00 79.00L124.00 99.00L24.00 109.00Z"
    assert 'fill-opacity="0.3"' in found


def test_a_bar_a_rule_and_a_block_reach_their_ends() -> None:
    bar = numbers(svg_of(Bar(x=5.0, low=2.0, high=8.0, colour=RED)))
    assert bar[:3] == [74.0, 99.0, 39.0]
    assert "M24.00 89.00H124.00" in svg_of(Rule(axis="y", at=3.0, colour=RED))
    assert "M54.00 19.00V119.00" in svg_of(Rule(axis="x", at=3.0, colour=RED))
    block = Block(left=1.0, right=None, low=2.0, high=4.0, colour=RED, edge=RED, pattern="/")
    found = svg_of(block)
    assert 'x="34.00" y="79.00" width="90.00" height="20.00"' in found
    assert "url(#slash)" in found
    assert "url(#" not in svg_of(replace(block, pattern=""))


def test_an_area_has_holes_and_holds_its_loops() -> None:
    outer = [(1.0, 1.0), (9.0, 1.0), (9.0, 9.0)]
    inner = [(6.0, 2.0), (8.0, 2.0), (8.0, 4.0)]
    area = Area(loops=[outer, inner], colour=RED, edge="#00ff00", dash="dash")
    found = svg_of(area)
    assert 'd="M34.00 109.00L114.00 109.00L114.00 29.00ZM84.00 99.00L' in found
    assert 'fill-rule="evenodd"' in found
    assert Chart(title="", marks=(area,)).limits() == ((1.0, 9.0), (0.6, 9.4))
    axes = Figure().add_subplot()
    draw_chart(axes, chart(area))
    (patch,) = axes.patches
    assert len(patch.get_path().vertices) == 8


@pytest.mark.parametrize(
    ("shape", "tag"),
    [("circle", "circle"), ("square", "polygon"), ("diamond", "polygon"), ("triangle", "polygon")],
)
def test_points_are_drawn_at_their_places_and_hollow_ones_white(shape, tag) -> None:
    points = Points(x=[5.0, None], y=[5.0, 1.0], colour=RED, shape=shape, size=4.0)
    found = svg_of(points)
    assert found.count(f"<{tag} ") == 1
    assert f'fill="{RED}"' in found
    assert 'fill="#ffffff"' in svg_of(replace(points, hollow=True))
    around = numbers(re.search(r'(points="[^"]*|cx="[^/]* r=)', found)[0])
    assert np.mean(around[0::2][:1] if tag == "circle" else around[0::2]) == pytest.approx(74.0)
    # a triangle's point is at its top, where y is smaller
    if shape == "triangle":
        assert around[1] == min(around[1::2])


def test_faded_points_need_no_group_each() -> None:
    """Hundreds of groups with an opacity of their own would make a PDF five times as large."""
    faded = svg_of(Points(x=[5.0], y=[5.0], colour=RED, opacity=0.4))
    assert ' fill-opacity="0.4"' in faded
    assert ' opacity="' not in faded
    assert "opacity" not in svg_of(Points(x=[5.0], y=[5.0], colour=RED))


@pytest.mark.parametrize(
    ("side", "up", "place", "part"),
    [
        ("right", "above", (79.0, 64.0), (0.0, 1.0)),
        ("left", "below", (69.0, 74.0), (1.0, 0.0)),
        ("center", "middle", (74.0, 69.0), (0.5, 0.5)),
    ],
)
def test_words_stand_beside_their_place(side, up, place, part) -> None:
    words = Words(x=5.0, y=5.0, text="said", side=side, up=up, away_pt=5.0)
    laid = lay_out(chart(words), WIDTH, HEIGHT, ENGLISH)
    (found,) = [word for word in laid.words if word.text == "said"]
    assert (found.x, found.y) == place
    assert (found.across, found.up) == part


def test_title_and_note_are_no_wider_than_the_axes() -> None:
    laid = lay_out(chart(title="long " * 20, note="note"), WIDTH, HEIGHT, ENGLISH)
    title, note = laid.words[:2]
    assert (title.room, note.room) == (100.0, 100.0)
    assert title.bold
    assert note.y > title.y


def test_axes_of_neighbours_can_be_level() -> None:
    line = Line(x=[0.0, 1.0], y=[0.0, 1.0], colour=RED, label="named")
    with_legend = chart(line, legend=True)
    assert above(with_legend, WIDTH) == 25.0
    assert above(chart(line), WIDTH) == TOP
    lower = marks_of(lay_out(chart(line), WIDTH, HEIGHT, ENGLISH, 45.0).svg)
    # ten units are 74 points now, and one of each is at 0.1 of them
    assert "M24.00 119.00L34.00 111.60" in lower


def test_units_are_as_long_both_ways_where_they_are_to_be() -> None:
    line = Line(x=[0.0, 10.0], y=[0.0, 20.0], colour=RED)
    found = svg_of(line, y_limits=(0.0, 20.0), equal=True)
    assert re.search(r'd="([^"]+)"', found)[1] == "M49.00 119.00L99.00 19.00"


def test_the_legend_names_each_label_once_in_order() -> None:
    a = Line(x=[0.0, 1.0], y=[0.0, 1.0], colour=RED, label="a")
    b = Block(left=0.0, right=1.0, low=0.0, high=1.0, colour=RED, edge=RED, label="b")
    silent = Line(x=[0.0, 1.0], y=[0.0, 1.0], colour=RED)
    laid = lay_out(chart(a, silent, b, a, legend=True), WIDTH, HEIGHT, ENGLISH)
    assert [label for _, label in laid.legend] == ["a", "b"]
    assert "<path" in laid.legend[0][0]
    assert "<rect" in laid.legend[1][0]
    assert lay_out(chart(a, b), WIDTH, HEIGHT, ENGLISH).legend == []


def test_numbers_along_the_axes_have_the_languages_sign() -> None:
    german = replace(ENGLISH, decimal=",")
    laid = lay_out(chart(y_limits=(0.0, 1.0)), WIDTH, HEIGHT, german)
    assert {"0,00", "0,25", "1,00"} <= {word.text for word in laid.words}
    bare = lay_out(chart(framed=False), WIDTH, HEIGHT, german)
    assert [word.text for word in bare.words] == ["t"]


def test_limits_hold_all_marks() -> None:
    found = Chart(
        title="",
        marks=(
            Band(x=[0.0, 4.0], low=[-1.0, 0.0], high=[3.0, 5.0], colour=RED),
            Line(x=[1.0, 2.0], y=[9.0, None], colour=RED),
            Rule(axis="y", at=-11.0, colour=RED),
            Rule(axis="x", at=6.0, colour=RED),
        ),
    ).limits()
    assert found == ((0.0, 6.0), (-12.0, 10.0))
    dots = Chart(title="", marks=(Points(x=[0.0, 10.0], y=[2.0, 2.0], colour=RED),)).limits()
    assert dots == ((-0.5, 10.5), (1.5, 2.5))
    assert Chart(title="").limits() == ((0.0, 1.0), (0.0, 1.0))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.3, 7.1), (1e-4, 2e-4), (-1e6, 3e5)])
@pytest.mark.parametrize("most", [2, 3, 5, 10])
def test_ticks_are_round_within_and_evenly_apart(low, high, most) -> None:
    found = np.array(ticks(low, high, most))
    assert 1 <= found.size <= most
    assert found.min() >= low - 1e-9 * (high - low)
    assert found.max() <= high + 1e-9 * (high - low)
    if found.size > 2:
        np.testing.assert_allclose(np.diff(found), found[1] - found[0], rtol=1e-9)
    assert len(set(tick_words(list(found)))) == found.size


def test_matplotlib_draws_the_same_data() -> None:
    whole = chart(
        Line(x=[0.0, 5.0, 10.0], y=[1.0, None, 3.0], colour=RED, label="line"),
        Band(x=[0.0, 10.0], low=[0.0, 1.0], high=[2.0, 3.0], colour=RED),
        Points(x=[4.0], y=[6.0], colour=RED, shape="square", hollow=True),
        Bar(x=7.0, low=1.0, high=5.0, colour=RED),
        Rule(axis="y", at=8.0, colour=RED),
        Rule(axis="x", at=2.0, colour=RED),
        Block(left=None, right=3.0, low=9.0, high=None, colour=RED, edge=RED, pattern="."),
        Words(x=1.0, y=1.0, text="$words^"),
        note="note",
        x="across",
        y="upwards",
        legend=True,
    )
    axes = Figure().add_subplot()
    draw_chart(axes, whole)
    line, points, bar, across, upright = axes.lines
    np.testing.assert_array_equal(line.get_ydata(), [1.0, np.nan, 3.0])
    assert points.get_marker() == "s"
    assert points.get_markerfacecolor() == "none"
    assert list(bar.get_ydata()) == [1.0, 5.0]
    assert list(across.get_ydata()) == [8.0, 8.0]
    assert list(upright.get_xdata()) == [2.0, 2.0]
    (block,) = axes.patches
    assert (block.get_xy(), block.get_width(), block.get_height()) == ((0.0, 9.0), 3.0, 1.0)
    assert (axes.get_xlim(), axes.get_ylim()) == ((0.0, 10.0), (0.0, 10.0))
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left")) == (
        "across", "upwards", "t"
    )  # fmt: skip
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["line"]
    assert {"note", "$words^"} <= {text.get_text() for text in axes.texts}
    bare = Figure().add_subplot()
    draw_chart(bare, replace(whole, framed=False))
    assert not bare.axison
