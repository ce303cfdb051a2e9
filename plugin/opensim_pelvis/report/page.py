"""One HTML file with everything in it: it opens from disk and asks the network for nothing.

All text is escaped by the template engine, and the page's own policy lets only its own scripts
run, each named by its hash: text from a file cannot become a script in either way.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from opensim_pelvis.notices.make import FOREIGN
from opensim_pelvis.report import style
from opensim_pelvis.report.agreement_words import (
    COLUMNS,
    EVENT_COLUMNS,
    angle_rows,
    curve_rows,
    event_rows,
    sentences,
    ways,
)
from opensim_pelvis.report.body_shapes import body_of
from opensim_pelvis.report.charts.chart import Chart
from opensim_pelvis.report.charts.chart_page import patterns, show
from opensim_pelvis.report.figures import figures_of, pair_curves, pair_side
from opensim_pelvis.report.first_screen import first_of
from opensim_pelvis.report.headline import headline, pace, speed_of, when, who_and_when
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.picture import STILL, moving
from opensim_pelvis.report.picture_page import pictures
from opensim_pelvis.report.reference_words import reference_note, reference_value
from opensim_pelvis.report.sections import sections_of
from opensim_pelvis.report.shown import (
    drills_of,
    is_walking,
    main_measures,
    mirrored,
    more_measures,
    report_title,
)
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_curves import MAX_STRIDES
from opensim_pelvis.report.wording import worded

_SOURCE: Final = re.compile(r"(doi:10\.\d{4,9}/[^\s;,]*[^\s;,.:)]|PMID \d+|PMC\d+)")
_BASES: Final = (
    ("doi:", "https://doi.org/"),
    ("PMID ", "https://pubmed.ncbi.nlm.nih.gov/"),
    ("PMC", "https://pmc.ncbi.nlm.nih.gov/articles/PMC"),
)


def render_page(view: View, lab: Lab | None = None) -> str:
    """Return the page of one trial as HTML."""
    lab = lab or Lab()
    texts = read_texts(lab.language)
    view = worded(view, texts)
    figures = figures_of(view, texts)
    side = pair_side(view)
    curves = {
        c["name"]: {s: c[s]["mean"] for s in ("right", "left") if s in c}
        for c in view["curves"]["angles"]
    }
    pair = pair_curves(view, side) if side else None
    skeleton = view["skeleton"] if "motion" in lab.sections else None
    body = body_of(skeleton, walking=is_walking(view)) if skeleton else None
    return render(
        "page.html",
        lab,
        texts,
        figures,
        {"body": moving(body, view) if body else None, "curves": curves, "pair": pair},
        view=view,
        title=report_title(view, texts),
        headline=headline(view, texts),
        first=first_of(view, texts),
        who=who_and_when,
        still=STILL,
        beside=body is not None and "headline" in lab.sections,
        main=main_measures(view),
        more=more_measures(view),
        drills=drills_of(view),
        pictures=pictures(body, view, texts) if body else {},
        speed=speed_of(view),
        most=MAX_STRIDES,
        mirrored=mirrored,
        pace=pace,
        sections=sections_of(lab.sections, view),
        agreement=_agreement(view, texts),
    )


def render(
    template: str,
    lab: Lab,
    texts: Texts,
    figures: Mapping[str, Chart],
    moving: Mapping[str, Any] | None = None,
    **context: Any,
) -> str:
    """Return a page with its style, script and figures in it.

    Parameters
    ----------
    template : str
    lab : Lab
    texts : Texts
    figures : mapping of str to Chart
    moving : mapping, optional
        What moves with the slider: ``body``, ``curves``, ``pair``.
    context
        What the template names.
    """
    script, language = _template("page.js"), texts.language
    nothing: dict[str, Any] = {"body": None, "curves": {}, "pair": None}
    words = {**texts["motion"], "curves": texts["curves"], "decimal": language.decimal}
    data = {"texts": words, **nothing, **(moving or {})}
    page: str = (
        _environment()
        .get_template(template)
        .render(
            lab=lab,
            t=texts,
            figures={name: show(chart, texts) for name, chart in figures.items()},
            patterns=_markup(patterns()),
            raw=_markup,
            policy=policy(script),
            css=_markup(style.variables() + _template("page.css")),
            script=_markup(script),
            data=_markup(safe_json(data)),
            number=texts.number,
            told=functools.partial(told, texts=texts),
            when=when,
            reference_value=functools.partial(reference_value, texts=texts),
            reference_note=functools.partial(reference_note, texts=texts),
            **context,
        )
    )
    return page


def policy(*scripts: str) -> str:
    """Return the page's content security policy: these scripts and nothing from elsewhere."""
    digests = (base64.b64encode(hashlib.sha256(s.encode("utf-8")).digest()) for s in scripts)
    allowed = " ".join(f"'sha256-{digest.decode('ascii')}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def safe_json(value: Any) -> str:
    r"""Return JSON that cannot end the script element it stands in.

    >>> safe_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@functools.cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("opensim_pelvis.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    environment.filters["named"] = named
    return environment


def linked(text: str) -> Any:
    """Return a text, escaped, in which every DOI, PMID and PMC number is a link.

    >>> str(linked("PMID 29543108"))
    '<a href="https://pubmed.ncbi.nlm.nih.gov/29543108" rel="noreferrer">PMID 29543108</a>'
    """
    from markupsafe import Markup, escape

    found = Markup("")
    for part in _SOURCE.split(text):
        match = _SOURCE.fullmatch(part)
        if match is None:
            found += escape(part)
        else:
            place = next(base + part[len(mark) :] for mark, base in _BASES if part.startswith(mark))
            found += Markup('<a href="{0}" rel="noreferrer">{1}</a>').format(place, part)
    return found


def told(said: str | Mapping[str, Any], texts: Texts) -> Any:
    """Return what a notice says, escaped, its sources as links; plain text marked as English."""
    from markupsafe import Markup

    found = linked(texts.said(said))
    plain = isinstance(said, str) or said["code"] == FOREIGN
    return Markup('<span lang="en">{0}</span>').format(found) if plain else found


def named(text: str, **names: str) -> Any:
    """Return a text, escaped, with names in its braces that nobody is to translate.

    >>> str(named("against {who}", who="A & B"))
    'against <span translate="no">A &amp; B</span>'
    """
    from markupsafe import Markup, escape

    marked = Markup('<span translate="no">{0}</span>')
    return escape(text).format(**{key: marked.format(name) for key, name in names.items()})


def _template(name: str) -> str:
    place = files("opensim_pelvis.report").joinpath("templates", name)
    return place.read_text(encoding="utf-8").replace("\r\n", "\n")


def _markup(text: str) -> Any:
    """Mark text of this package, or escaped before, as it is; never text from a recording."""
    from markupsafe import Markup

    return Markup(text)


def _agreement(view: View, texts: Texts) -> dict[str, Any] | None:
    found = view.get("agreement")
    if found is None:
        return None
    return {
        "columns": COLUMNS,
        "rows": angle_rows(found, texts),
        "sentences": sentences(found, texts),
        "event_columns": EVENT_COLUMNS,
        "events": event_rows(found, texts),
        "ways": ways(found, texts),
        "curves": {
            c["name"]: curve_rows(c, found["curves"]["time_s"], texts)
            for c in found["curves"]["angles"]
        },
    }
