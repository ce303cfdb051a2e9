"""Damaged command lines: every command and flag, in this process, by the program's own entry.

A line is JSON: its words, and of which flag a refusal must speak, if one alone was damaged. What
takes long behind the checks is left out; nothing may be written outside the folder.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

from opensim_pelvis.errors import ReadError, SettingsError
from opensim_pelvis.notices.plain_words import present
from tests.robustness import seeds
from tests.robustness.mutate import CELLS
from tests.robustness.seeds import Tree

HERE: Final = "here/a/b"
"""Where commands run: two folders up is still inside."""

LINE: Final = "line.json"
STAND_IN: Final = "the whole job is tried elsewhere"
MESSAGE: Final = 400

LINES: Final[Sequence[Sequence[str]]] = (
    ("demo", "--out", "out"),
    ("run", "t.toml", "--out", "out"),
    ("run", "imu", "--out", "out", "--sensor", "00B4F001=pelvis", "--sensor", "00B4F002=torso"),
    ("inspect", "imu"),
    ("inspect", "t.toml"),
    ("readers",),
    ("init", "imu", "--out", "new.toml"),
    ("selftest",),
    ("cohort", "results", "--out", "out"),
    ("reference", "results", "--out", "new.toml"),
    ("report", "results", "--out", "out"),
    ("texts", "de.po", "--language", "de"),
    ("compare", "w.mot", "w.mot", "--out", "out", "--offset", "0"),
    ("compare", "results", "w.trc", "--out", "out", "--up-axis", "z"),
    ("pool", "c0", "c1", "c2", "--out", "pooled.csv"),
)
"""Sound lines of every command."""

TRIAL: Final = b"""[recording]
path = "imu"
[sensors]
"00B4F001" = "pelvis"
"00B4F002" = "torso"
[subject]
sex = "female"
[activity]
kind = "running"
surface = "treadmill"
"""

_PATHS: Final = (
    *("imu", "t.toml", "w.mot", "w.trc", "w.fit", "e.csv", "w.c3d", "results", "empty", "nowhere"),
    *("nowhere/at/all", ".", "..", "t.toml/x", "empty.txt", "{here}", "{here}/new", "~", "out"),
)
_PATH_FLAGS: Final = frozenset(
    {
        *("--out", "--sensors", "--placement", "--mapping", "--model", "--speed-file", "--lab"),
        *("--events-file", "--agreement", "--markers", "--static-trial", "--debug"),
    }
)
_UNKNOWN: Final = (
    "--nope",
    "-x",
    "--",
    "-",
    "---",
    "--out=",
    "--rat",
    "-vv",
    "-h",
    "--=",
    "--o ut",
)
_WORDS: Final = (
    *("pelvis", "tibia_r=0.02", "a=pelvis", "=", "==", "z", "-y", "static", "female", "fused"),
    *("2.5", "100", "-1", "0", "1e9", "xsens", "auto", "whole", "2026-11-24", "S01", "treadmill"),
)
_MARKS: Final = (
    "\x1b[31m",
    "\r",
    "\n",
    "\u202e",
    "\udcff",
    "\ufeff",
    "'",
    '"',
    " ",
    "\t",
    "=",
    "/",
)


def tree_of_commands() -> tuple[Tree, ...]:
    """Return a tree for each sound line: what a command can find, and the line."""
    return tuple({**_files(), LINE: _line(words)} for words in LINES)


@cache
def _files() -> Tree:
    from tests.robustness.targets import _pool_seeds

    found = {
        "t.toml": TRIAL,
        "empty.txt": b"",
        "e.csv": seeds.events_csv()["e.csv"],
        "w.fit": seeds.fit()["s.fit"],
        "w.c3d": seeds.c3d()[2]["w.c3d"],
        "empty/.keep": b"",
        **seeds.mot(),
        **seeds.trc(),
        **{f"imu/{name}": content for name, content in seeds.xsens()[0].items()},
        **{f"results/{name}": content for name, content in seeds.result().items()},
        **_pool_seeds()[0],
    }
    return {f"{HERE}/{name}": content for name, content in found.items()}


def _line(words: Sequence[str], flag: str = "", added: Sequence[str] = ()) -> bytes:
    return json.dumps({"words": list(words), "flag": flag, "added": list(added)}).encode()


@cache
def _commands() -> Any:
    """Return the commands as the program makes them, made once: that takes most of the time."""
    import typer

    from opensim_pelvis.cli import commands as cli
    from opensim_pelvis.cli.screen.endings import add_verbose

    return add_verbose(typer.main.get_command(cli.app))


@cache
def _flags() -> dict[str, tuple[tuple[str, int, bool], ...]]:
    """Return flag, number of values and whether these are paths, by command."""
    return {
        name: tuple(
            (flag, 0 if option.is_flag else option.nargs, flag in _PATH_FLAGS)
            for option in command.params
            if option.param_type_name == "option"
            for flag in option.opts
        )
        for name, command in _commands().commands.items()
    }


def damage_line(content: bytes, rng: Random) -> tuple[bytes, str]:
    """Return a line with one flag added or changed, or damaged in several ways."""
    words = json.loads(content)["words"]
    if rng.random() < 0.5 and _flags()[words[0]]:
        flag, count, is_path = rng.choice(_flags()[words[0]])
        if flag not in words:
            values = [_value(rng, is_path) for _ in range(count)]
            joined = count == 1 and rng.random() < 0.3
            added = [f"{flag}={values[0]}"] if joined else [flag, *values]
            return _line(words, flag, added), "one flag"
    done = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        operator = rng.choice(OPERATORS)
        words = operator(words, rng) or [""]
        done.append(operator.__name__)
    return _line(words), "+".join(done)


def _value(rng: Random, is_path: bool = False) -> str:
    kinds: tuple[Sequence[str], ...] = (CELLS, _WORDS, _PATHS)
    value = rng.choice(_PATHS if is_path and rng.random() < 0.6 else rng.choice(kinds))
    value = value.replace("/etc/passwd", "{here}/etc/passwd").replace("\0", "")
    if rng.random() < 0.1:
        at = rng.randrange(len(value) + 1)
        value = value[:at] + rng.choice(_MARKS) + value[at:]
    return value


def set_word(words: list[str], rng: Random) -> list[str]:
    """Replace a word; that of the command seldom."""
    at = rng.randrange(min(1, len(words) - 1), len(words)) if rng.random() < 0.9 else 0
    return [*words[:at], _value(rng), *words[at + 1 :]]


def drop_word(words: list[str], rng: Random) -> list[str]:
    """Take a word out: a value is missing then, or an argument."""
    at = rng.randrange(len(words))
    return [*words[:at], *words[at + 1 :]]


def double_words(words: list[str], rng: Random) -> list[str]:
    """Say a stretch of words twice."""
    at = rng.randrange(len(words))
    return [*words, *words[at : at + rng.choice((1, 2))]]


def swap_words(words: list[str], rng: Random) -> list[str]:
    """Exchange two words."""
    changed = list(words)
    one, two = rng.randrange(len(words)), rng.randrange(len(words))
    changed[one], changed[two] = changed[two], changed[one]
    return changed


def add_word(words: list[str], rng: Random) -> list[str]:
    """Put a word in anywhere: no flag of ours, a flag of ours without a value, anything."""
    ours = [flag for flags in _flags().values() for flag, _, _ in flags]
    word = rng.choice((rng.choice(_UNKNOWN), rng.choice(ours), _value(rng), "--debug", "-v"))
    at = rng.randrange(len(words) + 1)
    return [*words[:at], word, *words[at:]]


def add_flag(words: list[str], rng: Random) -> list[str]:
    """Add a flag of any command with a value."""
    flag, count, is_path = rng.choice(
        _flags()[rng.choice(sorted(_flags()))] or (("--debug", 1, True),)
    )
    return [*words, flag, *(_value(rng, is_path) for _ in range(count))]


def set_letter(words: list[str], rng: Random) -> list[str]:
    """Put a letter into a word that no name should have, or take one out."""
    at = rng.randrange(len(words))
    place = rng.randrange(len(words[at]) + 1)
    mark = rng.choice((*_MARKS, ""))
    changed = words[at][:place] + mark + words[at][place + (not mark) :]
    return [*words[:at], changed, *words[at + 1 :]]


OPERATORS: Final[Sequence[Callable[[list[str], Random], list[str]]]] = (
    *(set_word, set_word, drop_word, double_words, swap_words, add_word, add_word),
    *(add_flag, add_flag, set_letter),
)


def run_line(folder: Path) -> None:
    """Run a line in its folder; raise as a refusal what it refused, and what should not be."""
    told = json.loads((folder / LINE).read_bytes())
    here = folder / HERE
    words, added = (
        [word.replace("{here}", str(here)) for word in told[key]] for key in ("words", "added")
    )
    flag = told["flag"] if tuple(words) in LINES else ""
    own = _refusal(folder, tuple(words)) if flag else ""
    message = _run(folder, [*words, *added])
    if flag and message and message not in (own, STAND_IN):
        values = [present(word.removeprefix(f"{flag}=")) for word in added]
        named = [word for word in (flag, *values) if word and word[:20].rstrip("/") in message]
        assert named, f"a refusal that does not speak of {flag}: {message[:300]}"
    if message:
        raise SettingsError(message)


@cache
def _refusal(folder: Path, words: tuple[str, ...]) -> str:
    """Return what a sound line is refused for, as one on an absent recording is."""
    return _run(folder, words)


def _run(folder: Path, words: Sequence[str]) -> str:
    """Run words; return what they were refused for, and raise what should not be."""
    here = folder / HERE
    before, kept = _look(folder), {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    try:
        code, shown = _call(words, here)
    finally:
        if _look(folder) != before:
            _restore(folder, kept)
    asked = [Path(os.path.abspath(here / os.path.expanduser(w))) for w in _parts(words)]  # noqa: PTH100, PTH111
    stray = [at for at in _escaped if not any(at.is_relative_to(a) for a in asked)]
    assert not stray, f"written outside: {stray[0]}"
    assert code in (0, 2, 3), f"exit code {code}: {shown[-300:]}"
    assert "Traceback" not in shown, shown[-300:]
    if code == 0:
        return ""
    _, found, message = shown.rpartition("error: ")
    assert found or code == 3, f"no error is told: {shown[-300:]}"
    whole = any(word.startswith(("-v", "--ve")) for word in words)
    assert whole or len(message) <= MESSAGE, f"message of {len(message)} letters"
    return STAND_IN if STAND_IN in message else message.strip() or "incomplete"


def _restore(folder: Path, kept: Mapping[Path, bytes]) -> None:
    """Take away what a line wrote, and put back what it changed."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(at.is_relative_to(path) for at in kept):
                shutil.rmtree(path)
        elif path not in kept:
            path.unlink()
    for path, content in kept.items():
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _parts(words: Sequence[str]) -> list[str]:
    """Return words, and what follows the sign of equality in them."""
    return [part for word in words for part in (word, word.partition("=")[2]) if part]


