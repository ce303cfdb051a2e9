"""What an engine needs, from a model and the sensors that are worn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.kinematics.osim.tools import place_sensors
from opensim_pelvis.kinematics.osim.weights import choose_weights
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import BodyModel, Placement, SensorOrientations


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Prepared:
    """A model with its sensors, what they determine, and how much each counts.

    Parameters
    ----------
    model : BodyModel
        Calibrated, with what no sensor needs locked.
    observability : Observability
        Of that model before anything was locked for want of a sensor.
    weights : mapping of str to float
        By body, of every sensor that is worn.
    worn : tuple of str
        Bodies whose sensor counts.
    """

    model: BodyModel
    observability: Observability
    weights: Mapping[str, float]
    worn: tuple[str, ...]


def prepare(
    model: BodyModel,
    placement: Placement,
    orientations: SensorOrientations,
    *,
    stated: Mapping[str, float],
    headless: Collection[str],
) -> Prepared:
    """Place the sensors on a model, lock what they leave open and settle their weights.

    Parameters
    ----------
    model : BodyModel
    placement : Placement
    orientations : SensorOrientations
    stated : mapping of str to float
        IK weights that the user stated, by body; 0 drops a sensor.
    headless : collection of str
        Bodies whose sensor has no known heading: dropped.
    """
    stated = dict(stated) | dict.fromkeys(headless, 0.0)
    worn = tuple(
        body
        for i, body in enumerate(placement.bodies)
        if stated.get(body, 1.0) > 0.0 and is_present(orientations.R_GS[:, i]).any()
    )
    observability = Observability(model)
    return Prepared(
        model=place_sensors(model, placement, observability.find_redundant(worn)),
        observability=observability,
        weights=choose_weights(observability, worn, stated),
        worn=worn,
    )
