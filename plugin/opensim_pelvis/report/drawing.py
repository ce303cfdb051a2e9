"""An SVG is drawn by resvg in a process of its own, which has so much time and memory and no more.

What an SVG makes resvg do cannot be told from its text alone: patterns, markers and filters
multiply, and resvg ends its whole process where memory does not suffice.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Final

from opensim_pelvis.io.processes import python_module
from opensim_pelvis.language import fonts

MAX_BYTES: Final = 2**30
MAX_CPU_S: Final = 3
MAX_WAIT_S: Final = 30.0
"""Many fonts on a network may be slow; the drawing of a logo takes a tenth of a second."""


def draw_svg(svg: str, height_px: int) -> bytes:
    """Return an SVG as a PNG; its letters are of the system's fonts, else of ours.

    Raises
    ------
    ValueError
        When it cannot be drawn with the time and the memory that a logo needs.
    """
    own = [str(folder) for folder in fonts.font_folders()]
    order = {"svg_string": svg, "height": height_px, "font_dirs": own, "font_family": fonts.BASE}
    try:
        done = subprocess.run(
            python_module("opensim_pelvis.report.drawing"),
            input=json.dumps(order).encode(),
            capture_output=True,
            check=False,
            timeout=MAX_WAIT_S,
        )
    except subprocess.TimeoutExpired:
        raise ValueError("drawing takes too long") from None
    if done.returncode or not done.stdout:
        raise ValueError("drawing failed")
    return done.stdout


def _bound() -> None:
    """Limit this process; Windows has no such limits, and the time to wait remains."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))


def main() -> None:
    """Draw what stands on the standard input, to the standard output."""
    import resvg_py

    order = json.loads(sys.stdin.buffer.read())
    _bound()
    sys.stdout.buffer.write(bytes(resvg_py.svg_to_bytes(**order)))


if __name__ == "__main__":
    main()
