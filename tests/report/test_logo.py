"""Logos: every kind is on the page and in the PDF, and an SVG can do nothing but be drawn."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.report.lab import Lab, read_lab
from opensim_pelvis.report.logo import clean_svg, logo_picture
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import set_pages, write_pdf
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
BLUE = (11, 92, 173)
PLAIN = (
    f'<svg {SPACES} viewBox="0 0 40 20"><defs><linearGradient id="g"><stop stop-color="#0b5cad"/>'
    '</linearGradient></defs><rect width="40" height="20" style="fill:url(#g)"/>'
    '<text x="4" y="12" font-size="8">Lab</text></svg>'
)
HOSTILE = """<?xml-stylesheet href="https://example.org/x.css"?>
<svg {spaces} viewBox="0 0 40 20" onload="document.title='owned'">
<script>document.title='owned'</script>
<script xlink:href="https://example.org/x.js"/>
<style>@import url(https://example.org/x.css);</style>
<style>rect {{ fill: u\\72l(https://example.org/f) }}</style>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="https://example.org"/></body>
</foreignObject>
<image xlink:href="{red}" width="40" height="20"/>
<image href="https://example.org/x.png" width="40" height="20"/>
<use href="https://example.org/x.svg#a"/>
<a href="javascript:alert(1)"><rect width="40" height="20" fill="red"/></a>
<animate attributeName="href" to="https://example.org"/>
<g style="fill:url('https://example.org/f')" filter="url(https://example.org/f)" onclick="x()">
<rect x="0" y="0" width="40" height="20" fill="#0b5cad"/></g>
</svg>"""


def write(folder: Path, text: str, name: str = "logo.svg") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def red(tmp_path: Path) -> Path:
    from matplotlib.image import imsave

    path = tmp_path / "red.png"
    imsave(path, np.tile([1.0, 0.0, 0.0], (4, 4, 1)))
    return path


def pixels(path: Path) -> np.ndarray:
    return np.asarray(imread(io.BytesIO(logo_picture(path))))


def middle(pixels: np.ndarray) -> tuple[int, ...]:
    row = pixels[pixels.shape[0] // 8, pixels.shape[1] // 2, :3]
    return tuple(round(255 * float(value)) for value in row)


def test_an_svg_is_drawn_in_the_pdf_as_on_the_page(view: View, tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN)
    lab = read_lab(write(tmp_path, f'logo = "{path.name}"\n', "lab.toml"))
    flow = set_pages(view, lab, read_texts())
    assert flow.logo is not None
    drawn = imread(io.BytesIO(flow.logo.content))
    assert middle(drawn) == BLUE
    dark = (drawn[..., :3].max(axis=2) < 0.2 * drawn.max()) & (drawn[..., 3] > 0)
    assert dark.any()  # the letters
    assert drawn.shape[1] == 2 * drawn.shape[0]
    assert b"/Subtype/Image" in write_pdf(view, tmp_path / "a.pdf", lab).read_bytes()
    assert f'<img src="{lab.logo_uri}"' in render_page(view, lab).replace("&#43;", "+")


def test_a_hostile_svg_is_nothing_but_its_drawing(tmp_path: Path, red: Path) -> None:
    path = write(tmp_path, HOSTILE.format(spaces=SPACES, red=red.as_posix()))
    clean = clean_svg(path).decode("utf-8")
    for part in ("example.org", "script", "owned", "onload", "onclick", "foreignObject", "import",
                 "red.png", "javascript", "animate", "72l"):  # fmt: skip
        assert part not in clean, part
    assert "#0b5cad" in clean
    assert middle(pixels(path)) == BLUE
    uri = str(Lab(logo=path).logo_uri)
    assert base64.b64decode(uri.partition(",")[2]).decode("utf-8") == clean


def test_a_picture_beside_an_svg_is_not_drawn_although_the_library_would(
    tmp_path: Path, red: Path
) -> None:
    import resvg_py

    text = (
        f'<svg {SPACES} viewBox="0 0 4 4">'
        f'<image xlink:href="{red.as_posix()}" width="4" height="4"/></svg>'
    )
    assert len(resvg_py.svg_to_bytes(svg_string=text)) > 0
    assert not pixels(write(tmp_path, text)).any()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.svg", "not xml", "damaged XML"),
        ("a.svg", "<html/>", "other XML"),
        ("a.svg", f'<svg {SPACES} width="0" height="0"/>', "cannot"),
        ("a.svg", f'<svg {SPACES} width="1000000000" height="1"/>', "cannot"),
        ("a.svg", '<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "XML entities"),
        ("a.png", "not a picture", "cannot"),
        ("a.jpg", "", "cannot"),
    ],
)
def test_a_logo_that_cannot_be_drawn_is_told_with_the_lab_file(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    write(tmp_path, content, name)
    lab = write(tmp_path, f'logo = "{name}"\n', "lab.toml")
    with pytest.raises(SettingsError, match=said) as caught:
        read_lab(lab)
    assert name in str(caught.value)
