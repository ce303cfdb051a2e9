"""Rules read from tables written by hand: limits, drills, and every fault that is refused."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import replace
from importlib.resources import files
from typing import Any, Final

import pytest

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.guidance.rulebook import (
    OPERATORS,
    Norm,
    Rule,
    make_rules,
    read_drills,
    read_norms,
    read_rules,
)

COACH: Final = Norm(
    key="coach.low", value=5.0, unit="degrees", what="w", source="A", sample="s", caveat="c"
)
PUBLISHED: Final = Norm(
    key="published.low", value=7.5, unit="degrees", what="w", source="B", sample="s", caveat="c"
)
CHOICE: Final = Norm(
    key="choice.quick", value=175.0, unit="steps/min", what="w", source="A", sample="", caveat=""
)
NORMS: Final = {norm.key: norm for norm in (COACH, PUBLISHED, CHOICE)}
DRILL: Final = {"name": "n", "purpose": "p", "how": "h", "dose": "d", "avoid": "a"}
ROTATION: Final = "pelvic_rotation_range_deg"


def condition(**changes: Any) -> dict[str, Any]:
    return {"measure": ROTATION, "op": "<", "limit": "coach.low", **changes}


def row(*conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = {
        "name": "stiff",
        "kind": "coach band",
        "text": "said",
        "strength": "weak",
        "drills": ["twist"],
        "conditions": list(conditions) or [condition()],
        **changes,
    }
    return {key: value for key, value in made.items() if value is not None}


def made(*rows: dict[str, Any]) -> tuple[Rule, ...]:
    return make_rules({"rule": list(rows), "drill": {"twist": DRILL, "lean": DRILL}}, NORMS)


def test_a_rule_takes_its_limits_from_norms_or_states_them() -> None:
    speed = {"measure": "speed_mps", "op": ">=", "value": 3}
    quick = {"measure": "cadence_spm", "op": ">", "limit": "choice.quick"}
    (rule,) = made(row(condition(), speed, quick))
    assert [(c.measure, c.op, c.limit, c.norm) for c in rule.conditions] == [
        (ROTATION, "<", 5.0, COACH),
        ("speed_mps", ">=", 3.0, None),
        ("cadence_spm", ">", 175.0, CHOICE),
    ]
    assert isinstance(rule.conditions[1].limit, float)
    assert rule.source == "A", "of two norms of one source it is named once"
    (mixed,) = made(row(quick, condition(limit="published.low"), kind="published norm"))
    assert mixed.source == "A; B"
    (free,) = made(row(speed))
    assert free.source == ""


def test_a_rule_has_its_words_and_drills() -> None:
    (plain,) = made(row())
    assert (plain.name, plain.kind, plain.text, plain.strength) == (
        "stiff", "coach band", "said", "weak",
    )  # fmt: skip
    assert [drill.key for drill in plain.drills] == ["twist"]
    (other,) = made(row(drills=[]))
    assert other.drills == ()


def test_a_limit_is_as_spread_as_its_norm() -> None:
    norms = {**NORMS, "coach.low": replace(COACH, spread=1.5)}
    speed = {"measure": "speed_mps", "op": ">=", "value": 3}
    (rule,) = make_rules({"rule": [row(condition(), speed)], "drill": {"twist": DRILL}}, norms)
    assert [c.spread for c in rule.conditions] == [1.5, 0.0]
    assert made(row())[0].conditions[0].spread == 0.0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"conditions": [condition(limit="coach.high")]}, "stiff: no norm is called coach.high"),
        ({"conditions": [condition(limit="published.low")]}, "stiff is a coach band but uses"),
        ({"kind": "published norm"}, "stiff is a published norm but uses coach.low"),
        ({"drills": ["twist", "jump"]}, "stiff: no drill is called jump"),
        ({"conditions": [condition(op="==")]}, "stiff: no operator =="),
    ],
)
def test_each_fault_of_a_rule_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=r"^rules\.toml: stiff") as refused:
        made(row(**changes))
    assert told in str(refused.value)
    assert "faults" not in str(refused.value)


def test_all_faults_of_all_rules_are_told_at_once() -> None:
    wrong = [
        row(condition(op="!="), condition(limit="none"), name="one", drills=["jump"]),
        row(condition(limit="published.low"), name="two"),
    ]
    with pytest.raises(SettingsError) as refused:
        made(*wrong, row(name="three"))
    assert [line.strip() for line in str(refused.value).split("\n")] == [
        "rules.toml: 4 faults",
        "- one: no norm is called none",
        "- one: no drill is called jump",
        "- one: no operator !=",
        "- two is a coach band but uses published.low: coach bands and published norms are never "
        "mixed",
    ]


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_is_taken(op: str) -> None:
    assert made(row(condition(op=op)))[0].conditions[0].op == op


def test_rules_in_the_package_are_whole_and_in_the_order_of_their_file() -> None:
    text = files("opensim_pelvis.guidance").joinpath("rules.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    rules, norms = read_rules(), read_norms()
    assert [rule.name for rule in rules] == [table["name"] for table in tables["rule"]]
    assert make_rules(copy.deepcopy(tables), norms) == rules
    for rule, table in zip(rules, tables["rule"], strict=True):
        assert [drill.key for drill in rule.drills] == table["drills"]
        for found, stated in zip(rule.conditions, table["conditions"], strict=True):
            assert found.norm == norms.get(stated.get("limit", ""))
            wanted = found.norm.value if found.norm else stated["value"]
            assert (found.measure, found.op, found.limit) == (
                stated["measure"], stated["op"], wanted,
            )  # fmt: skip
    assert [drill.key for drill in read_drills()] == list(tables["drill"])
    assert all(norm.key == key for key, norm in norms.items())
    assert norms["coach.fast_pace"].value == pytest.approx(1000.0 / 240.0, abs=1e-4)
