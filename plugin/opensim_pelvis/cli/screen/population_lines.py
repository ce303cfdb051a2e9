"""What `opensim-pelvis reference` shows: how rotation is distributed over speed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opensim_pelvis.cli.screen.words import word
from opensim_pelvis.cohort.own_population import SHARES, Population
from opensim_pelvis.cohort.runs import ROTATION
from opensim_pelvis.types import FEWEST_PEOPLE


def population_lines(made: Population, path: Path) -> Iterator[str]:
    """Yield the file that was written, and quantiles of pelvic rotation of all people by speed."""
    yield word(
        "command.population",
        file=str(path),
        references=len(made.references),
        people=made.people,
        values=made.values,
    )
    for one, fit in zip(made.references, made.fits, strict=True):
        if one.measure != ROTATION or one.sex is not None:
            continue
        yield word("command.quantiles")
        for point in one.points:
            speed, n = point.speed_mps, point.n or 0
            if n < FEWEST_PEOPLE:
                yield word(
                    "command.mean_at", speed=speed, mean=point.value, spread=point.spread, n=n
                )
                continue
            shares = {f"p{round(100 * s):02d}": fit.quantile(speed, s) for s in SHARES}
            yield word("command.quantiles_at", speed=speed, n=n, **shares)
