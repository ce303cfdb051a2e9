"""The manifest of a set: whose it is, and which files belong to it with their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from opensim_pelvis.io.documents import DocumentError, FaultError, read_json, record_of

MANIFEST: Final = "_manifest.json"
"""How the name of every manifest ends."""

FORMAT: Final = "opensim-pelvis manifest"
FORMAT_VERSION: Final = 1
MAX_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a set of files is.

    Parameters
    ----------
    kind : str
        ``run``, ``demo``, ``comparison``, ``cohort`` or ``reports``.
    name : str
        Of the trial, or what else the set is called.
    subject : str or None
    inputs : tuple of str
        SHA-256 of each file that the set was made from, where that tells whose it is; sorted.
    files : mapping of str to str
        SHA-256 by name, relative to the folder of the manifest, with ``/``.
    missing : mapping of str to str
        What could not be written, and why.
    """

    kind: str
    name: str
    subject: str | None = None
    inputs: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.files:
            if not name or name.startswith("/") or ".." in name.split("/"):
                raise FaultError(f"files: wanted names inside the folder, found '{name[:40]}'")


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest as JSON."""
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "program_version": version("opensim-pelvis"),
        "kind": manifest.kind,
        "name": manifest.name,
        "subject": manifest.subject,
        "inputs": list(manifest.inputs),
        "missing": dict(manifest.missing),
        "files": dict(sorted(manifest.files.items())),
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> Manifest | None:
    """Read a manifest; None where the file is none of ours, or not whole."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        tree = read_json(path)
        if not isinstance(tree, dict) or tree.get("format") != FORMAT:
            return None
        manifest = record_of(Manifest, tree)
    except (OSError, DocumentError, FaultError):
        return None
    return manifest if manifest.kind and manifest.name and manifest.files else None


def find_manifests(folder: Path) -> dict[str, Manifest]:
    """Return the manifests that lie in a folder, by file name."""
    try:
        paths = sorted(p for p in folder.iterdir() if p.name.endswith(MANIFEST))
    except OSError:
        return {}
    found = {path.name: read_manifest(path) for path in paths}
    return {name: manifest for name, manifest in found.items() if manifest is not None}


def changed_files(manifest: Manifest, folder: Path) -> tuple[str, ...]:
    """Return the files of a set that are there, but no longer as they were written."""
    return tuple(
        name
        for name, digest in manifest.files.items()
        if (folder / name).is_file() and hash_file(folder / name) != digest
    )


def lost_files(manifest: Manifest, folder: Path) -> tuple[str, ...]:
    """Return the files of a set that are not there any more."""
    return tuple(name for name in manifest.files if not (folder / name).is_file())
