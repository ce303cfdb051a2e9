"""What thighs account for: known parts come back, chance does not, unknown effects are unnamed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.kinematics.angle_definitions import thigh_extension
from opensim_pelvis.report.agreement_words import sentences
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.rotations import from_rotation_vector, multiply
from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
from opensim_pelvis.validation.sources import ReferenceSettings
from opensim_pelvis.validation.thigh_part import ThighPart, split_difference
from opensim_pelvis.validation.write_agreement import as_rows
from tests.validation.markers_of_runner import compared, runner, trc_text

STRIDES = 12
POINTS = 101
PART = np.linspace(0.0, 1.0, POINTS)
PHASE = 2.0 * np.pi * PART
SPANS = [(0.7 * i, 0.7 * (i + 1)) for i in range(STRIDES)]
ROTATION, OBLIQUITY = "pelvic_axial_rotation", "pelvic_obliquity"
A, B = 0.15, -0.04


def thighs(swing_deg: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    """Return extensions whose strides differ; D is the swing times a sine."""
    swing = swing_deg + np.linspace(-3.0, 3.0, STRIDES)[:, None]
    return -swing * np.sin(PHASE) - 5.0, swing * np.sin(PHASE)


def made(a: float = A, b: float = B, noise_deg: float = 0.5) -> np.ndarray:
    """Return result minus reference: the reference is the result and a D + b D'."""
    swing = thighs()[1].max(axis=1, keepdims=True)
    rng = np.random.default_rng(4)
    other = noise_deg * np.sqrt(2.0) * np.sin(5 * PHASE + rng.uniform(0, 6.28, (STRIDES, 1)))
    return 2.0 - swing * (a * np.sin(PHASE) + b * np.cos(PHASE)) + other


def split(
    difference: np.ndarray,
    angle: str = OBLIQUITY,
    gait: ActivityKind | None = "running",
    spans: list[tuple[float, float]] = SPANS,
) -> ThighPart:
    found = split_difference(angle, difference, thighs(), spans, gait)
    assert found is not None
    return found


def test_the_part_that_was_put_in_comes_back_with_its_sign_and_the_rest_with_its_size() -> None:
    found = split(made())
    assert (found.a, found.b) == (pytest.approx(A, abs=1e-3), pytest.approx(B, abs=1e-3))
    whole = 30.1 * np.hypot(A, B) / np.sqrt(2.0)
    assert found.difference_deg == pytest.approx(np.hypot(whole, 0.5), abs=0.05)
    assert found.rest_deg == pytest.approx(0.5, abs=0.02)
    assert found.share == pytest.approx(1.0 - 0.25 / (whole**2 + 0.25), abs=0.01)
    assert 0.9 < found.gain_low < found.share
    assert found.is_reason


def test_a_difference_that_thighs_do_not_make_gains_nothing() -> None:
    """Each stride's own phase is left to chance: fitted on itself it would gain."""
    rng = np.random.default_rng(3)
    chance = 2.0 * np.sin(PHASE + rng.uniform(0.0, 2.0 * np.pi, (STRIDES, 1)))
    found = split(chance)
    assert found.share < 0.2
    assert found.gain_low < 0.0
    assert not found.is_reason
    assert split(np.full((STRIDES, POINTS), 3.0)).share == 0.0


@pytest.mark.parametrize(
    ("angle", "gait", "a", "is_reason"),
    [
        (OBLIQUITY, "running", A, True),
        (OBLIQUITY, "walking", A, True),
        (OBLIQUITY, None, A, True),
        (ROTATION, "running", A, True),
        (ROTATION, "walking", A, False),  # no such effect is known
        (ROTATION, None, A, False),
        (OBLIQUITY, "running", -A, False),  # the other way round than in people
        ("pelvic_anterior_tilt", "running", A, False),
    ],
)
def test_only_an_effect_that_others_show_is_called_a_reason(
    angle: str, gait: ActivityKind | None, a: float, is_reason: bool
) -> None:
    found = split(made(a=a), angle, gait)
    assert found.share > 0.9
    assert found.is_reason == is_reason


def test_half_of_a_difference_or_less_is_not_called_explained() -> None:
    found = split(made(a=0.05, b=0.0, noise_deg=1.5))
    assert 0.0 < found.share < 0.5
    assert found.gain_low > 0.0
    assert not found.is_reason


