"""Colours of page and figures can be read on either ground."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from opensim_pelvis.report import style

READ = 4.5
SEEN = 3.0
WORDS = ("ink", "soft", "link", "pelvis", "trunk", "left", "right", "coach", "published", "bad",
         "good")  # fmt: skip
GROUNDS = ("paper", "ground")
FILLS = ("coach-fill", "published-fill", "warn-fill", "pelvis-fill", "trunk-fill", "body-fill")
LINES = ("ours", "body")


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("place", [0, 1], ids=["light", "dark"])
def test_every_colour_can_be_read_or_seen_on_its_ground(place: int) -> None:
    of = {name: pair[place] for name, pair in style.PALETTE.items()}
    pairs = [(word, ground, READ) for word in WORDS for ground in GROUNDS]
    pairs += [("ink", fill, READ) for fill in FILLS] + [("coach", "coach-fill", READ)]
    pairs += [(line, "paper", SEEN) for line in LINES]
    low = [(a, b) for a, b, least in pairs if contrast(of[a], of[b]) < least]
    assert low == []


def test_no_colour_has_two_names_and_the_page_knows_every_one() -> None:
    light = [pair[0] for pair in style.PALETTE.values()]
    assert len(set(light)) == len(light)
    sheet = style.variables()
    for name, (day, night) in style.PALETTE.items():
        assert style.variable(day) == f"var(--{name})"
        assert sheet.index(f"--{name}:{day};") < sheet.index(f"--{name}:{night};")
    assert "@media screen and (prefers-color-scheme:dark)" in sheet  # paper stays white
    assert set(re.findall(r"--([\w-]+):", sheet)) == set(style.PALETTE)


def test_paper_has_no_colours_of_its_own() -> None:
    light = {day for day, _ in style.PALETTE.values()}
    for name in ("report.typ", "page.css"):
        text = files("opensim_pelvis.report.templates").joinpath(name).read_text(encoding="utf-8")
        assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= light, name