def _look(folder: Path) -> list[tuple[str, int, int]]:
    found = sorted(folder.rglob("*"))
    return [(str(p), s.st_size, s.st_mtime_ns) for p in found if (s := p.lstat())]


def _call(words: Sequence[str], here: Path) -> tuple[int, str]:
    """Return the exit code, and what was said about faults."""
    from opensim_pelvis.cli import commands as cli
    from opensim_pelvis.cli.screen.endings import end

    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    with _brief(), _guarded(here), chdir(here), mock.patch.object(
        sys, "argv", ["opensim-pelvis", *words]
    ), redirect_stdout(printed), redirect_stderr(shown):  # fmt: skip
        code = end(cli.app)
    shown.flush()
    return code, shown.buffer.getvalue().decode()  # type: ignore[attr-defined]


@contextmanager
def _brief() -> Iterator[None]:
    """Let commands end where long work would begin, after all checks."""
    import typer
    from matplotlib import figure

    from opensim_pelvis import pipeline
    from opensim_pelvis.cli.screen import endings
    from opensim_pelvis.cli.selftest import run
    from opensim_pelvis.gait.analysis import check_files
    from opensim_pelvis.io.reading import read_recording
    from opensim_pelvis.report import again
    from opensim_pelvis.simulate import demo

    def run_trial(settings: Any, *, accept: Callable[[Any], None], **_: Any) -> None:
        recording = read_recording(settings.recording)
        accept(recording)
        check_files(settings)
        raise ReadError(f"recording: {STAND_IN}")

    def nothing(*_: Any, **__: Any) -> None:
        raise ReadError(f"demo: {STAND_IN}")

    def save(_: Any, target: Any, **__: Any) -> None:
        if isinstance(target, str | Path):
            Path(target).write_bytes(b"")

    group = _commands()
    with (
        mock.patch.object(typer.main, "get_command", return_value=None),
        mock.patch.object(endings, "add_verbose", return_value=group),
        mock.patch.object(figure.Figure, "savefig", save),
        mock.patch.object(pipeline, "run_trial", run_trial),
        mock.patch.object(demo, "deliver_demo", nothing),
        mock.patch.object(run, "run_checks", return_value=()),
        mock.patch.object(again, "write_pdf", lambda view, path, lab: path),
    ):
        yield


