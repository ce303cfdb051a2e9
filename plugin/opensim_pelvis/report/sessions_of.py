"""The sessions of the people in some views, each compared with the person's first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opensim_pelvis.report.headline import find_row
from opensim_pelvis.report.view import View
from opensim_pelvis.sessions.change import Comparison
from opensim_pelvis.sessions.firsts import compare_with_first, in_order
from opensim_pelvis.sessions.repeatability_file import Repeatability
from opensim_pelvis.sessions.session import SIDES, Measured, Session, Side, parts_of
from opensim_pelvis.sessions.slopes import Slope


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Known:
    """What a laboratory knows beside the recordings that are compared.

    Parameters
    ----------
    repeatability : Repeatability or None
        Of its own repeats.
    slopes : mapping of str to Slope
        How measures go with speed, by measure.
    """

    repeatability: Repeatability | None = None
    slopes: Mapping[str, Slope] = field(default_factory=dict)


def session_in(view: View) -> Session:
    """Return a session as a view shows it."""
    settings = view["settings"]
    date = view["recording"]["date"]
    return Session(
        name=view["name"],
        subject=view["subject"]["id"],
        verdict=view["quality"]["verdict"],
        date=None if date is None else date["start"],
        kind=view["activity"]["kind"],
        speed_mps=speed_of(view),
        sex=view["subject"]["sex"],
        height_m=view["subject"]["height_m"],
        attachment=settings.get("calibration", {}).get("attachment"),
        sensors={row["body"]: row["identifier"] for row in view["recording"]["sensors"]},
        placed={body: tuple(q) for body, q in view["placed"].items()},
        values=_values(view),
    )


def speed_of(view: View) -> float | None:
    """Return the mean speed of a session as measured, else as stated, m/s."""
    row = find_row(view, "speed_mps")
    speed = view["activity"]["speed_mps"] if row is None else row["mean"]
    return None if speed is None else float(speed)


def ordered(views: Sequence[View]) -> list[View]:
    """Return views by person, those of one in the order of their dates."""
    sessions = [session_in(view) for view in views]
    places = {id(session): i for i, session in enumerate(sessions)}
    return [views[places[id(session)]] for session in in_order(sessions)]


def compare_views(views: Sequence[View], known: Known | None = None) -> dict[str, Comparison]:
    """Return each session against the person's first, by the name of the later."""
    known = known or Known()
    found = compare_with_first(
        [session_in(view) for view in views], own=known.repeatability, slopes=known.slopes
    )
    return {one.later.name: one for one in found}


def _values(view: View) -> dict[tuple[str, Side], Measured]:
    out: dict[tuple[str, Side], Measured] = {}
    for measure in view["measures"]:
        for side in SIDES:
            row = find_row(view, measure["name"], side)
            if row is None:
                continue
            budget = view["budgets"].get(measure["name"], {}).get(side)
            parts = parts_of(budget["terms"], budget["term_freedom"]) if budget else ()
            out[measure["name"], side] = Measured(value=float(row["mean"]), parts=parts)
    return out
