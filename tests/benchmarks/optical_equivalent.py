"""What ASIS and PSIS would show, from the back of the pelvis and the thighs, on real people.

    python -m tests.benchmarks.optical_equivalent --data ../shared/data

Running (``rbds_running``): the line of the PSIS is the site, the four markers as a rigid body are
what is to be shown, both from the same strides. Coefficients: of the other runner here; those of
the program with this runner's own fit taken out of the mean of seven; those of the program, which
rest on these two men among seven (in-sample); the runner's own (in-sample). Walking
(``gaittoolbox_walk``): real sensors and the markers of the straight strides; coefficients of
another walker (``vicon_pig``), and of the program. Ends with code 1 where those with this person
taken out do not keep a limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.io import loadmat

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.event_references import RUNS, treadmill_trial
from tests.real_sensors import GAITTOOLBOX
from tests.virtual_sensors import CLUSTERS, read_c3d_points, read_text_points

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivityKind, ActivitySettings, CalibrationSettings
from opensim_pelvis.frames import R_LG, FloatArray, turn_about_vertical
from opensim_pelvis.gait.events.leg_contacts import find_leg_events
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.optical.equivalent import THIGHS
from opensim_pelvis.gait.optical.thighs import thigh_difference
from opensim_pelvis.gait.strides.curves import normalise
from opensim_pelvis.interpolation import low_pass
from opensim_pelvis.io import output, reading
from opensim_pelvis.kinematics.angle_definitions import baker_angles
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.validation.alignment import AlignmentSettings
from opensim_pelvis.validation.clusters import orient_clusters
from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
from opensim_pelvis.validation.marker_files import read_markers
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.pelvis_frames import orient_pelvis
from opensim_pelvis.validation.reference_motion import motion_from_markers
from opensim_pelvis.validation.sources import ReferenceSettings, open_estimate

ROTATION, OBLIQUITY = "pelvic_axial_rotation", "pelvic_obliquity"
OUR_NAMES = {"LASI": "L.ASIS", "RASI": "R.ASIS", "LPSI": "L.PSIS", "RPSI": "R.PSIS"}
MARKERS_HZ = 10.0
LONGEST_GAP_S = 0.1
PEOPLE = 7  # behind the coefficients of the program in running
LIMITS = {"curve": 1.0, "range": 1.7, "walk": 0.9, "r": 0.95}

Pair = tuple[float, float]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial:
    """Strides of one trial: D and D', and each angle of the site and of ASIS + PSIS, degrees."""

    person: str
    name: str
    thighs: tuple[FloatArray, FloatArray]
    site: Mapping[str, FloatArray]
    shown: Mapping[str, FloatArray]


def main(data: Path) -> int:
    if not data.is_dir():
        sys.stdout.write(f"no recordings in {data}\n")
        return 0
    met = show_running([runner(data / "rbds_running", row) for row in RUNS])
    sys.stdout.write(
        "p02_running: one marker on the back, so no line of PSIS as a site; left out\n"
    )
    met &= show_walking(walkers(data))
    sys.stdout.write(f"limits {LIMITS}: {'kept' if met else 'NOT kept'}\n")
    return 0 if met else 1


def runner(folder: Path, row: tuple[str, str | None, str, float]) -> Trial:
    """Return a trial on the treadmill; strides with longer gaps in a marker are left out."""
    path = folder / row[0]
    points, rate_hz = (read_c3d_points if path.suffix == ".c3d" else read_text_points)(path)
    static, _ = read_text_points(folder / f"{row[2]}static.txt")
    labels = [*OUR_NAMES.values(), *(label for side in "rl" for label in CLUSTERS[f"femur_{side}"])]
    seen = {n: np.concatenate([np.nanmean(static[n], axis=0)[None], _smooth(points[n], rate_hz)])
            for n in labels}  # fmt: skip
    trial = MarkerTrial(
        name=row[0],
        rate_hz=rate_hz,
        time_s=np.arange(len(seen[labels[0]])) / rate_hz,
        positions_m={**seen, **{ours: seen[theirs] for ours, theirs in OUR_NAMES.items()}},
        source="markers",
    )
    to_ground = inverse(R_LG)
    pelvis = {frame: multiply(to_ground, orient_pelvis(trial, frame)[0])
              for frame in ("psis", "asis-psis")}  # fmt: skip
    # Standing, the axes of the thighs are those of the person's forward and of the vertical.
    still = multiply(R_LG, turn_about_vertical(baker_angles(pelvis["asis-psis"][:1])[0, 0]))
    turns, _ = orient_clusters(trial, {f"femur_{side}": CLUSTERS[f"femur_{side}"] for side in "rl"})
    thighs = {b: multiply(to_ground, multiply(multiply(q, inverse(q[0])), still))
              for b, q in turns.items()}  # fmt: skip
    facing = np.exp(1j * baker_angles(pelvis["asis-psis"])[1:, 0])
    travel = np.full(trial.time_s.size, np.angle(np.nanmean(facing)))
    angles = {frame: name_angles({"pelvis": q, **thighs}, travel) for frame, q in pelvis.items()}
    foot = treadmill_trial(folder, *row).signals["calcn_r"]
    contacts = find_leg_events(foot, rate_hz).contact / rate_hz
    spans = np.array(list(pairwise(contacts[np.isfinite(contacts)])))
    lengths = np.diff(spans)[:, 0]
    spans = spans[np.abs(lengths / np.median(lengths) - 1.0) < 0.1]
    return _trial(row[2], row[0], angles["psis"], angles["asis-psis"], trial.time_s[:-1], spans, 1)