_allowed: list[Path] = []
"""Below these may be written, while there are any."""

_escaped: list[Path] = []
"""Where else a command tried to."""

_hooked: list[bool] = []

_CACHES: Final = frozenset({"__pycache__", "matplotlib"})
"""Folders that Python and libraries keep for themselves."""

_WRITES: Final = frozenset({"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"})


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop what writes elsewhere: a hook of the interpreter, since these never leave it."""
    if not _allowed or not (event == "open" or event in _WRITES):
        return
    paths = arguments[:2] if event == "os.rename" else arguments[:1]
    if event == "open" and not int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        return
    for path in paths:
        if isinstance(path, str | bytes | os.PathLike):
            at = Path(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100
            if not any(at.is_relative_to(p) for p in _allowed) and not _CACHES & {*at.parts}:
                _escaped.append(at)
                raise PermissionError(13, "outside", str(at))


@contextmanager
def _guarded(here: Path) -> Iterator[None]:
    """Refuse to write elsewhere, as a computer does where a person has no right to."""
    if not _hooked:
        sys.addaudithook(_watch)
        _hooked.append(True)
    _escaped.clear()
    _allowed[:] = [here.parent.parent, Path(tempfile.gettempdir()), Path("/dev/null")]
    try:
        yield
    finally:
        _allowed.clear()
