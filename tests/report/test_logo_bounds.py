"""A logo that asks for more than a logo does is refused before it is drawn or unpacked."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from matplotlib.image import imread

from opensim_pelvis.errors import ExportError, SettingsError
from opensim_pelvis.io.exporters.c3d_header import Header, write_header
from opensim_pelvis.report.logo import logo_picture, logo_uri

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that states a size and holds no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def doubling(levels: int) -> str:
    """Return groups of which each uses the one before twice."""
    groups = ['<g id="g0"><rect width="1" height="1"/></g>']
    groups += [
        f'<g id="g{n}"><use href="#g{n - 1}"/><use xlink:href="#g{n - 1}"/></g>'
        for n in range(1, levels)
    ]
    return f'<defs>{"".join(groups)}</defs><use href="#g{levels - 1}"/>'


EMBEDDED = base64.b64encode(png_header(100_000, 100_000)).decode()
BAD = {
    "wide": (f'{HEAD}width="1000000" height="40"/>', "width='1000000'"),
    "wide for its height": (f'{HEAD}width="9000" height="40"/>', "9000 wide for a height of 40"),
    "view box": (f'{HEAD}viewBox="0 0 90000 40"/>', "90000 wide for a height of 40"),
    "both": (f'{HEAD}width="90000" viewBox="0 0 40 40"/>', "90000 wide"),
    "no length": (f'{HEAD}width="1e999" height="40"/>', "width='1e999'"),
    "negative": (f'{HEAD}width="-5" height="40"/>', "width='-5'"),
    "doubling": (f'{HEAD}width="40" height="40">{doubling(40)}</svg>', "too often"),
    "circle": (
        f'{HEAD}width="40" height="40"><g id="a"><use href="#a"/></g></svg>',
        "to itself",
    ),
    "long chain": (
        f'{HEAD}width="40" height="40">'
        + "".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(3000))
        + "</svg>",
        "too often",
    ),
    "patterns": (
        f'{HEAD}width="40" height="40"><pattern id="p"><rect fill="url(#p)"/></pattern></svg>',
        "to itself",
    ),
    "filters": (f'{HEAD}width="40" height="40">{"<filter/>" * 30}</svg>', "30 filters"),
    "elements": (f'{HEAD}width="40" height="40">{"<g/>" * 30_000}</svg>', "30001 elements"),
    "picture within": (
        f'{HEAD}width="40" height="40"><image href="data:image/png;base64,{EMBEDDED}"/></svg>',
        "at most 40 million pixels",
    ),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_drawing_that_asks_for_too_much_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "logo.svg"
    path.write_text(text, encoding="utf-8")
    for use in (logo_uri, logo_picture):
        with pytest.raises(SettingsError, match=words) as caught:
            use(path)
        assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("side", [7_000, 60_000])
@pytest.mark.parametrize("name", ["logo.png", "logo.jpg"])
def test_a_picture_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, name: str, side: int
) -> None:
    path = tmp_path / name
    path.write_bytes(png_header(side, side))
    for use in (logo_uri, logo_picture):
        with pytest.raises(SettingsError, match="at most 40 million pixels"):
            use(path)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"GIF89a" + bytes(40), png_header(3, 3)])
def test_a_picture_that_is_none_is_refused_in_plain_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="wanted an image") as caught:
        logo_picture(path)
    assert "unpack" not in str(caught.value)


def test_a_drawing_that_uses_parts_as_drawings_do_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    path.write_text(
        f'{HEAD}width="80" viewBox="0 0 80 40"><defs><g id="a"><rect width="9" height="9"/></g>'
        f"</defs>{'<use href=chr#achr x=chr5chr/>'.replace('chr', chr(34)) * 50}</svg>",
        encoding="utf-8",
    )
    assert imread(io.BytesIO(logo_picture(path))).shape[0] == 320


WEIGHTY = {
    "a tile of a million": '<defs><pattern id="p" width="1e6" height="1e6" '
    'patternUnits="userSpaceOnUse"><rect width="1e6" height="1e6"/></pattern></defs>'
    '<rect width="900000" height="900000" fill="url(#p)"/>',
    "marks on a long path": '<defs><marker id="m">' + '<circle r="1"/>' * 5000 + "</marker></defs>"
    f'<path d="M0 0{"l1 1-1 1" * 50_000}" stroke="black" marker-mid="url(#m)"/>',
}


@pytest.mark.parametrize("parts", WEIGHTY.values(), ids=WEIGHTY)
def test_a_drawing_that_multiplies_is_refused_and_ends_nothing(tmp_path: Path, parts: str) -> None:
    """Resvg ends its process where memory does not suffice: it has one of its own."""
    path = tmp_path / "logo.svg"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">{parts}</svg>',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError, match="wanted an image"):
        logo_picture(path)


def test_modules_beside_a_recording_do_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "pickle", "numpy", "resvg_py"):
        (tmp_path / f"{name}.py").write_text(
            "open('it_ran', 'w').close(); raise SystemExit\n", encoding="utf-8"
        )
    path = tmp_path / "logo.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<rect width="5" height="5"/></svg>',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert imread(io.BytesIO(logo_picture(path))).shape[2] == 4
    with suppress(ExportError):  # ezc3d wants more of a header; what counts is what ran
        header = Header(point_labels=["A"], analog_labels=[], parameters={}, descriptions={})
        write_header(tmp_path / "a.c3d", header)
    assert not (tmp_path / "it_ran").exists()


def test_a_picture_has_the_shape_of_a_logo(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(png_header(1, 39_000_000))
    with pytest.raises(SettingsError, match="found 1 x 39000000"):
        logo_uri(path)
