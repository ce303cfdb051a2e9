"""A flow becomes a PDF, by Typst: tagged, with fonts of our own, the same bytes each time."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from opensim_pelvis.io.processes import may_use, python_module
from opensim_pelvis.language import fonts
from opensim_pelvis.report.flow import Flow, quoted
from opensim_pelvis.report.texts import Texts

MAX_BOXES: Final = 20
ACCESSIBLE: Final = "ua-1"
"""PDF/UA-1: what screen readers need. Typst checks it as it writes."""

_FACES: Final = ("Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK SC")
_LOGO: Final = "logo"


def save(make: Callable[[], Flow], path: Path, title: str, texts: Texts) -> Path:
    """Set pages and write them, without a date.

    Parameters
    ----------
    make : callable
        Returns the flow; what is beyond its number of pages is left out, from the end.
    path : Path
    title : str
        Of the document, for readers and screen readers.
    texts : Texts
    """
    flow = make()
    missing = fonts.missing_letters("".join(dict.fromkeys("".join(flow.words))))
    remark = ""
    if missing:
        codes = " ".join(f"U+{ord(letter):04X}" for letter in missing[:MAX_BOXES])
        remark = texts["page"]["boxes"].format(letters=codes)
        flow.words.append(remark)
    with TemporaryDirectory() as folder:
        if flow.logo is not None:
            (Path(folder) / _LOGO).write_bytes(flow.logo.content)
        order = (_opening(flow, title, remark), flow.blocks, flow.most, folder)
        content = set_pages(*order) if may_use("typst") else _in_a_process_of_its_own(*order)
    path.write_bytes(content)
    return path


def set_pages(opening: str, blocks: Sequence[str], most: int, folder: str) -> bytes:
    """Return a PDF of as many blocks as stand on so many pages.

    Parameters
    ----------
    opening : str
        What comes before the blocks, in Typst's language.
    blocks : sequence of str
    most : int
        Pages.
    folder : str
        Where a logo is read.
    """

    def fits(count: int) -> bool:
        return _pages(opening + "".join(blocks[:count]), folder) <= most

    low, high = 0, len(blocks)
    if not fits(high):
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        high = low
    return _compiled(opening + "".join(blocks[:high]), folder)


def _in_a_process_of_its_own(*order: object) -> bytes:
    words = python_module("opensim_pelvis.report.typeset")
    told = json.dumps(order).encode()
    return subprocess.run(words, input=told, capture_output=True, check=True).stdout


def _opening(flow: Flow, title: str, remark: str) -> str:
    face = _FACES[fonts.east_asian_face("".join(flow.words))]
    arabic = '(name: "Noto Sans Arabic", covers: regex("\\p{Arabic}"))'
    settings = (
        f"{quoted(title)}, {quoted(flow.language.code.partition('-')[0])}, "
        f"({arabic}, {quoted(fonts.BASE)}, {quoted(face)}), {quoted(flow.footer)}, {quoted(remark)}"
    )
    look = files("opensim_pelvis.report.templates").joinpath("report.typ")
    return f"{look.read_text(encoding='utf-8')}\n#show: body => report({settings}, body)\n"


def _pages(source: str, folder: str) -> int:
    count = "#context [#metadata(counter(page).final().first())<pages>]"
    return int(_compiler(source + count, folder).query("<pages>", field="value", one=True))


def _compiled(source: str, folder: str) -> bytes:
    """Return the PDF; with letters that no font has it does not claim that it can be read out."""
    import typst

    try:
        return bytes(_compiler(source, folder).compile(format="pdf", pdf_standards=ACCESSIBLE))
    except typst.TypstError:
        return bytes(_compiler(source, folder).compile(format="pdf"))


def _compiler(source: str, folder: str) -> Any:
    import typst

    return typst.Compiler(
        source.encode(), root=folder, font_paths=_fonts(), ignore_system_fonts=True
    )


@functools.cache
def _fonts() -> Any:
    import typst

    folders = [str(folder) for folder in fonts.font_folders()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


if __name__ == "__main__":
    sys.stdout.buffer.write(set_pages(*json.loads(sys.stdin.buffer.read())))
