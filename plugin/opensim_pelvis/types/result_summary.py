"""A result in a few lines, as Python and notebooks show it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final

from opensim_pelvis.notices import say
from opensim_pelvis.types.measure import KEY_MEASURE

if TYPE_CHECKING:
    from opensim_pelvis.types.result import Result
    from opensim_pelvis.types.running import RunningAnalysis

_TABLES: Final = "measures, strides, angles, coordinates"
"""Where the rest is."""
_MAX_NOTES: Final = 5


def in_lines(result: Result) -> str:
    """Return name, verdict, the value that is asked for first with U, and where the rest is."""
    return "\n".join((f"Result '{result.name}'", *(f"  {line}" for line in _facts(result))))


def in_html(result: Result) -> str:
    """Return the same with the main measures as a table, and what needs attention."""
    parts = [f"<p><b>{escape(result.name)}</b></p>"]
    parts.append(f"<p>{'<br>'.join(map(escape, _facts(result)))}</p>")
    rows = [] if result.running is None or _unreliable(result) else _main_rows(result.running)
    if rows:
        head = "".join(f"<th>{name}</th>" for name in ("measure", "side", "estimate", "± U (95 %)"))
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    told = [say(note) for note in result.notes if note.severity != "note"]
    if told:
        more = [f"{len(told) - _MAX_NOTES} more in .notes"] if len(told) > _MAX_NOTES else []
        shown = [*told[:_MAX_NOTES], *more]
        parts.append(f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in shown)}</ul>")
    return "".join(parts)


def _unreliable(result: Result) -> bool:
    return result.quality.verdict == "rejected"


def _facts(result: Result) -> Iterator[str]:
    time_s = result.aligned.time_s
    yield f"{len(result.aligned.sensors)} sensors, {time_s.size / result.aligned.rate_hz:.2f} s"
    bad = [check.name for check in result.quality.checks if check.verdict != "good"]
    yield f"quality {result.quality.verdict}" + (f": {', '.join(bad)}" if bad else "")
    yield f"{KEY_MEASURE} {_key_value(result)}"
    if result.running is not None:
        kept = result.running.strides.kept
        yield f"{int(kept.sum())} of {kept.size} strides used"
    yield f"tables: {_TABLES}"


def _key_value(result: Result) -> str:
    running = result.running
    summary = None if running is None else running.summary(KEY_MEASURE)
    if running is None or summary is None:
        return "not computed"
    if _unreliable(result):
        return "withheld, since the recording is unreliable (it is in .measures)"
    found = running.estimate(KEY_MEASURE)
    if found is None:
        return f"{summary.mean:.1f}, too few strides for an uncertainty"
    return f"{found.value:.1f} ± {found.u95:.1f} (95 %)"


def _main_rows(running: RunningAnalysis) -> list[tuple[str, str, str, str]]:
    """Return label with unit, side, value and U of the measures that a report shows first."""
    main = sorted(
        (one for one in running.definitions if "main" in one.shown),
        key=lambda one: one.shown["main"],
    )
    rows: list[tuple[str, str, str, str]] = []
    for definition in main:
        form = f".{definition.digits}f"
        for summary in running.summaries:
            if summary.name != definition.name:
                continue
            found = running.estimate(summary.name, summary.side)
            value = format(summary.mean if found is None else found.value, form)
            u95 = "" if found is None else format(found.u95, form)
            side = "" if summary.side == "body" else summary.side
            rows.append((f"{definition.label}, {definition.unit}", side, value, u95))
    return rows
