"""Write the tables of measures, norms and references: ``python docs/figures/tables.py``."""

from __future__ import annotations

import re
from pathlib import Path

from opensim_pelvis.gait.measures.compute import definitions
from opensim_pelvis.guidance.references import read_references
from opensim_pelvis.guidance.rulebook import read_norms, read_rules
from opensim_pelvis.types import Reference

DOCS = Path(__file__).resolve().parents[1]


def main() -> None:
    fill(DOCS / "measures.md", "measures", measure_table())
    fill(DOCS / "guidance.md", "norms", norm_table())
    fill(DOCS / "guidance.md", "rules", rule_table())
    fill(DOCS / "references.md", "references", reference_table())


def measure_table() -> str:
    """Return a row a measure."""
    lines = [
        "| measure | per | definition | positive | source | known error |",
        "|---|---|---|---|---|---|",
    ]
    for d in definitions():
        error = d.error_source if d.error != d.error else f"{d.error:g}: {d.error_source}"
        per = "stride" if d.scope == "body" else "side"
        lines.append(
            f"| `{d.name}` | {per} | {d.definition} | {d.positive} | {d.source} | {error} |"
        )
    return "\n".join(lines)


def norm_table() -> str:
    """Return a row a norm."""
    lines = ["| number | value | what | source | caveat |", "|---|---|---|---|---|"]
    lines += [
        f"| `{n.key}` | {n.value:g} {n.unit} | {n.what} | {n.source} | {n.caveat} |"
        for n in read_norms().values()
    ]
    return "\n".join(lines)


def rule_table() -> str:
    """Return a row a rule."""
    lines = ["| rule | kind | conditions (all must apply) | drills |", "|---|---|---|---|"]
    for rule in read_rules():
        conditions = "; ".join(f"{c.measure} {c.op} {c.limit:g}" for c in rule.conditions)
        drills = ", ".join(drill.name for drill in rule.drills) or "-"
        lines.append(f"| `{rule.name}` | {rule.kind} | {conditions} | {drills} |")
    return "\n".join(lines)


def reference_table() -> str:
    """Return a row a reference."""
    lines = [
        "| reference | what | values, degrees | what moved | statistic; order | n | source "
        "| read from | caveat |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in read_references():
        people = "not available" if one.n is None else str(one.n)
        moved = f"{one.measurand} ({one.site})"
        how = f"{one.statistic}; {one.order}"
        cells = (one.what, _values(one), moved, how, people, one.source, one.read_from, one.caveat)
        lines.append(f"| `{one.key}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _values(one: Reference) -> str:
    """Return mean, spread and people at each speed, or what there is instead."""
    if one.between is not None:
        return f"{one.between[0]:g} to {one.between[1]:g}; not by speed"
    told = []
    for point in one.points:
        spread = "" if point.spread is None else f" ± {point.spread:g}"
        told.append(f"{point.speed_mps:g} m/s: {point.value:g}{spread} (n {point.n})")
    return "; ".join(told) or "not available"


def fill(page: Path, name: str, table: str) -> None:
    """Put a table between the page's marks of that name."""
    text = page.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    inside = re.compile(re.escape(start) + r".*?" + re.escape(end), re.DOTALL)
    page.write_text(inside.sub(lambda _: f"{start}\n{table}\n{end}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