def test_strides_that_overlap_do_not_predict_each_other() -> None:
    """Right and left strides share their samples: each pair has a phase of its own."""
    rng = np.random.default_rng(5)
    pairs = np.repeat(rng.uniform(0.0, 2.0 * np.pi, STRIDES // 2), 2)[:, None]
    chance = 2.0 * np.sin(PHASE + pairs)
    overlapping = [(0.7 * (i // 2) + 0.1 * (i % 2), 0.7 * (i // 2) + 0.65) for i in range(STRIDES)]
    assert split(chance, spans=overlapping).share < 0.1
    together = split(made(), spans=overlapping)
    assert together.gain_low < split(made()).gain_low  # half as many strides


@pytest.mark.parametrize("twins", [1, 2])
def test_no_stride_is_predicted_from_itself(twins: int) -> None:
    """Fitted on itself, or on one that shares its samples, each stride would gain from chance."""
    shares = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        phases = np.repeat(rng.uniform(0.0, 2.0 * np.pi, 4), twins)[:, None]
        spans = [(0.7 * (i // twins), 0.7 * (i // twins) + 0.65) for i in range(4 * twins)]
        some = tuple(extension[: 4 * twins] for extension in thighs())
        found = split_difference(OBLIQUITY, np.sin(PHASE + phases), some, spans, "running")
        assert found is not None
        shares.append(found.share)
    assert np.mean(shares) < -0.1


def test_a_comparison_finds_the_thighs_in_the_reference_with_their_sign() -> None:
    """The right side of the other system rises by A D; D is positive, right thigh in front."""
    estimate = runner().estimate
    right, left = (thigh_extension(estimate.R_GB[f"femur_{side}"]) for side in "rl")
    raised = np.zeros((right.size, 3))
    raised[:, 0] = -A * (left - right) / 2.0  # right side up is a negative turn about x
    pelvis = multiply(estimate.R_GB["pelvis"], from_rotation_vector(raised))
    other = replace(estimate, name="other", R_GB={**estimate.R_GB, "pelvis": pelvis})
    settings = ComparisonSettings(
        estimate=Path("runner"), reference=ReferenceSettings(path=Path("other")), offset_s=0.0
    )
    table = compare_motions(replace(estimate, gait="running"), other, settings).table
    part = next(angle.thighs for angle in table.angles if angle.name == OBLIQUITY)
    assert part is not None
    assert part.a == pytest.approx(A, rel=0.05)
    assert part.b == pytest.approx(0.0, abs=0.02)
    assert part.share > 0.95
    assert part.is_reason


def test_strides_with_gaps_are_left_out_and_too_few_give_none() -> None:
    difference = made()
    difference[3, 40] = np.nan
    assert split(difference).strides == STRIDES - 1
    right, left = thighs()
    few = split_difference(OBLIQUITY, made()[:2], (right[:2], left[:2]), SPANS[:2], "running")
    assert few is None


def test_tables_and_sentences_of_a_comparison_have_both_parts(tmp_path: Path) -> None:
    path = tmp_path / "run.trc"
    path.write_text(trc_text())
    rows = {row["angle"]: row for row in as_rows(compared(path))}
    for name in (ROTATION, OBLIQUITY, "pelvic_anterior_tilt"):
        row = rows[name]
        share = 1.0 - row["thighs_rest"] ** 2 / row["thighs_difference"] ** 2
        assert row["thighs_share"] == pytest.approx(share, abs=1e-3)
        assert row["thighs_are_reason"] is False  # a rigid pelvis
    assert "thighs_share" not in rows["thigh_extension_r"]
    row = rows[OBLIQUITY] | {"thighs_difference": 2.71, "thighs_rest": 0.48, "thighs_share": 0.968}
    texts = read_texts()
    for is_reason, wanted in ((True, "accounts for 97"), (False, "not attributed to the thighs")):
        agreement = {"angles": [row | {"thighs_are_reason": is_reason}]}
        (sentence,) = sentences(agreement, texts)
        assert wanted in sentence
        assert "2.7°" in sentence
        assert "0.5°" in sentence
