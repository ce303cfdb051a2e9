"""The sessions of some people, each compared with the person's first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opensim_pelvis.sessions.change import Comparison, compare_sessions
from opensim_pelvis.sessions.repeatability_file import Repeatability
from opensim_pelvis.sessions.session import Session
from opensim_pelvis.sessions.slopes import Slope
from opensim_pelvis.types.date import order_moments

FIRST_HAS = "pelvic_rotation_range_deg"
"""A session without it is compared with none."""


def in_order(sessions: Sequence[Session]) -> list[Session]:
    """Return sessions by person, those of one in the order of their dates.

    Those without a date come last, by name.
    """
    moments = order_moments(session.date for session in sessions)
    keys = [person_of(session) for session in sessions]
    places = sorted(range(len(sessions)), key=lambda i: (keys[i], moments[i], sessions[i].name))
    return [sessions[i] for i in places]


def person_of(session: Session) -> str:
    """Return whose session it is; one without an id is of a person of its own."""
    return session.subject or session.name


def compare_with_first(
    sessions: Sequence[Session],
    *,
    own: Repeatability | None = None,
    slopes: Mapping[str, Slope] | None = None,
) -> list[Comparison]:
    """Return each session against the first of its person, in their order.

    The first is the first with pelvic rotation that is not rejected; a session before it, or one
    without pelvic rotation, is compared with none.

    Parameters
    ----------
    sessions : sequence of Session
        Of one person or several, in any order.
    own : Repeatability, optional
        The laboratory's own repeats.
    slopes : mapping of str to Slope, optional
        How measures go with speed, by measure.
    """
    first: dict[str, Session] = {}
    out: list[Comparison] = []
    for session in in_order(sessions):
        person = person_of(session)
        if (FIRST_HAS, "body") not in session.values:
            continue
        if person in first:
            out.append(compare_sessions(first[person], session, own=own, slopes=slopes))
        elif session.verdict != "rejected":
            first[person] = session
    return out
