"""Views in one file, as versions up to 4 wrote them: without a summary beside."""

from __future__ import annotations

import json
from pathlib import Path

from opensim_pelvis.report.view import View


def write_whole(view: View, path: Path, **changed: object) -> Path:
    """Write a whole view, with other values under some keys."""
    tree = {**view, "format_version": 4, **changed}
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path
