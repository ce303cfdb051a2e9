"""One trial by two systems, or two trials of one runner: what is accepted, and with what score.

    python tests/benchmarks/one_trial.py

Prints the table of docs/validation.md. Simulated runners whose stride times vary by 0.5 to 2 %,
from the start and cut from the middle; the wanted offset is 0.73 s.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.io import loadmat
from vqf import VQF

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.validation.trials import cut, run_trial, see

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.rotations import from_rotation_vector, multiply
from opensim_pelvis.validation.stride_changes import compare_changes
from opensim_pelvis.validation.sync import synchronise

QMT = Path(__file__).resolve().parents[3] / "shared/data/qmt_fullbody/full_body_example_data.mat"

OFFSET_S = 0.73
NEAR_S = 0.01
PAIRS = 12
RUNNERS = ((0.005, 0.5), (0.01, 1.0), (0.02, 1.5))
TISSUE_DEG = (0.7, 1.5)
LONG_S = (12.0, 20.0)
LATE_S = 6.0  # where the middle begins


def try_pair(seed: int, long_s: float, runner: tuple[float, float], tissue: float, kind: str):
    """Return what became of one pair: good, fair or refused, its score, and whether it is right."""
    rng = np.random.default_rng([seed, int(long_s), int(1e4 * runner[0])])
    how = {"variation": runner[0], "wander_deg": runner[1]}
    time_s, one = run_trial(long_s + 10.0, rng, **how)
    other = run_trial(long_s + 10.0, rng, **how)[1] if "two" in kind else one
    reference = see(time_s, one, rng, tissue_deg=tissue)
    estimate = see(time_s, other, rng, offset_s=OFFSET_S, tissue_deg=tissue)
    start_s = LATE_S if "middle" in kind else 0.0
    reference, estimate = (cut(*side, start_s, start_s + long_s) for side in (reference, estimate))
    try:
        found = synchronise(estimate[1], estimate[0], reference[1], reference[0])
    except ComparisonError:
        return "refused", np.nan, True
    return found.confidence, found.changes.score, abs(found.offset_s - OFFSET_S) < NEAR_S


def read_real() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the pelvis of a walk by a sensor on the hip and by one on the lower back."""
    content = loadmat(QMT, squeeze_me=True, struct_as_record=False)
    upright = from_rotation_vector(np.array([-np.pi / 2.0, 0.0, 0.0]))
    found = {}
    for name in ("hip", "lower_back"):
        signals = (np.ascontiguousarray(getattr(content[name], key)) for key in ("gyr", "acc"))
        found[name] = multiply(upright, VQF(0.01).updateBatch(*signals)["quat6D"])
    return content["t"], found


def show_real() -> None:
    """Print the score of each stretch of a real walk, at the true offset and at any other."""
    time_s, sensors = read_real()
    for start in range(5500, 9600, 600):
        part = slice(start, start + 1200)
        at_s = time_s[part] - time_s[start]
        pair = ({"pelvis": sensors[name][part]} for name in ("lower_back", "hip"))
        estimate, reference = pair
        found = compare_changes(estimate, at_s, reference, at_s)
        sys.stdout.write(
            f"real walk, {time_s[start]:.0f} s on, lower back against hip: {found.strides:.1f} "
            f"steady strides, score {found.score:.1f}, any other shift {found.other_score:.1f}\n"
        )


def main() -> None:
    out = sys.stdout.write
    if QMT.is_file():
        show_real()
    out("soft tissue, stride variation, pair: good / fair / refused, wrong offset, scores\n")
    for tissue in TISSUE_DEG:
        for runner in RUNNERS:
            for kind in ("one", "one, middle", "two", "two, middle"):
                found = [
                    try_pair(seed, long_s, runner, tissue, kind)
                    for long_s in LONG_S
                    for seed in range(PAIRS)
                ]
                count = Counter(verdict for verdict, _, _ in found)
                scores = [score for _, score, _ in found if np.isfinite(score)]
                wrong = "-" if "two" in kind else str(sum(not right for *_, right in found))
                span = f"{min(scores):.1f} to {max(scores):.1f}" if scores else "-"
                out(
                    f"{tissue:.1f} deg  {100 * runner[0]:.1f} %  {kind:12} {count['good']:3} / "
                    f"{count['fair']:2} / {count['refused']:2}  "
                    f"{wrong:>2}  {span}\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
