"""The sections of a report: a closed set, and all that page and PDF need to know of each.

A section is set by its template on the page (``templates/``) and by the function of its name in
`opensim_pelvis.report.pdf.PARTS`; its title stands in ``texts.toml``, under its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDefinition:
    """One section of a report.

    Parameters
    ----------
    name : str
        As a lab file names it; also the key of its title, and its anchor on the page.
    template : str
        File that sets it on the page.
    needs : tuple of str
        Parts of the view that it shows.
    when_asked : bool
        Whether it is shown where its part of the view is there, and only then, whatever a lab
        file chooses; other sections say themselves what they have nothing of.
    moves : bool
        Whether the slider of the page moves it.
    text_first : bool
        Whether it stands on the first pages of the PDF, before figures.
    """

    name: str
    template: str
    needs: tuple[str, ...]
    when_asked: bool
    moves: bool
    text_first: bool


SECTIONS: tuple[SectionDefinition, ...] = (
    SectionDefinition(
        name="headline",
        template="section_headline.html",
        needs=("quality", "measures", "strides"),
        when_asked=False,
        moves=False,
        text_first=True,
    ),
    SectionDefinition(
        name="quality",
        template="section_quality.html",
        needs=("quality", "ledger", "notes"),
        when_asked=False,
        moves=False,
        text_first=False,
    ),
    SectionDefinition(
        name="motion",
        template="section_motion.html",
        needs=("skeleton",),
        when_asked=False,
        moves=True,
        text_first=False,
    ),
    SectionDefinition(
        name="curves",
        template="section_curves.html",
        needs=("curves", "strides"),
        when_asked=False,
        moves=True,
        text_first=False,
    ),
    SectionDefinition(
        name="counter",
        template="section_counter.html",
        needs=("curves", "measures"),
        when_asked=False,
        moves=True,
        text_first=False,
    ),
    SectionDefinition(
        name="cadence",
        template="section_cadence.html",
        needs=("measures", "norms"),
        when_asked=False,
        moves=False,
        text_first=False,
    ),
    SectionDefinition(
        name="measures",
        template="section_measures.html",
        needs=("measures",),
        when_asked=False,
        moves=False,
        text_first=True,
    ),
    SectionDefinition(
        name="change",
        template="section_change.html",
        needs=("series",),
        when_asked=False,
        moves=False,
        text_first=False,
    ),
    SectionDefinition(
        name="agreement",
        template="section_agreement.html",
        needs=("agreement",),
        when_asked=True,
        moves=False,
        text_first=False,
    ),
    SectionDefinition(
        name="findings",
        template="section_findings.html",
        needs=("findings", "disclaimer"),
        when_asked=False,
        moves=False,
        text_first=False,
    ),
    SectionDefinition(
        name="methods",
        template="section_methods.html",
        needs=("methods", "versions", "recording", "angles"),
        when_asked=False,
        moves=False,
        text_first=False,
    ),
)
"""Every section, in the usual order."""


def section_names() -> tuple[str, ...]:
    """Return the names of all sections, in the usual order."""
    return tuple(section.name for section in SECTIONS)


def sections_of(chosen: Sequence[str], view: Mapping[str, Any]) -> list[SectionDefinition]:
    """Return the sections of one report, in the order in which a laboratory chose them.

    Parameters
    ----------
    chosen : sequence of str
        Names; a section that is shown when asked for follows, unless it is among them.
    view : mapping
        What the report shows.
    """
    known = {section.name: section for section in SECTIONS}
    asked = [
        section.name
        for section in SECTIONS
        if section.when_asked and all(part in view for part in section.needs)
    ]
    absent = {section.name for section in SECTIONS if section.when_asked} - set(asked)
    names = [*chosen, *(name for name in asked if name not in chosen)]
    return [known[name] for name in names if name not in absent]
