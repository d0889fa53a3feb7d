"""An appeal: once a case, stays the ruling, before somebody of higher rank who took no part, answered in time or paid for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from amends.cases.models import Case, CaseText, Deadline, Entry, Evidence, Grant
from amends.cases.queries import timeline
from amends.cases.verbs.answering import approve, ask_person, let_stand, withdraw
from amends.faces.appealing import appeal_view
from amends.faces.case_view import case_view
from amends.faces.case_view.shapes import Told
from amends.insight.verify import CHECKS
from amends.kernel import clock as time
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text
from amends.notices.models import Notice, Promise
from amends.people.models import Membership
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.returns.models import Inspection
from amends.returns.verbs import accept, carrier_says, contest, give_address, receive, reject, ship
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.appeal_queries import appeal_by_ref, appeals_seen_by, unanswered
from amends.rulings.appealing import Contact, appeal, enter_appeal, reply_appeal, retract
from amends.rulings.examining import admit, change, send_back, uphold
from amends.rulings.holding import holds
from amends.rulings.models import Appeal, ArbiterProfile, Relation, Review
from amends.rulings.queries import undecided_units
from amends.rulings.verbs import rule
from amends.talks.offering import accept_offer, offer
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.verbs.appeals_at_hand import CALLER, GROUNDS, REASONS, a_call, appeal_of, given_to, in_review, of_rank, review_of, ruled
from tests.verbs.returns_at_hand import PaysAtOnce, a_photo, a_waybill, findings_of, fresh, grants_of, parcel_of, refunds_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch) -> Cast:
    gateway = PaysAtOnce()
    monkeypatch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
    return the_cast()


def verbs_of(case: Case) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(case_id=case.pk).order_by("number").values_list("life", "verb"))


def told_lines(rows: Iterable[Told], verb: str) -> str:
    """The bodies of these lines as an English reader reads them."""
    return " ".join(row.body.into("en") if isinstance(row.body, Text) else row.body for row in rows if verb in row.verb.into("en"))


def ruled_partly(cast: Cast) -> Case:
    """Judge gives half of the money: a burden for both."""
    case = in_review(cast)
    review = review_of(case)
    parts = [{"remedy": "refund_only", "units": [unit.pk for unit in undecided_units(case)], "amount_minor": 4_000}]
    rule(review.ref, parts=parts, liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    return fresh(case)


def is_sound() -> None:
    assert {check.name: found for check in CHECKS if (found := check.offenders())} == {}


# ── lodging ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_loser_appeals_the_ruling_is_stayed_and_somebody_of_higher_rank_is_asked(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("peer", 1)
    head = of_rank("head", 2)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    assert (fresh(case).stage, row.stage, row.side, row.entered_from, row.entered_by_id) == ("appealed", "lodged", "consumer", "page", None)
    assert row.examiner_id == head.user_id
    assert row.grounds is not None
    assert row.grounds.body == GROUNDS
    limit = Deadline.objects.get(case_id=case.pk, life="appeal", ended_at__isnull=True)
    assert (limit.limit, limit.silence, limit.due_at - stepped_clock.at) == ("appeal_first_answer", "admit", DAY)
    assert not grants_of(case)
    assert "appeal" not in fresh(case).offered(cast.bolt)
    is_sound()


def test_both_sides_are_promised_the_final_answer_within_seventy_two_hours(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    appeal(case.ref, words=GROUNDS, by=cast.anna)
    jobs.drain()
    for party in ("consumer", "merchant"):
        told = Notice.objects.get(case_id=case.pk, kind="case.appeal", party=party)
        assert told.due_at == stepped_clock.at + 72 * HOUR
    kept = Promise.objects.get(case_id=case.pk, limit="appeal_ends")
    assert (kept.bearer, kept.due_at) == ("arbiter", stepped_clock.at + 72 * HOUR)
    assert Notice.objects.get(case_id=case.pk, kind="appeal.appeal").party == "arbiter"


def test_the_winner_may_appeal_too_and_strangers_find_nothing(cast: Cast) -> None:
    case = ruled(cast)
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            appeal(case.ref, words=GROUNDS, by=stranger)
    for of_us in (cast.judge, cast.agent):
        with pytest.raises(NotYourMove):
            appeal(case.ref, words=GROUNDS, by=of_us)
    row = appeal(case.ref, words="Who bears it is wrong.", by=cast.bolt)
    assert row.side == "merchant"
    with pytest.raises(NotFound):
        appeal_by_ref(row.ref, cast.rival)
    assert list(appeals_seen_by(cast.rival)) == []


def test_it_needs_words_and_each_new_piece_a_reason(cast: Cast) -> None:
    case = ruled(cast)
    photo = a_photo(case, cast.anna)
    with pytest.raises(Unprocessable) as short:
        appeal(case.ref, words="No.", by=cast.anna)
    assert short.value.code == "too_short"
    with pytest.raises(Unprocessable) as bare:
        appeal(case.ref, words=GROUNDS, new_evidence=[NewPiece(photo, " ")], by=cast.anna)
    assert bare.value.code == "why_missing"
    with pytest.raises(Unprocessable) as unknown:
        appeal(case.ref, words=GROUNDS, new_evidence=[NewPiece("EV-1", "It came today.")], by=cast.anna)
    assert unknown.value.code == "evidence_unknown"
    assert fresh(case).stage == "ruled"
    row = appeal(case.ref, words=GROUNDS, new_evidence=[NewPiece(photo, "The brand's letter came today.")], by=cast.anna)
    assert [(one["evidence"], one["taken"]) for one in row.new_evidence] == [(photo, None)]
    piece = Evidence.objects.get(ref=photo)
    assert (piece.case_id, piece.late) == (case.pk, True)
    told = Entry.objects.get(case_id=case.pk, life="case", verb="appeal")
    assert told.facts["evidence"] == [piece.digest]
    assert "letter" not in str(told.facts)


def test_too_late_or_before_a_ruling_there_is_nothing_to_appeal(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    with pytest.raises(NoSuchMove):
        appeal(case.ref, words=GROUNDS, by=cast.anna)
    rule(review_of(case).ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    later_by(stepped_clock, DAY)
    assert fresh(case).is_over
    with pytest.raises(NoSuchMove):
        appeal(case.ref, words=GROUNDS, by=cast.anna)


def test_an_agent_enters_it_for_whoever_called_and_the_timeline_says_who_when_and_how(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    stepped_clock.forward(HOUR)
    told = {"side": "consumer", "words": GROUNDS}
    for other in (cast.anna, cast.judge):
        with pytest.raises(NotYourMove):
            enter_appeal(case.ref, **told, contact=a_call(), by=other)
    at = time.now()
    for wrong, code in (
        (a_call(entered_from="page"), "unknown_channel"), (Contact("call", at, " "), "required"), (a_call(minutes=-1), "wrong_time"),
        (a_call(minutes=61), "wrong_time"),
    ):  # fmt: skip
        with pytest.raises(Unprocessable) as refusal:
            enter_appeal(case.ref, **told, contact=wrong, by=cast.agent)
        assert refusal.value.code == code
    with pytest.raises(Unprocessable) as side:
        enter_appeal(case.ref, side="carrier", words=GROUNDS, contact=a_call(), by=cast.agent)
    assert side.value.code == "unknown_side"
    letter = a_photo(case, cast.agent)
    row = enter_appeal(case.ref, **told, contact=a_call(20), new_evidence=[NewPiece(letter, "It came today.")], by=cast.agent)
    assert (row.side, row.entered_from, row.entered_by_id) == ("consumer", "call", cast.agent.user_id)
    line = Entry.objects.get(case_id=case.pk, life="case", verb="appeal")
    assert (line.party, line.actor_id, line.facts["entered_from"]) == ("consumer", cast.agent.user_id, "call")
    assert line.facts["came_at"] == (at - timedelta(minutes=20)).isoformat()
    who = CaseText.objects.get(case_id=case.pk, kind="appeal_caller")
    noted = Entry.objects.get(case_id=case.pk, life="appeal", verb="note_caller")
    assert (who.body, who.party, noted.facts["digest"], noted.audience) == (CALLER, "platform", who.digest, "consumer,platform")
    assert who.digest not in str(line.facts)
    assert (Evidence.objects.get(ref=letter).party, row.new_evidence[0]["party"]) == ("consumer", "consumer")
    assert "retract" in Appeal.objects.get(pk=row.pk).offered(cast.anna)
    is_sound()


def test_who_called_is_for_the_platform_and_that_side_alone(cast: Cast) -> None:
    case = ruled(cast)
    row = enter_appeal(case.ref, side="consumer", words=GROUNDS, contact=a_call(), by=cast.agent)
    seen = {name: appeal_view(appeal_by_ref(row.ref, by), by).caller for name, by in (
        ("agent", cast.agent), ("anna", cast.anna), ("bolt", cast.bolt))}  # fmt: skip
    assert seen == {"agent": CALLER, "anna": CALLER, "bolt": ""}
    line = told_lines(case_view(case.ref, cast.bolt).timeline, "appealed")
    assert "By a call of" in line
    assert GROUNDS in line
    assert CALLER not in told_lines(case_view(case.ref, cast.bolt).timeline, "")
    assert CALLER in told_lines(case_view(case.ref, cast.anna).timeline, "put on file who called")


def test_an_agent_who_belongs_to_a_side_enters_nothing(cast: Cast) -> None:
    case = ruled(cast)
    Membership.objects.create(user_id=cast.agent.user_id, role=Role.MERCHANT.value, merchant=cast.bolts)
    with pytest.raises(NotYourMove) as refusal:
        enter_appeal(case.ref, side="merchant", contact=a_call(entered_from="mail"), words=GROUNDS, by=cast.agent)
    assert refusal.value.code == "conflict_of_interest"


def test_a_ruling_by_default_is_no_matter_of_appeals(cast: Cast, stepped_clock: Stepped) -> None:
    case = in_review(cast)
    while review_of(case).stage != "ruled":
        later_by(stepped_clock, DAY)
    with pytest.raises(NoSuchMove) as refusal:
        appeal(case.ref, words=GROUNDS, by=cast.anna)
    assert refusal.value.code == "ask_person_first"
    ask_person(case.ref, words="A person, please.", by=cast.anna)
    assert (fresh(case).stage, Appeal.objects.count()) == ("in_review", 0)
    first, again = Review.objects.filter(case_id=case.pk).order_by("pk")
    assert (first.heard, again.is_final, again.after_id) == ([], False, None)
    other = of_rank("other", 1)
    given_to(case, other)
    rule(again.ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=other)
    assert appeal(case.ref, words=GROUNDS, by=cast.anna).review_id == again.pk


# ── who examines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_examines_who_ruled_has_no_rank_is_related_or_was_not_asked(cast: Cast) -> None:
    peer, head, other = of_rank("peer", 1), of_rank("head", 2), of_rank("other", 3)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    Appeal.objects.update(examiner_id=None)
    Relation.objects.create(user_id=other.user_id, merchant=cast.bolts, why="A sister works there.", made_at=time.now())
    for who, code in ((cast.judge, "took_part"), (peer, "rank"), (other, "related")):
        with pytest.raises(NotYourMove) as refusal:
            uphold(row.ref, words=REASONS, by=who)
        assert refusal.value.code == code
    admit(row.ref, by=head)
    assert appeal_of(case).examiner_id == head.user_id
    with pytest.raises(NotYourMove) as asked:
        uphold(row.ref, words=REASONS, by=of_rank("third", 4))
    assert asked.value.code == "not_assigned"
    uphold(row.ref, words=REASONS, by=head)
    assert appeal_of(case).stage == "upheld"


def test_where_nobody_fits_it_waits_for_whoever_may(cast: Cast) -> None:
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    assert row.examiner_id is None
    head = of_rank("head", 2)
    assert [one.ref for one in appeals_seen_by(head, mine=True)] == [row.ref]
    uphold(row.ref, words=REASONS, by=head)
    assert appeal_of(case).examiner_id == head.user_id


def test_whoever_signed_a_ruling_as_second_reader_counts_for_the_rank_too(cast: Cast) -> None:
    signer, peer, above = of_rank("signer", 3), of_rank("peer", 3), of_rank("above", 4)
    case = ruled(cast)
    Review.objects.filter(case_id=case.pk).update(second_reader_id=signer.user_id)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    assert row.examiner_id == above.user_id
    Appeal.objects.update(examiner_id=None)
    for who, code in ((signer, "took_part"), (peer, "rank")):
        with pytest.raises(NotYourMove) as refusal:
            uphold(row.ref, words=REASONS, by=who)
        assert refusal.value.code == code
    uphold(row.ref, words=REASONS, by=above)


def test_with_one_arbiter_in_the_house_a_supervisor_is_told_at_each_limit_and_can_still_put_one_there(
    cast: Cast, stepped_clock: Stepped
) -> None:
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)

    def told() -> list[str]:
        jobs.drain()
        mine = Notice.objects.filter(case_id=case.pk, party="supervisor", kind__startswith="appeal.")
        return list(mine.order_by("made_at", "pk").values_list("kind", flat=True))

    assert (row.examiner_id, told()) == (None, ["appeal.want_examiner"])
    assert Notice.objects.get(case_id=case.pk, kind="appeal.want_examiner").due_at == stepped_clock.at + DAY
    later_by(stepped_clock, DAY)
    assert (appeal_of(case).examiner_id, told()) == (None, ["appeal.want_examiner"] * 2)
    later_by(stepped_clock, 36 * HOUR)
    assert sorted(told()) == ["appeal.bring_up", *["appeal.want_examiner"] * 3]
    # The supervisor makes an agent an arbiter of rank 2, who takes it in the last hours.
    late = of_rank("late", 2)
    assert [one.ref for one in appeals_seen_by(late, mine=True)] == [row.ref]
    uphold(row.ref, words=REASONS, by=late)
    assert (appeal_of(case).examiner_id, list(unanswered(stepped_clock.at - 9 * DAY))) == (late.user_id, [])


def test_where_the_one_who_was_asked_is_away_another_is_asked_with_the_next_limit(cast: Cast, stepped_clock: Stepped) -> None:
    first, second = of_rank("first", 2), of_rank("second", 2)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    asked, other = (first, second) if row.examiner_id == first.user_id else (second, first)
    ArbiterProfile.objects.filter(user_id=asked.user_id).update(away_until=stepped_clock.at + 9 * DAY)
    later_by(stepped_clock, DAY)
    assert (appeal_of(case).stage, appeal_of(case).examiner_id) == ("examining", other.user_id)
    asked_in_turn = Entry.objects.filter(case_id=case.pk, life="appeal", verb="entrust").order_by("number")
    assert list(asked_in_turn.values_list("facts__arbiter", flat=True)) == [asked.user_id, other.user_id]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_upheld_it_is_carried_out_at_once(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    with pytest.raises(Unprocessable):
        uphold(row.ref, words="no", by=head)
    uphold(row.ref, words=REASONS, words_en="The seal was whole.", by=head)
    settled()
    done = appeal_of(case)
    assert (done.stage, done.answer is not None, done.answer_also is not None) == ("upheld", True, True)
    assert done.answered_at is not None
    assert (fresh(case).stage, fresh(case).ended_by, grants_of(case)) == ("closed", "complete", [])
    assert review_of(case).bound_at is not None
    assert [verb for life, verb in verbs_of(case) if life == "appeal"] == ["appeal", "entrust", "uphold"]
    is_sound()


def test_changed_another_ruling_takes_its_place_and_the_row_stays_as_it_was_given(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    with pytest.raises(Unprocessable) as same:
        change(row.ref, outcome="against", clause="CN-7D-01", words=REASONS, by=head)
    assert same.value.code == "nothing_changed"
    change(row.ref, outcome="for", clause="CN-QUAL-01", words=REASONS, by=head)
    settled()
    done, review = appeal_of(case), review_of(case)
    assert (done.stage, done.outcome, done.clause, done.bears) == ("changed", "for", "CN-QUAL-01", {"merchant": 10_000})
    assert (review.outcome, review.clause) == ("against", "CN-7D-01")
    held = holds(review)
    assert (held.outcome, held.liable, held.clause, held.appeal) == ("for", "merchant", "CN-QUAL-01", done)
    assert fresh(case).stage == "executing"
    grant = Grant.objects.get(case_id=case.pk)
    assert (grant.remedy, grant.basis, grant.stage) == (case.remedy, "changed", "doing")
    is_sound()


def test_changed_by_a_mix_gives_each_unit_what_it_says(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = ruled(cast, quantity=2, prices=(20_000,))
    heard = review_of(case).heard
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    parts = [{"remedy": "refund_only", "units": heard[:1], "amount_minor": 3_000}, {"remedy": "none", "units": heard[1:]}]
    change(row.ref, parts=parts, bears={"merchant": 6_000, "consumer": 4_000}, clause="CN-QUAL-01", words=REASONS, by=head)
    settled()
    assert (appeal_of(case).outcome, appeal_of(case).bears) == ("partly", {"consumer": 4_000, "merchant": 6_000})
    assert refunds_of(case) == [("paid", 3_000)]
    assert fresh(case).is_over
    is_sound()


def test_a_mix_that_leaves_a_unit_out_is_refused_and_leaves_no_trace(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = ruled(cast, quantity=2, prices=(20_000,))
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    before = verbs_of(case), CaseText.objects.count()
    with pytest.raises(Unprocessable):
        change(row.ref, parts=[{"remedy": "none", "units": review_of(case).heard[:1]}], clause="CN-1", words=REASONS, by=head)
    assert (verbs_of(case), CaseText.objects.count()) == before
    assert appeal_of(case).stage == "examining"


def test_sent_back_a_new_review_is_heard_by_another_and_its_ruling_is_final(cast: Cast, stepped_clock: Stepped) -> None:
    head, other = of_rank("head", 2), of_rank("other", 1)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=head)
    send_back(row.ref, words="The courier was never heard.", by=head)
    before, again = Review.objects.filter(case_id=case.pk).order_by("pk")
    assert (fresh(case).stage, again.after_id, again.is_final, again.called_by) == ("in_review", before.pk, True, "consumer")
    assert before.heard == []
    given_to(case, other)
    rule(again.ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=other)
    with pytest.raises(NoSuchMove) as final:
        appeal(case.ref, words=GROUNDS, by=cast.bolt)
    assert final.value.code == "final_ruling"
    assert "appeal" not in fresh(case).offered(cast.bolt)
    later_by(stepped_clock, DAY)
    assert fresh(case).stage == "executing"
    is_sound()


def test_whoever_appealed_takes_it_back_and_the_ruling_is_carried_out(cast: Cast) -> None:
    case = ruled(cast, "for")
    row = appeal(case.ref, words="The lamp was used for weeks.", by=cast.bolt)
    with pytest.raises(NoSuchMove) as others:
        retract(row.ref, by=cast.anna)
    assert others.value.code == "not_your_appeal"
    retract(row.ref, by=cast.bolt)
    jobs.drain()
    assert (appeal_of(case).stage, fresh(case).stage, len(grants_of(case))) == ("retracted", "executing", 1)
    is_sound()


def test_an_appeal_against_a_ruling_that_burdens_both_is_not_taken_back_over_the_others_head(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("head", 2)
    alone, joined = ruled_partly(cast), ruled_partly(cast)
    first, second = (appeal(case.ref, words=GROUNDS, by=cast.bolt) for case in (alone, joined))
    for row in (first, second):
        with pytest.raises(NoSuchMove) as early:
            retract(row.ref, by=cast.bolt)
        assert early.value.code == "other_side_joined"
    reply_appeal(second.ref, words="It is too little for me too.", by=cast.anna)
    stepped_clock.forward(DAY)
    with pytest.raises(NoSuchMove):
        retract(second.ref, by=cast.bolt)
    assert "retract" not in appeal_of(joined).offered(cast.bolt)
    retract(first.ref, by=cast.bolt)
    jobs.drain()
    assert (fresh(alone).stage, fresh(joined).stage) == ("closed", "appealed")
    is_sound()


def test_a_case_is_appealed_once(cast: Cast) -> None:
    case = ruled(cast)
    retract(appeal(case.ref, words=GROUNDS, by=cast.anna).ref, by=cast.anna)
    assert Appeal.objects.filter(case_id=case.pk).count() == 1
    with pytest.raises(NoSuchMove):
        appeal(case.ref, words=GROUNDS, by=cast.anna)


def test_withdrawn_the_appeal_is_dropped(cast: Cast) -> None:
    case = ruled(cast)
    appeal(case.ref, words=GROUNDS, by=cast.anna)
    withdraw(case.ref, by=cast.anna)
    jobs.drain()
    assert (appeal_of(case).stage, fresh(case).stage) == ("dropped", "closed")
    is_sound()


def test_settled_meanwhile_the_appeal_is_dropped_and_the_ruling_binds_nothing(cast: Cast) -> None:
    of_rank("head", 2)
    case = ruled(cast)
    appeal(case.ref, words=GROUNDS, by=cast.anna)
    heard = review_of(case).heard
    made = offer(case.ref, parts=[{"remedy": "return_refund", "units": heard}], by=cast.bolt)
    accept_offer(made.ref, by=cast.anna)
    jobs.drain()
    assert (appeal_of(case).stage, fresh(case).stage) == ("dropped", "executing")
    assert [grant.basis for grant in Grant.objects.filter(case_id=case.pk)] == ["settled"]
    assert review_of(case).bound_at is None
    is_sound()


def test_both_sides_speak_to_it_while_it_is_open(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    photo = a_photo(case, cast.bolt)
    with pytest.raises(Unprocessable):
        reply_appeal(row.ref, by=cast.bolt)
    for other in (cast.agent, head):
        with pytest.raises(NotYourMove):
            reply_appeal(row.ref, words="Let me see.", by=other)
    with pytest.raises(NotFound):
        reply_appeal(row.ref, words="Me too.", by=cast.rival)
    with pytest.raises(Unprocessable) as bare:
        reply_appeal(row.ref, words="It is our lamp.", new_evidence=[NewPiece(photo, "")], by=cast.bolt)
    assert bare.value.code == "why_missing"
    reply_appeal(row.ref, words="It is our lamp.", new_evidence=[NewPiece(photo, "Nobody said so before.")], by=cast.bolt)
    line = timeline(fresh(case), cast.anna)[0]
    assert (line.verb, line.words, Evidence.objects.get(ref=photo).late) == ("reply_appeal", "It is our lamp.", True)
    jobs.drain()
    assert Notice.objects.filter(case_id=case.pk, kind="appeal.reply_appeal.merchant", party="consumer").exists()
    with pytest.raises(Unprocessable) as unjudged:
        uphold(row.ref, words=REASONS, by=head)
    assert unjudged.value.code == "not_judged"
    uphold(row.ref, words=REASONS, allowed=[], by=head)
    assert [(one["party"], one["taken"]) for one in appeal_of(case).new_evidence] == [("merchant", False)]
    with pytest.raises(NoSuchMove):
        reply_appeal(row.ref, words="But.", by=cast.anna)


def test_what_was_paid_meanwhile_stays_and_a_changed_finding_is_paid_beside_it_once(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20_000,)), by=cast.anna, quantity=2)
    approve(case.ref, by=cast.bolt)
    settled()
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="SF", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    fine, worn = findings_of(case)
    accept(case.ref, inspection=fine.pk, by=cast.bolt)
    reject(case.ref, inspection=worn.pk, words="Worn.", evidence=[a_photo(case, cast.bolt)], by=cast.bolt)
    contest(case.ref, inspection=worn.pk, words="It was never worn.", by=cast.anna)
    settled()
    given_to(case, cast.judge)
    rule(review_of(case).ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert review_of(case).heard == [worn.unit_id]
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    settled()
    # The other unit was paid beside the quarrel; of the stayed ruling nothing is carried out, the goods don't go home.
    assert (refunds_of(case), Inspection.objects.get(pk=worn.pk).stage) == ([("paid", 10_000)], "contested")
    admit(row.ref, by=head)
    change(row.ref, outcome="for", clause="CN-QUAL-01", words=REASONS, by=head)
    settled()
    assert refunds_of(case) == [("paid", 10_000), ("paid", 10_000)]
    assert (fresh(case).stage, Inspection.objects.get(pk=worn.pk).stage) == ("closed", "payable")
    is_sound()


def test_what_is_ruled_after_an_appeal_about_goods_contested_later_is_final_and_says_so(cast: Cast) -> None:
    head, other = of_rank("head", 2), of_rank("other", 1)
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20_000,)), by=cast.anna, quantity=2)
    approve(case.ref, by=cast.bolt)
    settled()
    parcel = parcel_of(case).ref
    give_address(parcel, by=cast.bolt)
    ship(parcel, carrier="SF", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel, "deliver")
    receive(parcel, by=cast.bolt)
    first, second = findings_of(case)
    for found in (first, second):
        reject(case.ref, inspection=found.pk, words="Worn.", evidence=[a_photo(case, cast.bolt)], by=cast.bolt)
    contest(case.ref, inspection=first.pk, words="It was never worn.", by=cast.anna)
    given_to(case, cast.judge)
    rule(review_of(case).ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=cast.judge)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    contest(case.ref, inspection=second.pk, words="Nor was this one.", by=cast.anna)
    uphold(row.ref, words=REASONS, by=head)
    given_to(case, other)
    rule(review_of(case).ref, outcome="against", liable="consumer", clause="CN-7D-01", words=REASONS, by=other)
    assert (review_of(case).heard, review_of(case).is_final) == ([second.unit_id], True)
    with pytest.raises(NoSuchMove) as final:
        appeal(case.ref, words=GROUNDS, by=cast.anna)
    assert final.value.code == "final_ruling"
    jobs.drain()
    told = Notice.objects.filter(case_id=case.pk, kind__startswith="case.rule", party="consumer").latest("pk")
    assert told.facts["basis"]["again"] == "final"
    is_sound()


# ── new evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_new_evidence_counts_only_where_the_examiner_finds_that_it_could_not_be_had_before(cast: Cast) -> None:
    head = of_rank("head", 2)
    case = ruled(cast)
    first, second = a_photo(case, cast.anna), a_photo(case, cast.anna)
    new = [NewPiece(first, "The letter came today."), NewPiece(second, "I forgot it.")]
    row = appeal(case.ref, words=GROUNDS, new_evidence=new, by=cast.anna)
    with pytest.raises(Unprocessable) as unjudged:
        uphold(row.ref, words=REASONS, by=head)
    assert unjudged.value.code == "not_judged"
    with pytest.raises(Unprocessable) as unknown:
        admit(row.ref, allowed=["EV-NONE"], by=head)
    assert unknown.value.code == "evidence_unknown"
    admit(row.ref, allowed=[first], by=head)
    assert {one["evidence"]: one["taken"] for one in appeal_of(case).new_evidence} == {first: True, second: False}
    told = Entry.objects.get(case_id=case.pk, life="appeal", verb="admit")
    assert told.facts["evidence"] == [Evidence.objects.get(ref=first).digest]
    change(row.ref, outcome="for", clause="CN-7D-01", words=REASONS, by=head)
    assert appeal_of(case).stage == "changed"


def test_each_file_keeps_its_own_reason_and_is_named_once(cast: Cast) -> None:
    case = ruled(cast)
    older, newer = a_photo(case, cast.anna), a_photo(case, cast.anna)
    with pytest.raises(Unprocessable) as twice:
        appeal(case.ref, words=GROUNDS, new_evidence=[NewPiece(newer, "Once."), NewPiece(newer.lower(), "Twice.")], by=cast.anna)
    assert twice.value.code == "evidence_twice"
    new = [NewPiece(newer, "The newer one."), NewPiece(older, "The older one.")]
    row = appeal(case.ref, words=GROUNDS, new_evidence=new, by=cast.anna)
    seen = appeal_view(appeal_by_ref(row.ref, cast.anna), cast.anna)
    assert {piece.evidence: piece.why for piece in seen.pieces} == {newer: "The newer one.", older: "The older one."}


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_answers_the_head_is_asked_then_it_is_upheld_and_the_platform_pays(cast: Cast, stepped_clock: Stepped) -> None:
    examiner, head = of_rank("examiner", 2), of_rank("head", 3)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    Appeal.objects.update(examiner_id=examiner.user_id)
    began = stepped_clock.at
    later_by(stepped_clock, DAY)
    assert appeal_of(case).stage == "examining"
    later_by(stepped_clock, 36 * HOUR)
    assert (appeal_of(case).stage, appeal_of(case).examiner_id) == ("overdue", head.user_id)
    with pytest.raises(NotYourMove):
        uphold(row.ref, words=REASONS, by=examiner)
    later_by(stepped_clock, 12 * HOUR)
    settled()
    done = appeal_of(case)
    assert (done.stage, done.answer, done.answered_at) == ("upheld", None, began + 72 * HOUR)
    grant = Grant.objects.get(case_id=case.pk)
    assert (grant.subject, grant.remedy, grant.amount_minor, grant.borne_by) == ("sum", "goodwill", 2_000, "platform")
    assert [entry.came_from for entry in unanswered(began)] == ["overdue"]
    told = dict(Notice.objects.filter(case_id=case.pk, kind="appeal.uphold.clock").values_list("party", "urgency"))
    assert set(told) == {"consumer", "merchant", "supervisor"}
    assert not Notice.objects.filter(case_id=case.pk, kind="case.uphold").exists()
    is_sound()


def test_the_head_answers_in_the_last_hours(cast: Cast, stepped_clock: Stepped) -> None:
    of_rank("examiner", 2)
    head = of_rank("head", 3)
    case = ruled(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    examiner = appeal_of(case).examiner_id
    later_by(stepped_clock, DAY)
    later_by(stepped_clock, 36 * HOUR)
    assert appeal_of(case).examiner_id != examiner
    by = replace(head, user_id=appeal_of(case).examiner_id)
    change(row.ref, outcome="for", clause="CN-QUAL-01", words=REASONS, by=by)
    jobs.drain()
    assert fresh(case).stage == "executing"
    assert list(unanswered(stepped_clock.at - 4 * DAY)) == []
    assert Promise.objects.filter(case_id=case.pk, limit="appeal_ends").count() == 1
    kept = Deadline.objects.get(case_id=case.pk, limit="appeal_ends")
    assert kept.ended_at is not None
    assert kept.ended_at <= kept.due_at
    is_sound()


def test_in_a_currency_that_the_money_rules_do_not_name_nothing_is_paid_and_the_breach_counts(
    cast: Cast, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amends.approvals.money_schema.Appeals.unanswered", lambda *_: 0)
    case = ruled(cast)
    appeal(case.ref, words=GROUNDS, by=cast.anna)
    later_by(stepped_clock, 4 * DAY)
    settled()
    assert (appeal_of(case).stage, grants_of(case), fresh(case).is_over) == ("upheld", [], True)
    assert unanswered(stepped_clock.at - 9 * DAY).count() == 1


def test_early_acceptance_and_an_appeal_end_each_other(cast: Cast) -> None:
    case = ruled(cast)
    let_stand(case.ref, by=cast.anna)
    jobs.drain()
    with pytest.raises(NoSuchMove):
        appeal(case.ref, words=GROUNDS, by=cast.bolt)
    other = ruled(cast)
    appeal(other.ref, words=GROUNDS, by=cast.bolt)
    with pytest.raises(NoSuchMove):
        let_stand(other.ref, by=cast.anna)
    assert Party.ARBITER in fresh(other).where.waits_for
