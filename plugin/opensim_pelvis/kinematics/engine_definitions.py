"""The engines of inverse kinematics: a closed set, and where each stands.

Engines load OpenSim or a compiler, which takes seconds: they are named here and imported when used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from opensim_pelvis.config.settings import Engine
from opensim_pelvis.types import BodyModel, Kinematics, Placement, Progress, SensorOrientations

if TYPE_CHECKING:
    from opensim_pelvis.kinematics.osim.skeleton import Observability

STAGE: Final = "inverse kinematics"
"""What progress calls it."""
COMPILATION: Final = "compilation"
"""What progress calls that which comes before it in the first run."""


class Solve(Protocol):
    """What an engine is: `kinematics.osim.engines.solve_loop` describes the arguments."""

    def __call__(
        self,
        model: BodyModel,
        orientations: SensorOrientations,
        observability: Observability,
        *,
        placement: Placement,
        weights: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Kinematics:
        """Solve every frame."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDefinition:
    """Where an engine stands.

    Parameters
    ----------
    name : str
        As in a trial file and behind ``--engine``.
    solve : str
        Its function, ``module:name``, of the form of `Solve`.
    warm_up : str or None
        A function without arguments that may be called while the recording is read, so that less
        is waited for later; None where there is nothing to prepare.
    """

    name: Engine
    solve: str
    warm_up: str | None


ENGINES: tuple[EngineDefinition, ...] = (
    EngineDefinition(
        name="exact",
        solve="opensim_pelvis.kinematics.solve:solve_batch",
        warm_up="opensim_pelvis.kinematics.solve:warm_up",
    ),
    EngineDefinition(
        name="opensim", solve="opensim_pelvis.kinematics.osim.engines:solve_loop", warm_up=None
    ),
    EngineDefinition(
        name="opensim-tool", solve="opensim_pelvis.kinematics.osim.engines:solve_tool", warm_up=None
    ),
)
"""Every engine."""


def engine_of(name: str) -> EngineDefinition:
    """Return the definition of an engine; KeyError where there is none."""
    known: dict[str, EngineDefinition] = {engine.name: engine for engine in ENGINES}
    return known[name]


def load(place: str) -> Any:
    """Return the function that ``module:name`` names."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
