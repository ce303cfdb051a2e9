"""The contract of a reader, as tests to inherit."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import PluginError, ReadError
from opensim_pelvis.io.registry import READERS, Match, Reader, list_plugins, load_reader
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_apdm_csv,
    write_c3d_rotations,
    write_csv,
    write_dot,
    write_sto,
    write_ximu3,
    write_xsens,
)
from opensim_pelvis.testing.damage import (
    add_blank_lines,
    cut,
    drop_bytes,
    drop_column,
    drop_lines,
    find_rows,
    flip,
    is_text,
    pad_with_zeros,
    shorten_row,
    write_rubbish,
)
from opensim_pelvis.testing.same_recording import (
    check_equal_or_missing,
    check_identical,
    check_round_trip,
    check_sound,
)
from opensim_pelvis.types import Recording

_fuzzed = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)

Change = Callable[[st.DataObject, bytes], bytes]

_BUILT_IN: Final[Mapping[str, Callable[[Recording, Path], object]]] = {
    "xsens": lambda recording, folder: write_xsens(recording, folder),
    "sto": lambda recording, folder: write_sto(recording, folder / "run.sto"),
    "table": lambda recording, folder: write_csv(recording, folder / "run.csv"),
    "c3d": lambda recording, folder: write_c3d_rotations(recording, folder / "run.c3d"),
    "dot": lambda recording, folder: write_dot(recording, folder),
    "apdm": lambda recording, folder: write_apdm_csv(recording, folder / "run.csv"),
    "ximu3": lambda recording, folder: write_ximu3(recording, folder / "log"),
}
"""Formats whose files another reader must leave alone."""


@dataclass(frozen=True, eq=False)
class Intact:
    """A sound recording on disk: its folder, what to read there, and what was written."""

    folder: Path
    path: Path
    written: Recording
    read: Callable[[Path], Recording]

    def __repr__(self) -> str:
        """Return the path alone: hypothesis shows this for every failing example."""
        return f"<{self.path.name}>"

    @cached_property
    def found(self) -> Recording:
        """Return what the reader finds there, read once for all damaged copies."""
        return self.read(self.path)


class ReaderContract:
    """What every reader keeps. Inherit, and fill in ``reader``, ``tolerances`` and ``write``.

    ::

        class TestMyReader(ReaderContract):
            reader = MyReader()
            tolerances = {"R_ES": 1e-5, "acceleration_mps2": 1e-6}

            def write(self, recording, directory):
                return write_my_format(recording, directory / "walk.my")

    Attributes
    ----------
    reader : Reader
    tolerances : mapping of str to float
        How exactly each signal survives writing and reading: absolute, by field of
        ``SensorSignals``, in its SI unit; of ``R_ES`` an angle in radians. A signal that is not
        named is one that the format cannot hold.
    """

    reader: ClassVar[Reader]
    tolerances: ClassVar[Mapping[str, float]]

    def write(self, recording: Recording, directory: Path) -> Path:
        """Write a recording in the format; return the path that is read: a file or a folder."""
        raise NotImplementedError("fill in write(recording, directory)")

    def make_recording(self) -> Recording:
        """Return what is written: two sensors with all signals, one of them with a gap.

        Replace it where the format wants something else (one sensor, no gaps).
        """
        truth = simulate_runner(session=Session(duration_s=1.5, rate_hz=40.0, still_s=0.5))
        sensors = SensorSettings(
            mountings=random_mountings(7),
            heading_rad=0.5,
            magnetometer=True,
            gaps=(Gap(body="torso", start_s=0.8, length_s=0.1),),
        )
        return simulate_sensors(truth, sensors, ("pelvis", "torso"))

    def identifiers(self, written: Recording) -> tuple[str, ...]:
        """Return what the reader calls the sensors; their identifiers unless replaced."""
        return written.identifiers

    def settings(self, path: Path) -> RecordingSettings:
        """Return the settings to read with; the path alone unless replaced."""
        return RecordingSettings(path=path)

    def data_start(self, content: bytes) -> int:
        """Return where in a file the samples begin: a changed byte from there on is one sample.

        The first row that starts with a digit, for a text. Of a binary file nothing is known,
        and a changed byte may mean anything; replace it where the place is known.
        """
        return find_rows(content) if is_text(content) else len(content)

    @pytest.fixture(scope="class")
    @classmethod
    def intact(cls, tmp_path_factory: pytest.TempPathFactory) -> Intact:
        """Return a sound recording on disk."""
        contract = cls()
        folder, written = tmp_path_factory.mktemp("intact"), contract.make_recording()
        return Intact(folder, contract.write(written, folder), written, contract.read)

    def read(self, path: Path) -> Recording:
        """Read a path."""
        return self.reader.read(self.settings(path))

    # --- what it says about itself ---------------------------------------------------------

    def test_it_is_a_reader_and_describes_itself(self) -> None:
        assert isinstance(self.reader, Reader)
        for name in ("description", "gives", "tried_on"):
            text = getattr(self.reader, name)
            assert isinstance(text, str), name
            assert text.strip() == text != "", f"{name} is empty"
            assert "\n" not in text, f"{name} is one line"

    # --- which paths it claims -------------------------------------------------------------

    def test_it_claims_its_own_format_and_says_why(self, intact: Intact) -> None:
        match = self.reader.sniff(intact.path)
        assert isinstance(match, Match)
        assert match.matches, match.reason
        assert match.reason

    def test_no_other_reader_claims_its_format(self, intact: Intact) -> None:
        for name in list_plugins(READERS):
            other = _load(name)
            if other is not None and type(other) is not type(self.reader):
                assert not other.sniff(intact.path).matches, f"reader '{name}' claims it, too"

    def test_it_leaves_other_formats_alone(self, tmp_path: Path) -> None:
        for name, write in _BUILT_IN.items():
            if type(_load(name)) is type(self.reader):
                continue
            folder = tmp_path / name
            folder.mkdir()
            write(self.make_recording(), folder)
            for path in (folder, *folder.iterdir()):
                match = self.reader.sniff(path)
                assert not match.matches, f"it claims a recording of '{name}': {match.reason}"

    def test_it_claims_no_rubbish_and_reads_none(self, tmp_path: Path) -> None:
        for path in write_rubbish(tmp_path):
            match = self.reader.sniff(path)
            assert not match.matches, f"{path.name} is claimed: {match.reason}"
            assert match.reason, f"{path.name}: no reason is given"
            with pytest.raises(ReadError) as caught:
                self.read(path)
            assert path.name in str(caught.value), f"{caught.value} does not name {path.name}"

    # --- what it reads ---------------------------------------------------------------------

    def test_what_it_reads_is_sound(self, intact: Intact) -> None:
        recording = self.read(intact.path)
        check_sound(recording)
        assert recording.identifiers == self.identifiers(intact.written)
        own = [_load(name) for name in list_plugins(READERS) if name == recording.reader]
        assert all(type(reader) is type(self.reader) for reader in own), recording.reader

    def test_every_file_is_hashed(self, intact: Intact) -> None:
        hashed = {Path(file.path).resolve() for file in self.read(intact.path).files}
        there = {path.resolve() for path in intact.folder.rglob("*") if path.is_file()}
        assert hashed == there

    def test_everything_written_comes_back(self, intact: Intact) -> None:
        check_round_trip(intact.written, self.read(intact.path), self.tolerances)

    def test_reading_twice_gives_the_same(self, intact: Intact) -> None:
        again = type(self.reader)().read(self.settings(intact.path))
        check_identical(self.read(intact.path), again)

    # --- what it does with damage ----------------------------------------------------------

    @_fuzzed
    @given(data=st.data())
    def test_a_file_that_was_cut_off(self, intact: Intact, data: st.DataObject) -> None:
        self._damage(intact, data, cut)

    @_fuzzed
    @given(data=st.data())
    def test_lines_that_are_gone(self, intact: Intact, data: st.DataObject) -> None:
        self._damage(intact, data, drop_lines, text_only=True)

    @_fuzzed
    @given(data=st.data())
    def test_a_column_that_is_gone(self, intact: Intact, data: st.DataObject) -> None:
        self._damage(intact, data, drop_column, text_only=True)

    @pytest.mark.parametrize("change", [pad_with_zeros, add_blank_lines, shorten_row])
    @_fuzzed
    @given(data=st.data())
    def test_a_text_as_loggers_leave_it(
        self, intact: Intact, change: Change, data: st.DataObject
    ) -> None:
        self._damage(intact, data, change, text_only=True)

    @_fuzzed
    @given(data=st.data())
    def test_bytes_that_changed_among_the_samples(
        self, intact: Intact, data: st.DataObject
    ) -> None:
        count = data.draw(st.integers(1, 3), label="count")

        def change(data: st.DataObject, content: bytes) -> bytes:
            start = self.data_start(content)
            return (
                flip(data, content, start, len(content), count) if start < len(content) else content
            )

        self._damage(intact, data, change, altered=count)

    @_fuzzed
    @given(data=st.data())
    def test_bytes_that_changed_in_the_header(self, intact: Intact, data: st.DataObject) -> None:
        def change(data: st.DataObject, content: bytes) -> bytes:
            start = self.data_start(content)
            return flip(data, content, 0, start, 1) if start else content

        self._damage(intact, data, change, sound_only=True)

    @_fuzzed
    @given(data=st.data())
    def test_a_stretch_that_is_gone(self, intact: Intact, data: st.DataObject) -> None:
        self._damage(intact, data, drop_bytes, sound_only=True)

    def _damage(
        self,
        intact: Intact,
        data: st.DataObject,
        change: Callable[[st.DataObject, bytes], bytes],
        *,
        text_only: bool = False,
        sound_only: bool = False,
        altered: int = 0,
    ) -> None:
        """Damage one file of a copy: ReadError, or what is read stood there."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / intact.folder.name
            shutil.copytree(intact.folder, folder)
            path = folder / intact.path.relative_to(intact.folder)
            original = intact.found
            files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.suffix != ".toml"]
            victim = data.draw(st.sampled_from(files), label="file")
            content = victim.read_bytes()
            if text_only and not is_text(content):
                pytest.skip(f"{victim.name} is no text")
            victim.write_bytes(change(data, content))
            self.reader.sniff(path)
            try:
                found = self.read(path)
            except ReadError as fault:
                message = str(fault)
                if victim.name not in message and path.name not in message:
                    raise AssertionError(f"the message names no file: {message}") from fault
                return
            check_sound(found)
            if not sound_only:
                check_equal_or_missing(original, found, altered)


def _load(name: str) -> Reader | None:
    """Return a reader, or None where its package is broken: that is not for us to tell."""
    try:
        return load_reader(name)
    except PluginError:
        return None