def _trial(
    person: str,
    name: str,
    site: Mapping[str, FloatArray],
    shown: Mapping[str, FloatArray],
    time_s: FloatArray,
    spans: FloatArray,
    skip: int = 0,
) -> Trial:
    def cut(values: FloatArray) -> FloatArray:
        return np.rad2deg(normalise(values[skip:], time_s, spans[:, 0], spans[:, 1]))

    curves = [cut(angles[name]) for angles in (site, shown) for name in (ROTATION, OBLIQUITY)]
    thighs = [cut(site[name]) for name in THIGHS]
    whole = np.isfinite(np.stack([*curves, *thighs])).all(axis=(0, 2))
    kept = [values[whole] for values in (*curves, *thighs)]
    return Trial(
        person=person,
        name=name,
        thighs=thigh_difference(kept[4], kept[5]),
        site={ROTATION: kept[0], OBLIQUITY: kept[1]},
        shown={ROTATION: kept[2], OBLIQUITY: kept[3]},
    )


def _smooth(values: FloatArray, rate_hz: float) -> FloatArray:
    values = np.where((values == 0.0).all(axis=1, keepdims=True), np.nan, values)  # not seen
    grid, known = np.arange(len(values)), np.isfinite(values).all(axis=1)
    whole = np.stack([np.interp(grid, grid[known], c[known]) for c in values.T], axis=1)
    whole = low_pass(whole, MARKERS_HZ, rate_hz)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ~known, [0]]).astype(int)))
    for start, end in edges.reshape(-1, 2):
        if end - start > LONGEST_GAP_S * rate_hz:
            whole[start:end] = np.nan
    return np.asarray(whole)


def fit(trials: Sequence[Trial], angle: str, *, rate: bool = True) -> Pair:
    """Return a and b by least squares, each person with the same weight."""
    people: dict[str, list[Trial]] = {}
    for trial in trials:
        people.setdefault(trial.person, []).append(trial)
    left, right = np.zeros((2, 2)), np.zeros(2)
    for own in people.values():
        x = np.concatenate([np.stack([_centred(d).ravel() for d in t.thighs], 1) for t in own])
        y = np.concatenate([_centred(t.shown[angle] - t.site[angle]).ravel() for t in own])
        left, right = left + x.T @ x / y.size, right + x.T @ y / y.size
    if not rate:
        return float(right[0] / left[0, 0]), 0.0
    a, b = np.linalg.solve(left, right)
    return float(a), float(b)


def _centred(curves: FloatArray) -> FloatArray:
    return curves - curves[:, :-1].mean(axis=1, keepdims=True)


def errors(trial: Trial, angle: str, how: Pair) -> tuple[float, float, float, float]:
    """Return RMSE and r of the curves without their means, mean absolute and mean range error."""
    found = trial.site[angle] + how[0] * trial.thighs[0] + how[1] * trial.thighs[1]
    x, y = _centred(found), _centred(trial.shown[angle])
    late = np.ptp(found, axis=1) - np.ptp(trial.shown[angle], axis=1)
    r = float(np.corrcoef(x.ravel(), y.ravel())[0, 1])
    return float(np.sqrt(np.mean((x - y) ** 2))), r, float(np.abs(late).mean()), float(late.mean())


def show_running(trials: Sequence[Trial]) -> bool:
    met = True
    for angle in (ROTATION, OBLIQUITY):
        shipped = corrections("running")[angle]
        rows: dict[str, list[tuple[str, tuple[float, float, float, float]]]] = {}
        for trial in trials:
            own = fit([t for t in trials if t.person == trial.person], angle)
            without = tuple(
                (PEOPLE * mean - mine) / (PEOPLE - 1)
                for mean, mine in zip((shipped.a, shipped.b), own, strict=True)
            )
            ways: dict[str, Pair] = {
                "site itself": (0.0, 0.0),
                "of the other runner": fit([t for t in trials if t.person != trial.person], angle),
                "of seven, own taken out": (without[0], without[1]),
                "of seven": (shipped.a, shipped.b),
                "own": own,
            }
            for way, how in ways.items():
                rows.setdefault(way, []).append((trial.person, errors(trial, angle, how)))
            told = ", ".join(f"{w} {rows[w][-1][1][0]:.2f}/{rows[w][-1][1][2]:.2f}" for w in ways)
            sys.stdout.write(f"{angle} {trial.name}, {len(trial.site[angle])} strides: {told}\n")
        sys.stdout.write("coefficients: curve RMSE, r, range error absolute, mean (people equal)\n")
        for way, found in rows.items():
            mean = _over_people(found)
            sys.stdout.write(f"  {angle}, {way}: " + ", ".join(f"{x:.2f}" for x in mean) + "\n")
        if angle == ROTATION:
            mean = _over_people(rows["of seven, own taken out"])
            met &= mean[0] <= LIMITS["curve"] and mean[2] <= LIMITS["range"]
    return bool(met)


