"""The golden cases: facts and what the law answers, 65 of them, kept as data in packs/golden.

How they are compared is the product's own (amends/policy/golden.py); here each runs against the packs that ship, and what is listed as
later really has facts and an expectation.
"""

from __future__ import annotations

import json

import pytest

from amends.policy.golden import FOLDER, KINDS, Check, facts_of, golden_cases, golden_checks, run, shipped
from amends.policy.golden_expect import WORDS

CHECKS = golden_checks(pins=True)
ANSWERED = [pytest.param(check, id=check.id) for check in CHECKS if check.answered]


@pytest.mark.parametrize("check", ANSWERED)
def test_the_packs_answer_as_written(check: Check) -> None:
    assert [wrong.text.into("en") for wrong in run(check, shipped)] == []


def test_every_golden_case_has_checks_and_fifty_are_answered() -> None:
    stories = {story["id"] for story in json.loads((FOLDER / "golden.json").read_text())}
    cases = {case.ref: case for case in golden_cases() if case.ref in stories}
    assert set(cases) == stories
    assert len(stories) == 65
    assert all(case.checks for case in cases.values())
    assert sum(case.later is None for case in cases.values()) == 50
    assert {ref[:4] for ref, case in cases.items() if case.later} == {"G-EU", "G-UK", "G-US", "G-PF"}


def test_every_check_has_a_kind_a_source_and_something_that_can_fail() -> None:
    for check in CHECKS:
        assert check.kind in KINDS
        assert check.tag in "PSGI"
        assert check.source
        expects = check.raw.keys() & {"expect", "clock", "cells", "clauses", "duties", "packs", "register"}
        assert expects, check.id
        assert "facts" not in check.raw or set(check.raw["expect"]) <= set(WORDS), check.id
        assert all(check.raw[name] for name in expects), check.id


def test_what_no_pack_answers_yet_has_facts_that_can_be_read() -> None:
    later = [check for check in CHECKS if not check.answered]
    assert len({check.ref for check in later}) == 15
    for check in later:
        if "facts" in check.raw:
            assert facts_of(check).issue
        assert run(check, shipped) == []
