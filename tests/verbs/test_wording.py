"""An installation words its notices anew: checked before it holds, in versions, and the built-in text is one step away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.notices.models import Wording
from amends.notices.wording import (
    Words,
    built_in,
    forget_wordings,
    own_wordings,
    save_wording,
    take_built_in,
    versions_of,
    worded,
)
from amends.people.rules import Actor, Role
from tests.cast import person

pytestmark = pytest.mark.django_db
KIND, TO = "case.refuse", "consumer"
OURS = Words(
    "商家说不行", "The shop said no",
    "售后单 {case} 被拒绝，{due} 前可以请平台介入；到时没有申请，{silence}。",
    "Case {case} was refused. Until {due} you can call the platform in. Otherwise: {silence}.",
)  # fmt: skip


@pytest.fixture
def paula(stepped_clock: Stepped) -> Iterator[Actor]:
    forget_wordings()
    yield person("paula", Role.POLICY_OWNER)
    forget_wordings()


def test_a_new_wording_holds_at_once_and_the_built_in_one_comes_back(paula: Actor) -> None:
    assert worded(KIND, TO) == built_in(KIND, TO)
    first = save_wording(KIND, TO, OURS, by=paula, version=0)
    assert (first.version, worded(KIND, TO).subject.into("zh"), own_wordings()) == (1, "商家说不行", {(KIND, TO)})
    assert (
        worded(KIND, TO).body.filled(case="AS-1", due="6 pm", silence="closed").into("en").startswith("Case AS-1 was refused. Until 6 pm")
    )
    save_wording(KIND, TO, replace(OURS, subject_en="It was refused"), by=paula, version=1)
    assert worded(KIND, TO).subject.into("en") == "It was refused"
    take_built_in(KIND, TO, by=paula, version=2)
    assert (worded(KIND, TO), own_wordings()) == (built_in(KIND, TO), set())
    assert [row.version for row in versions_of(KIND, TO)] == [3, 2, 1]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("body_en", "Case {case} was refused until {due}: {silence}. {sum}"),
        ("body_en", "Case {case.__class__} until {due}: {silence}"),
        ("body_en", "Case {0} until {due}: {silence}"),
        ("body_zh", "售后单 { 到 {due}，{silence}"),
        ("body_zh", "售后单 {case} 被拒绝。"),
        ("subject_en", ""),
        ("subject_zh", "长" * 41),
        ("subject_en", "The shop\nsaid no"),
        ("subject_zh", "商家\u2028说不行"),
    ],
)
def test_words_that_could_not_be_filled_or_lose_the_limit_are_refused_at_their_field(paula: Actor, field: str, words: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        save_wording(KIND, TO, Words(**{**asdict(OURS), field: words}), by=paula)
    assert set(refused.value.fields) == {field}
    assert versions_of(KIND, TO) == []


def test_only_who_answers_for_words_writes_them_and_nobody_writes_over_another(paula: Actor) -> None:
    with pytest.raises(NotYourMove):
        save_wording(KIND, TO, OURS, by=person("susan", Role.SUPERVISOR))
    save_wording(KIND, TO, OURS, by=paula, version=0)
    with pytest.raises(Conflict):
        save_wording(KIND, TO, OURS, by=paula, version=0)
    for kind, party in (("case.nothing", TO), (KIND, "stranger"), (KIND, "merchant")):
        with pytest.raises(NotFound):
            save_wording(kind, party, OURS, by=paula)


def test_a_wording_that_this_release_does_not_understand_is_set_aside(paula: Actor) -> None:
    bad = {**asdict(OURS), "body_en": "Case {case} until {due}: {silence} {gone}"}
    Wording.objects.create(kind=KIND, party=TO, version=1, made_by_id=paula.user_id, **bad)
    Wording.objects.create(kind="case.gone", party=TO, version=1, made_by_id=paula.user_id, **asdict(OURS))
    forget_wordings()
    assert (worded(KIND, TO), own_wordings()) == (built_in(KIND, TO), set())