def _over_people(rows: Sequence[tuple[str, tuple[float, ...]]]) -> FloatArray:
    people = sorted({person for person, _ in rows})
    return np.mean(
        [np.mean([row for who, row in rows if who == person], axis=0) for person in people], axis=0
    )


def walkers(data: Path) -> tuple[Trial, Trial, Trial]:
    """Return the walk with sensors against ASIS + PSIS and against PSIS, and another walker."""
    folder = data / "gaittoolbox_walk"
    result = pipeline.run(
        reading.read(folder / "imu"),
        sensors=GAITTOOLBOX,
        calibration=CalibrationSettings(window_s=(2.0, 4.0), heading_axis="-z"),
        activity=ActivitySettings(kind="walking", surface="overground"),
    )
    with tempfile.TemporaryDirectory() as place:
        output.write(result, place)
        estimate = open_estimate(Path(place))
    assert result.running is not None
    strides = result.running.strides
    content = loadmat(folder / "S02-Trial-Walk-1.mat")
    cameras = MarkerTrial(
        name="cameras",
        rate_hz=100.0,
        time_s=np.arange(2503) / 100.0,
        positions_m={
            name: np.asarray(values, dtype=np.float64) / 1000.0
            for name, values in content.items()
            if len(name) == 4 and np.shape(values)[1:] == (3,)
        },
        source="MATLAB, mm, z up",
    )
    found = []
    for frame in ("asis-psis", "psis"):
        settings = ComparisonSettings(
            estimate=folder,
            reference=ReferenceSettings(path=folder),
            alignment=AlignmentSettings(heading_on="whole", window_s=(11.19, 20.73)),
        )
        reference = motion_from_markers(cameras, pelvis=frame)
        compared = compare_motions(estimate, reference, settings)
        table = compared.table
        spans = np.stack([strides.start_s, strides.end_s], axis=1)[strides.kept]
        spans = compared.sync.to_reference(spans.ravel()).reshape(-1, 2)
        both = [{a.name: np.deg2rad(getattr(a, f"{system}_deg")) for a in table.angles}
                for system in ("estimate", "reference")]  # fmt: skip
        found.append(_trial("S02", f"gaittoolbox_walk, {frame}", *both, table.time_s, spans))
    return found[0], found[1], other_walker(data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d")


def other_walker(path: Path) -> Trial:
    file = read_markers(path)
    motions = [motion_from_markers(file.trial, pelvis=f) for f in ("psis", "asis-psis")]
    walked = baker_angles(motions[1].R_GB["pelvis"])[:, 0]
    travel = np.full(walked.size, np.nanmean(walked))
    angles = [name_angles(motion.R_GB, travel) for motion in motions]
    spans = [
        (a, b)
        for side in ("right", "left")
        for a, b in pairwise(sorted(
            e.time_s for e in file.events if (e.side, e.kind) == (side, "initial contact")
        ))
    ]  # fmt: skip
    inside = [(a, b) for a, b in spans if a >= file.trial.time_s[0] and b <= file.trial.time_s[-1]]
    return _trial("pig", "vicon_pig", *angles, file.trial.time_s, np.array(inside))


def show_walking(found: tuple[Trial, Trial, Trial]) -> bool:
    four, back, other = found
    gait: ActivityKind = "walking"
    shipped = corrections(gait)[OBLIQUITY]
    own = fit([four], OBLIQUITY, rate=False)
    ways: dict[str, Pair] = {
        "site itself": (0.0, 0.0),
        "of the other walker alone": fit([other], OBLIQUITY, rate=False),
        # It is not stated of how many it is the mean; of two, this person would weigh most.
        "of the program, own taken out": (2.0 * shipped.a - own[0], 0.0),
        "of the program": (shipped.a, shipped.b),
        "own": own,
    }
    met = True
    sys.stdout.write("walking, obliquity: a; curve RMSE, r, range error absolute, mean\n")
    for trial in (four, back):
        for way, how in ways.items():
            if trial is back and way != "site itself":
                continue
            e = errors(trial, OBLIQUITY, how)
            sys.stdout.write(
                f"  {trial.name}, {len(trial.site[OBLIQUITY])} strides, {way}: {how[0]:.3f}; "
                + ", ".join(f"{x:.2f}" for x in e)
                + "\n"
            )
            if way == "of the program, own taken out":
                met = e[0] <= LIMITS["walk"] and e[1] >= LIMITS["r"]
    for how in ((0.0, 0.0), fit([other], ROTATION)):
        e = errors(four, ROTATION, how)
        sys.stdout.write(
            f"  rotation, a {how[0]:.3f}, b {how[1]:.3f} (not used): "
            + ", ".join(f"{x:.2f}" for x in e)
            + "\n"
        )
    return met


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default)
    sys.exit(main(parser.parse_args().data))
