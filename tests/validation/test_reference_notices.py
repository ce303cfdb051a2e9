"""What readers of references tell, to the letter, where several things stand in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from opensim_pelvis.notices import Notice, say
from opensim_pelvis.rotations import from_euler
from opensim_pelvis.validation.alignment import AlignmentSettings
from opensim_pelvis.validation.clusters import orient_clusters
from opensim_pelvis.validation.compare import Comparison, ComparisonSettings, compare_motions
from opensim_pelvis.validation.even_times import make_even
from opensim_pelvis.validation.markers import MarkerTrial, segments_from_markers
from opensim_pelvis.validation.reference_motion import Motion, motion_from_markers
from opensim_pelvis.validation.sources import ReferenceSettings
from opensim_pelvis.validation.trc_files import read_trc
from tests.notices import codes, sentences

from .markers_of_runner import LABELS, runner, trc_text

T = np.arange(400) / 50.0


def told_of(text: str) -> tuple[str, ...]:
    return sentences(read_trc(Path("run.trc"), text).notes)


def trial(names: tuple[str, ...], left_out: dict[str, Notice] | None = None) -> MarkerTrial:
    """Return markers of the runner, and others beside the pelvis."""
    known = runner().markers_mm
    places = {name: known[name] if name in known else known["LASI"] + 30.0 for name in names}
    return MarkerTrial(
        name="run",
        rate_hz=50.0,
        time_s=runner().time_s,
        positions_m={name: p[:, [2, 0, 1]] / 1000.0 for name, p in places.items()},
        source="made",
        left_out=left_out or {},
    )


def test_counts_and_ends_of_a_trc_are_told_in_words() -> None:
    text = trc_text()
    header = text.replace("50\t50\t700\t10\t", "50\t50\t800\t12\t")
    assert told_of(header) == (
        "run.trc: the header states 800 frames, but the file has 700",
        "run.trc: the header states 12 markers, but the file has 10",
    )
    lines = text.rstrip("\n").split("\n")
    broken = [*lines[:20], lines[20].rpartition("\t")[0], *lines[21:]]
    assert told_of("\n".join(broken) + "\n") == (
        "run.trc: 1 rows end in the middle of a marker, which is missing there",
    )
    beyond = [*lines[:6], *(f"{line}\t1.0\t2.0\t3.0" for line in lines[6:])]
    assert "run.trc: trajectories after the last label were discarded: 1" in told_of(
        "\n".join(beyond) + "\n"
    )


def test_of_many_holes_three_are_shown() -> None:
    kept = np.delete(np.arange(400), [20, 60, 61, 100, 200, 300])
    values = np.sin(T[kept])[:, None]
    assert sentences(make_even("a.mot", T[kept], values).notes) == (
        "a.mot: 6 of 400 rows are absent (0.38-0.42 s, 1.18-1.24 s, 1.98-2.02 s, ...) and count as "
        "missing",
    )
    untimed = np.where(np.arange(400) == 7, np.nan, T)
    notes = make_even("a.mot", untimed, np.sin(T)[:, None]).notes
    assert sentences(notes)[0] == "a.mot: 1 rows without a time were discarded"
    rounded = np.floor(np.arange(400) / 1.5) / 100.0
    (note,) = make_even("a.mot", rounded, np.cumsum(T)[:, None]).notes
    assert note.code == "reference.times_rounded"
    assert (note.values["file"], note.values["decimals"]) == ("a.mot", 2)


def test_why_a_segment_is_absent_is_told_with_the_markers() -> None:
    why = Notice(code="reference.never_seen", severity="note")
    thorax = segments_from_markers(trial(LABELS, {"CLAV": why})).absent["torso"]
    assert say(thorax) == "no marker C7, T10, CLAV, STRN: not measured in any frame of the file"
    sacrum = ("LASI", "RASI", "SACR", "RKJC", "RKNE")
    absent = segments_from_markers(trial(sacrum)).absent
    assert say(absent["femur_r"]) == "no RHJC, and no PSIS markers to estimate it"
    assert say(absent["femur_l"]) == "no LKJC and no LKNE (knee centre and knee marker)"
    lone = segments_from_markers(trial(("RKJC",)), needed=False).absent
    assert {body: say(note) for body, note in lone.items()} == {"pelvis": "it has no markers"}


def test_plates_are_told_to_show_turns_only() -> None:
    plate = ("LASI", "RASI", "LPSI")
    told = motion_from_markers(trial(plate), {"pelvis": plate}).notes
    assert codes(told) == ["reference.cluster", "reference.plates"]
    assert told[1].subject == ("pelvis",)
    _, (note,) = orient_clusters(trial(plate), {"pelvis": plate})
    assert note == told[0]


def compared(estimate: np.ndarray, reference: np.ndarray) -> Comparison:
    names = ("result", "cameras")
    one, other = (
        Motion(name=name, rate_hz=50.0, time_s=T, R_GB={"pelvis": q}, source=name)
        for name, q in zip(names, (estimate, reference), strict=True)
    )
    settings = ComparisonSettings(
        estimate=Path("out"),
        reference=ReferenceSettings(path=Path("a.c3d")),
        offset_s=0.0,
        alignment=AlignmentSettings(heading_on="still"),
    )
    return compare_motions(one, other, settings)


def pelvis(sense: float) -> np.ndarray:
    turns = [0.2 * sense * np.sin(5.0 * T), 0.1 * np.sin(5.0 * T + 1.0), 0.1 * np.cos(9.0 * T)]
    return from_euler("YXZ", np.stack(turns, axis=1))


def test_opposite_senses_and_a_pose_that_was_not_seen_are_told() -> None:
    found = compared(pelvis(1.0), pelvis(-1.0))
    assert codes(found.notes) == ["compare.no_stride", "compare.opposite", "compare.pose_not_seen"]
    assert found.notes[1].subject == ("pelvic_axial_rotation",)


def test_an_angle_of_too_few_samples_is_absent_with_its_reason() -> None:
    few = pelvis(1.0)
    few[5:] = np.nan
    found = compared(pelvis(1.0), few)
    assert say(found.absent["pelvic_obliquity"]) == "fewer than 10 samples in common"
