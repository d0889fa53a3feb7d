"""The table of notices: nobody is forgotten, every sentence can be said, lapses name who did not answer, and edits are checked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from amends.cases.reminding import STANDS_FOR
from amends.cases.waiting_words import SILENCE
from amends.kernel.parties import Party
from amends.kernel.tables import TableError
from amends.kernel.texts import say
from amends.notices.rules.lives import SILENT, TOLD
from amends.notices.rules.places import PLACES, SHORTER, check_wording, left_words, next_words, places_of, silence_words, who_waited
from amends.notices.rules.sentences import SENTENCES
from amends.notices.rules.table import BESIDE, LIVES, ROWS, TOLD_LINES, Row, Step, every_row, heard, parsed, row_of, rows_for
from amends.notices.rules.words import AUDIENCE_NAMES, CHANNEL_NAMES, URGENCY_NAMES, Audience, Channel, Urgency

ASKED = Step("case", "ask_merchant", "platform", "awaiting_merchant", 2)
OF_THE_MERCHANT = ("to",)
"""Where a cost is asked of anybody, it is asked of the merchant: carriers and suppliers are told by the desk."""
APPLIED = Step("case", "apply", "consumer", "triage", 1)


def told(step: Step, *others: Step) -> dict[str, str]:
    return {row.to.value: row.words for row in rows_for(step, (step, *others))}


def test_every_verb_and_every_told_line_is_in_the_table_or_silent_for_a_reason() -> None:
    known = {f"{name}.{verb}" for name, life in LIVES.items() for verb in life.all_verbs} | set(TOLD_LINES) | set(BESIDE)
    assert set(ROWS) | set(SILENT) == known
    assert not set(ROWS) & set(SILENT)
    assert set(heard()) == set(ROWS) - set(BESIDE)


def test_no_sentence_stands_unused() -> None:
    assert set(SENTENCES) == {row.words for row in every_row()}


def test_every_name_has_its_word() -> None:
    assert set(CHANNEL_NAMES) == set(Channel)
    assert set(URGENCY_NAMES) == set(Urgency)
    assert set(AUDIENCE_NAMES) == set(Audience)


def test_kind_and_audience_find_their_row() -> None:
    assert all(row_of(row.kind, row.to) is row for row in every_row())
    with pytest.raises(KeyError):
        row_of("case.dance", "consumer")


def test_whoever_has_to_act_is_told_by_when_and_what_silence_means() -> None:
    asked = [row for row in every_row() if row.urgency in (Urgency.ACT, Urgency.REMIND) and row.due_of]
    for row in asked:
        for text in (SENTENCES[row.words].body.zh, SENTENCES[row.words].body.en):
            assert "{due}" in text, row
            assert "{silence}" in text, row
    assert len(asked) > 40


def test_whoever_is_told_of_anothers_clock_hears_what_its_silence_means() -> None:
    """A told time without its consequence is a hope; parcels on their way and refunds under way have their own notices of delay."""
    hopes = {
        row.words for row in every_row()
        if row.due_of not in ("", "told") and "{silence}" not in SENTENCES[row.words].body.zh
    }  # fmt: skip
    assert hopes == {"merged", "address_lapsed", "shipped", "intercepted", "found", "on_way_home",
                     "begun", "doubted", "failed", "frozen", "unfrozen"}  # fmt: skip


def lapses() -> list[tuple[str, str]]:
    """Every (life, verb) that the clock makes and that moves something."""
    return [
        (name, verb) for name, life in LIVES.items()
        for (origin, verb, party), becomes in life.moves.items() if party is Party.CLOCK and becomes != origin
    ]  # fmt: skip


@pytest.mark.parametrize(("life", "verb"), sorted(set(lapses())))
def test_a_lapse_says_who_did_not_act_until_when_and_by_which_rule(life: str, verb: str) -> None:
    if f"{life}.{verb}" in SILENT:
        return
    leads = {becomes for (_, made, party), becomes in LIVES[life].moves.items() if made == verb and party is Party.CLOCK}
    for stage in leads:
        rows = rows_for(Step(life, verb, "clock", stage, about=OF_THE_MERCHANT))
        assert rows
        # Of what is the platform's own no side hears: whoever is called then is told.
        readers = ("supervisor",) if life in ("task", "complaint") else ("consumer", "merchant")
        sentences = [SENTENCES[row.words].body for row in rows if row.to in readers]
        # Where the next one to act is told to act, that notice says the new limit; the lapse itself is said to the other side.
        if (life, verb) in (
            ("case", "ask_merchant"),
            ("review", "close_round"),
            ("review", "close_replies"),
            ("return_shipment", "miss_pickup"),
        ):
            continue
        if (life, verb) == ("return_shipment", "declare_lost") and stage != "lost":
            continue
        assert any("{until}" in body.zh and "{rule}" in body.zh and "{until}" in body.en for body in sentences), (life, verb, stage)


def test_applying_is_one_notice_and_not_two() -> None:
    assert told(APPLIED, ASKED) == {}
    assert told(ASKED, APPLIED) == {"consumer": "asked", "merchant": "new_claim"}
    assert told(APPLIED) == {"consumer": "received"}


def test_a_merchants_silence_is_told_otherwise_than_a_merchants_word() -> None:
    assert told(Step("case", "approve", "merchant", "executing"))["consumer"] == "approved"
    assert told(Step("case", "approve", "clock", "executing"))["consumer"] == "approved_by_silence"


def test_a_lapse_that_calls_the_platform_takes_the_place_of_the_round_that_it_opens() -> None:
    lapse = Step("case", "call_platform", "clock", "in_review", 7)
    opened = Step("review", "open_round", "platform", "gathering", 8)
    assert told(lapse, opened) == {"consumer": "called_by_silence", "merchant": "called_by_your_silence"}
    assert told(opened, lapse) == {"arbiter": "round_arbiter"}
    asked = Step("case", "call_platform", "consumer", "in_review", 7)
    assert told(opened, asked) == {"consumer": "round", "merchant": "round", "arbiter": "round_arbiter"}


def test_what_asks_for_an_act_does_not_give_way_to_a_result() -> None:
    opened = Step("review", "open_round", "platform", "gathering", 8)
    contested = Step("inspection", "contest", "clock", "missing_contested", 6)
    assert told(opened, contested)["consumer"] == "round"


def test_two_units_rejected_at_once_are_one_notice() -> None:
    first, second = (Step("inspection", "reject", "merchant", "rejected", n) for n in (4, 5))
    assert told(first, second) == {"consumer": "found_bad"}
    assert told(second, first) == {}


def test_two_sums_paid_at_once_are_two_notices() -> None:
    first, second = (Step("refund", "pay", "gateway", "paid", n) for n in (4, 5))
    assert told(first, second) == told(second, first) == {"consumer": "paid", "merchant": "paid_merchant"}


def test_a_parcel_on_its_way_home_is_told_to_the_other_side() -> None:
    assert told(Step("return_shipment", "ship", "consumer", "in_transit")) == {"merchant": "shipped"}
    assert told(Step("return_shipment", "ship", "merchant", "on_way_home"))["consumer"] == "on_way_home"


def test_only_who_is_waited_for_is_reminded() -> None:
    for name, life in LIVES.items():
        for stage in life.open_stages:
            waited = {party.value for party in life.stages[stage].waits_for}
            beside = "supervisor" if stage == "raised" else "named"
            sides = {"platform": beside if name in ("task", "complaint") else "agent"}
            if (stands := STANDS_FOR.get(life.stages[stage].limit or "")) is not None:
                waited = {stands.value}
            wanted = {sides.get(party, party) for party in waited} - {"carrier", "gateway", "leader", "supplier"}
            assert set(told(Step(name, "remind", "clock", stage, about=OF_THE_MERCHANT))) == wanted, (name, stage)


def row_line(text: str) -> str:
    return TOLD + text + "\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("case.dance - consumer act - received", "no life has such a verb"),
        ("case.apply - stranger act - received", "stranger"),
        ("case.apply - merchant loud - received", "loud"),
        ("case.apply - merchant act nobody received", "no such party"),
        ("case.apply - merchant act - unheard_of", "no such sentence"),
        ("case.apply closed merchant act - received", "never holds"),
        ("case.approve - consumer act - approved", "two rows"),
        ("case.absorb - consumer news - merged", "both told and silent"),
    ],
)
def test_a_row_that_cannot_be_is_refused(line: str, why: str) -> None:
    with pytest.raises(TableError, match=why):
        parsed(row_line(line), SILENT)


def test_a_verb_that_nobody_thought_of_is_refused() -> None:
    with pytest.raises(TableError, match=r"case\.absorb: neither told nor silent"):
        parsed(TOLD, {when: why for when, why in SILENT.items() if when != "case.absorb"})
    with pytest.raises(TableError, match="no such thing"):
        parsed(TOLD, {**SILENT, "case.dance": say("没有", "none")})


# ── sentences that the office edits ──────────────────────────────────────────────────────────────────────────────────────────

GOOD = {"subject_zh": "新的申请", "subject_en": "A claim", "body_zh": "{case} {due} 前答复，否则{silence}",
        "body_en": "{case}: by {due}, or {silence}"}  # fmt: skip


def faults(kind: str = "case.ask_merchant", audience: str = "merchant", **changed: str) -> list[tuple[str, str]]:
    return [(field, why.into("en")) for field, why in check_wording(kind, audience, **{**GOOD, **changed})]


def test_a_sound_wording_has_no_faults() -> None:
    assert faults() == []


@pytest.mark.parametrize("hole", ["{", "}", "{}", "{0}", "{case.x}", "{case!r}", "{case:>9}", "{{case}}", "{CASE}", "{ case }"])
def test_braces_hold_bare_names_only(hole: str) -> None:
    assert [field for field, _ in faults(body_zh=GOOD["body_zh"] + hole)] == ["body_zh"]


def test_a_place_that_this_kind_can_not_fill_is_refused_and_named() -> None:
    ((field, why),) = faults(body_en=GOOD["body_en"] + " {until} ")
    assert field == "body_en"
    assert "{until}" in why


def test_one_language_missing_too_long_and_a_lost_deadline_are_refused() -> None:
    assert [field for field, _ in faults(subject_en=" ")] == ["subject_en"]
    assert [field for field, _ in faults(subject_zh="长" * 41)] == ["subject_zh"]
    assert [field for field, _ in faults(body_en=GOOD["body_en"] + "x" * 400)] == ["body_en"]
    assert [field for field, _ in faults(body_zh="{case} 请答复")] == ["body_zh", "body_zh"]


def test_every_place_can_be_said_somewhere_and_is_explained() -> None:
    assert frozenset().union(*map(places_of, every_row())) == set(PLACES)


# ── the words that fill places ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_silence_of_every_stage_has_words() -> None:
    for life in LIVES.values():
        for stage in life.stages.values():
            assert all(silence_words(verb) in (SILENCE[verb], SHORTER.get(verb)) for verb in stage.silence)


def test_who_waited_and_what_comes_next_are_said() -> None:
    assert who_waited("merchant_answers").en == "merchant"
    assert who_waited("evidence_round").en == "both sides"
    assert next_words("", "", None).en == "You will be told of each step that follows."
    assert next_words("case", "executing", say("明天", "tomorrow")).into("en") == "Next: being carried out, until tomorrow."


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "1 minute"), (59, "59 minutes"), (119, "119 minutes"), (120, "2 hours"), (47 * 60, "47 hours"), (2880, "2 days")],
)
def test_the_time_left_is_said_in_a_unit_that_is_not_too_coarse(minutes: int, words: str) -> None:
    assert left_words(timedelta(minutes=minutes)).en == words


# ── the tone ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sayings(row_words: str) -> list[str]:
    subject, body = SENTENCES[row_words]
    return [subject.zh, subject.en, body.zh, body.en]


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_sentences_are_calm_and_short(name: str) -> None:
    subject_zh, subject_en, body_zh, body_en = sayings(name)
    assert not re.search(r"[!！]|尽快|亲爱|敬请|ASAP|您", subject_zh + subject_en + body_zh + body_en)
    assert not re.search(r"[,;:?]", re.sub(r"\{[a-z]+\}", "", body_zh))
    assert body_zh.endswith(("。", "{next}", "{basis}"))
    assert body_en.endswith((".", "{next}", "{basis}"))
    assert not subject_zh.endswith("。")
    assert not subject_en.endswith(".")
    assert set(re.findall(r"\{[a-z]+\}", body_zh)) == set(re.findall(r"\{[a-z]+\}", body_en))


def test_no_row_is_longer_than_its_column() -> None:
    assert max(len(row.kind) for row in every_row()) <= 40
    assert isinstance(every_row()[0], Row)
