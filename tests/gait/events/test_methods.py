"""The table of methods: every row can be used, and is told with its figures."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.gait.events import leg_features, pelvis_contacts
from opensim_pelvis.gait.events.methods import (
    Method,
    _method,
    contact_time_error_s,
    method_of,
    methods,
    tell_methods,
)
from opensim_pelvis.notices import notice, say
from opensim_pelvis.types.event import CONTACT, TOE_OFF


def test_every_method_has_its_feature_and_a_measured_error() -> None:
    assert len(methods()) == 10
    for (segment, activity, event), method in methods().items():
        room = pelvis_contacts if segment == "pelvis" else leg_features
        assert method.feature in room.FEATURES
        assert 0.005 < method.error_s < 0.04, (segment, activity, event)
        assert method.people >= 2
        words = say(method.told)
        assert f"{1000.0 * method.error_s:.0f} ms" in words
        assert f"{method.people} people" in words


def test_events_that_were_not_measured_have_no_method() -> None:
    for segment in ("thigh", "pelvis"):
        assert method_of(segment, "running", TOE_OFF) is None
        assert method_of(segment, "walking", TOE_OFF) is None
    assert method_of("foot", "walking", TOE_OFF) is None
    assert method_of("thigh", "walking", CONTACT) is None


def test_contact_of_the_foot_depends_on_speed_within_what_was_measured() -> None:
    foot = method_of("foot", "running", CONTACT)
    assert foot is not None
    assert foot.lateness_s(swing_radps=10.0) == pytest.approx(-0.053 + 0.034)
    assert foot.lateness_s(swing_radps=40.0) == foot.lateness_s(swing_radps=16.0)
    assert foot.lateness_s(swing_radps=0.0) == foot.lateness_s(swing_radps=5.0)


def test_pelvic_contact_in_walking_is_a_part_of_the_step() -> None:
    pelvis = method_of("pelvis", "walking", CONTACT)
    assert pelvis is not None
    assert pelvis.lateness_s(step_s=0.5) == pytest.approx(0.055)


def test_the_error_of_contact_time_is_that_of_the_worst_pair() -> None:
    names = (("foot", CONTACT), ("shank", CONTACT), ("foot", TOE_OFF), ("shank", TOE_OFF))
    foot, shank, foot_off, shank_off = (method_of(s, "running", e) for s, e in names)  # type: ignore[arg-type]
    assert foot is not None
    assert shank is not None
    assert foot_off is not None
    assert shank_off is not None
    assert contact_time_error_s([foot, foot_off]) == 0.015
    assert contact_time_error_s([shank, foot_off]) == 0.016
    assert contact_time_error_s([shank, foot_off, shank_off]) == 0.023
    assert np.isnan(contact_time_error_s([shank]))
    told = say(tell_methods([foot, foot_off]))
    assert "initial contact" in told
    assert "toe-off" in told


ROW = {
    "segment": "shank", "activity": "running", "event": CONTACT, "feature": "half_fall",
    "late_ms": 30.0, "error_ms": 8, "people": 3, "steps": 242, "measured": "method.measured",
    "code": "method.shank_running_contact",
}  # fmt: skip


def of_row(**more: object) -> Method:
    return _method({**ROW, **more})


def test_lateness_is_at_rest_where_a_row_does_not_say_more() -> None:
    for row in ({}, {"late_ms_per_radps": 10.0}, {"swing_radps": [5.0, 16.0]}):
        assert of_row(**row).lateness_s(swing_radps=8.0, step_s=0.4) == pytest.approx(0.03)
        assert of_row(**row).lateness_s(swing_radps=-8.0, step_s=0.4) == pytest.approx(0.03)
    both = of_row(late_ms_per_radps=10.0, swing_radps=[-5.0, 16.0], late_step=0.1)
    assert both.lateness_s() == pytest.approx(0.03)
    assert both.lateness_s(swing_radps=8.0) == pytest.approx(0.11)
    assert both.lateness_s(swing_radps=-8.0, step_s=0.4) == pytest.approx(0.03 - 0.05 + 0.04)
    fields = {name: getattr(of_row(), name) for name in Method.__slots__}
    plain = Method(**{k: v for k, v in fields.items() if k != "swing_radps"}, swing_radps=(0, 9))
    assert plain.lateness_s(swing_radps=8.0) == pytest.approx(0.03)
    del fields["swing_radps"], fields["late_s_per_radps"]
    assert Method(**fields, late_s_per_radps=0.01).lateness_s(8.0) == pytest.approx(0.03)
    assert Method(**fields, late_s_per_radps=0.01).lateness_s(-8.0) == pytest.approx(0.03)


def test_errors_are_told_in_milliseconds_with_the_spread_where_it_was_measured() -> None:
    figures = {"error_ms": pytest.approx(8.0), "people": 3, "steps": 242}
    one, other = of_row(), of_row(within_ms=4)
    for method, wanted in ((one, figures), (other, {**figures, "spread_ms": pytest.approx(4.0)})):
        assert method.told.code == ROW["code"]
        assert dict(method.told.values["measured"].values) == wanted
    assert tell_methods([one]) == one.told
    assert tell_methods([one, other]) == notice("method.several", methods=[one.told, other.told])
