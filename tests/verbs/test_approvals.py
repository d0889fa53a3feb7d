"""Asking for approval, answering, breaking the glass, lapsing: the story of one goodwill payment at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from amends.approvals import answering, asking, lapsing, queries, versions
from amends.approvals.asking import approval_of
from amends.approvals.models import Approval, Spending
from amends.approvals.rules import ACTIONS, Because
from amends.approvals.rules_of_money import rules_on, shipped_text
from amends.cases.models import Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.faces.approving import page
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.notices.models import Notice
from amends.people.models import Membership, User
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing import jobs
from tests.approving import House, Till, also, give, registered, the_house
from tests.cast import an_order, claims, person


@pytest.fixture
def house(db: None, stepped_clock: Stepped) -> Iterator[House]:
    till = Till()
    with registered(till):
        yield the_house(till)


def asked(house: House, amount: int = 6000, key: str = "k1", by: Actor | None = None, **more: object) -> Approval:
    found = give(house, by or house.cast.agent, amount, key=key, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_small_sum_is_decided_alone_and_noted(house: House) -> None:
    assert give(house, house.cast.agent, 5000, key="k1") is None
    noted = Spending.objects.get()
    assert (noted.user_id, noted.amount_minor, noted.approval_ref, noted.day.isoformat()) == (
        house.cast.agent.user_id,
        5000,
        "",
        "2026-03-10",
    )
    assert len(house.till.done) == 1


def test_a_sum_above_the_own_limit_is_asked_and_nothing_is_done(house: House) -> None:
    row = asked(house)
    assert (row.state, row.payload["because"], row.payload["rules"]) == ("asked", [Because.ALONE.value], "2026-11")
    assert not Spending.objects.exists() and not house.till.done


def test_granting_does_what_was_asked_with_the_asker_as_cause_and_counts_on_the_approver(house: House) -> None:
    row = answering.approve(asked(house).ref, by=house.sue)
    assert row.state == "granted" and row.outcome == f"done {row.ref}"
    payload, asker, approver = house.till.done[0]
    assert (payload, asker.user_id, approver.user_id) == ({"who": "Anna"}, house.cast.agent.user_id, house.sue.user_id)
    assert Spending.objects.get().user_id == house.sue.user_id


def test_nobody_approves_twice(house: House) -> None:
    row = asked(house)
    answering.approve(row.ref, by=house.sue)
    with pytest.raises(NoSuchMove):
        answering.approve(row.ref, by=house.stan)
    assert len(house.till.done) == 1


def test_the_reason_is_asked_for_only_where_somebody_else_must_approve(house: House) -> None:
    assert give(house, house.cast.agent, 100, key="small", why="") is None
    with pytest.raises(Unprocessable) as refused:
        give(house, house.cast.agent, 6000, key="large", why=" ")
    assert "why" in refused.value.fields


def test_the_same_key_is_decided_once_and_asked_once(house: House) -> None:
    give(house, house.cast.agent, 100, key="k1")
    with pytest.raises(Conflict):
        give(house, house.cast.agent, 100, key="k1")
    row = asked(house, key="k2")
    with pytest.raises(Conflict):
        give(house, house.cast.agent, 6000, key="k2")
    answering.approve(row.ref, by=house.sue)
    with pytest.raises(Conflict):
        give(house, house.cast.agent, 100, key="k2")


def test_what_was_refused_can_be_asked_anew(house: House) -> None:
    row = asked(house)
    answering.refuse(row.ref, by=house.sue, why="too much for a scratch")
    assert asked(house).ref != row.ref and not house.till.done


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_has_its_own_limit_and_the_next_day_begins_anew(house: House, stepped_clock: Stepped) -> None:
    for n in range(10):  # ten times 50.00 is the agent's whole day
        assert give(house, house.cast.agent, 5000, key=f"k{n}", action="points", consumer_id=None) is None
    assert asked(house, 100, key="more", consumer_id=None).payload["because"] == ["day"]
    stepped_clock.forward(timedelta(days=1))
    assert give(house, house.cast.agent, 100, key="tomorrow", consumer_id=None) is None


def test_the_day_begins_at_midnight_in_shanghai(house: House, stepped_clock: Stepped) -> None:
    for n in range(10):
        give(house, house.cast.agent, 5000, key=f"k{n}", consumer_id=None)
    stepped_clock.forward(timedelta(hours=13, minutes=59))  # 23:59 there
    assert asked(house, 100, key="late", consumer_id=None).payload["because"] == ["day"]
    stepped_clock.forward(timedelta(minutes=1))
    assert give(house, house.cast.agent, 100, key="new day", consumer_id=None) is None


def test_one_case_and_one_consumer_have_bounds_that_several_givers_share(house: House) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    givers = (house.cast.agent, house.ann)
    for n in range(4):  # 4 x 50.00 = what one case may be given
        assert give(house, givers[n % 2], 5000, key=f"k{n}", case=case) is None
    assert asked(house, 100, key="case", case=case).payload["because"] == ["case"]
    for n in range(6):  # with six more, what one consumer may be given in thirty days
        assert give(house, givers[n % 2], 5000, key=f"other {n}") is None
    assert asked(house, 100, key="consumer").payload["because"] == ["consumer"]


def test_the_page_of_an_answered_request_tells_the_bounds_of_its_own_day(house: House, stepped_clock: Stepped) -> None:
    row = asked(house)
    stepped_clock.forward(timedelta(hours=1))
    give(house, house.cast.agent, 4000, key="later")
    assert ("¥40.00", False) in [(bound["used"].into("en"), bound["alone"]) for bound in page.one(row, house.sue)["bounds"]]
    version = (
        shipped_text()
        .replace('"2026-11"', '"2026-03"')
        .replace("2026-11-01", "2026-03-11")
        .replace("alone_minor = 5000\n", "alone_minor = 9000\n")
    )
    versions.write(version, why="the year ends", by=house.pam)
    versions.sign("2026-03", by=house.paul)
    answering.refuse(row.ref, by=house.sue, why="too much for a scratch")
    stepped_clock.forward(timedelta(days=3))
    told = page.one(Approval.objects.get(pk=row.pk), house.sue)
    assert [bound["bound"].into("en") for bound in told["bounds"] if bound["alone"]] == ["¥50.00", "¥500.00", "¥500.00"]
    assert rules_on(clock.now()).limit(Role.AGENT, "goodwill").alone_minor == 9000  # type: ignore[union-attr]


def test_what_other_shops_gave_a_consumer_bounds_no_shop_and_is_not_told_to_it(house: House) -> None:
    for n in range(10):  # the platform's people, about Rival's sales: what one consumer may be given in thirty days
        give(house, (house.cast.agent, house.ann)[n % 2], 5000, key=f"k{n}", merchant_id=house.cast.rivals.pk)
    told = asked(house, 20_001, key="bolt's own", by=house.cast.bolt)
    assert told.payload["because"] == ["alone"]
    bounds = {bound["name"].into("en"): bound["used"].into("en") for bound in page.one(told, house.bess)["bounds"]}
    assert bounds["This consumer of late"] == "¥0.00"
    assert asked(house, 100, key="all shops").payload["because"] == ["consumer"]


def test_a_shop_has_a_day_of_its_own_whoever_of_it_gives(house: House) -> None:
    for n in range(25):
        by = (house.cast.bolt, house.bess)[n % 2]
        found = give(house, by, 20000, key=f"k{n}", consumer_id=None)
        if found is not None:
            break
    assert found is not None and "day" in found.payload["because"]
    third = person("carl", Role.MERCHANT, merchant=house.cast.bolts)
    for n in range(6):
        found = give(house, third, 20000, key=f"c{n}", consumer_id=None)
    assert found is not None and found.payload["because"] == ["merchant"]


def test_sums_of_other_units_are_weighed_and_unknown_ones_are_refused(house: House) -> None:
    assert asked(house, 200, key="yen", unit="JPY").payload["because"] == ["alone"]  # 200 yen weigh 100.00
    assert give(house, house.cast.agent, 90, key="few yen", unit="JPY") is None
    with pytest.raises(Unprocessable):
        give(house, house.cast.agent, 1, key="shells", unit="SHELL")


def test_what_nobody_may_approve_is_not_even_asked(house: House) -> None:
    with pytest.raises(Unprocessable) as refused:
        give(house, house.cast.agent, 100_000_001, key="k")
    assert refused.value.code == "above_everybody"


def test_an_approver_has_a_day_too(house: House, stepped_clock: Stepped) -> None:
    for n in range(10):
        answering.approve(asked(house, 200_000, key=f"k{n}", consumer_id=None).ref, by=house.sue)
    last = asked(house, 200_000, key="one more", consumer_id=None)
    with pytest.raises(NotYourMove) as refused:
        answering.approve(last.ref, by=house.sue)
    assert refused.value.code == "day_limit" and len(house.till.done) == 11  # it ran, and was undone with everything else
    assert Approval.objects.get(pk=last.pk).state == "asked"
    assert answering.approve(last.ref, by=house.stan).state == "granted"


def test_machines_need_nobody_and_count_for_the_case(house: House) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    assert give(house, PLATFORM, 20_000, key="policy", case=case) is None
    assert asked(house, 100, key="agent", case=case).payload["because"] == ["case"]


def test_a_persons_move_that_a_table_passes_on_is_still_that_persons(house: House) -> None:
    with pytest.raises(NotYourMove):
        give(house, house.cast.anna.as_party(PLATFORM.party), 100, key="k")


# ── whose hand ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def refused_as(house: House, row: Approval, by: Actor) -> str:
    with pytest.raises((NotYourMove, NotFound)) as refused:
        answering.approve(row.ref, by=by)
    assert not house.till.done and Approval.objects.get(pk=row.pk).state == "asked"
    return refused.value.code


def test_whoever_asked_never_approves_in_whatever_coat(house: House) -> None:
    agent = house.cast.agent
    row = asked(house)
    also(agent, Role.SUPERVISOR)
    promoted = Actor(agent.party, agent.user_id, None, None, frozenset({Role.SUPERVISOR}), agent.name)
    both = Actor(agent.party, agent.user_id, None, None, frozenset({Role.AGENT, Role.SUPERVISOR}), agent.name)
    for coat in (agent, promoted, both):
        assert refused_as(house, row, coat) == "self_approval"
    assert refused_as(house, row, promoted.as_party(house.cast.judge.party)) == "not_a_person"


def test_two_accounts_of_one_consumer_are_one_person(house: House) -> None:
    row = asked(house)
    also(house.cast.agent, Role.CONSUMER, consumer=house.cast.bertas)
    also(house.sue, Role.CONSUMER, consumer=house.cast.bertas)
    assert refused_as(house, row, house.sue) == "self_approval"


def test_nobody_of_the_matter_decides_about_it(house: House) -> None:
    row = asked(house)
    also(house.sue, Role.CONSUMER, consumer=house.cast.annas)
    also(house.stan, Role.MERCHANT, merchant=house.cast.bolts)
    assert refused_as(house, row, house.sue) == refused_as(house, row, house.stan) == "conflict_of_interest"
    also(house.cast.agent, Role.CONSUMER, consumer=house.cast.annas)
    with pytest.raises(NotYourMove) as refused:
        give(house, house.cast.agent, 100, key="to myself")
    assert refused.value.code == "conflict_of_interest"


def test_a_role_that_does_not_approve_or_not_so_much_is_refused(house: House) -> None:
    row = asked(house, 200_001)
    assert refused_as(house, row, house.ann) == "not_an_approver"
    assert refused_as(house, row, house.pam) == "only_reads"
    assert refused_as(house, row, house.sue) == "above_limit"
    assert refused_as(house, row, house.cast.bolt) == refused_as(house, row, house.cast.anna) == "not_found"
    assert refused_as(house, row, PLATFORM) == "not_a_person"
    assert answering.approve(row.ref, by=house.ada).state == "granted"


def test_a_shop_approves_its_own_and_no_other_sees_it(house: House) -> None:
    row = asked(house, 30_000, by=house.cast.bolt)
    assert refused_as(house, row, house.cast.bolt) == "self_approval"
    assert refused_as(house, row, house.cast.rival) == "not_found"
    assert answering.approve(row.ref, by=house.bess).state == "granted"
    assert not queries.visible_to(house.cast.rival).exists()
    with pytest.raises(NotYourMove):
        give(house, house.cast.rival, 100, key="foreign money")


def test_an_asker_who_left_asks_for_nothing_any_more(house: House) -> None:
    row, other = asked(house), asked(house, key="k2", by=house.ann)
    Membership.objects.filter(user_id=house.cast.agent.user_id or 0).delete()
    User.objects.filter(pk=house.ann.user_id or 0).update(is_active=False)
    for gone in (row, other):
        with pytest.raises(NoSuchMove) as refused:
            answering.approve(gone.ref, by=house.sue)
        assert refused.value.code == "asker_gone"


def test_only_the_asker_withdraws(house: House) -> None:
    row = asked(house)
    with pytest.raises(NotYourMove):
        answering.withdraw(row.ref, by=house.sue)
    assert answering.withdraw(row.ref, by=house.cast.agent).state == "withdrawn"


def test_the_database_itself_lets_nobody_approve_their_own_or_rewrite_it(house: House) -> None:
    row = asked(house)
    for change in ({"state": "granted", "decided_by_id": row.asked_by_id}, {"reviewed_by_id": row.asked_by_id}, {"amount_minor": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Approval.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Spending.objects.all().delete() if Spending.objects.exists() else Approval.objects.all().delete()


# ── the glass ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def broken(house: House, key: str = "fire", by: Actor | None = None, amount: int = 20_000) -> Approval:
    assert give(house, by or house.cast.agent, amount, key=key, break_glass=True, why="her child is in hospital") is None
    found = approval_of(house.cast.bolts.pk, key)
    assert found is not None
    return found


def test_broken_glass_does_it_now_and_another_reviews_it(house: House) -> None:
    row = broken(house)
    assert row.state == "broken" and len(house.till.done) == 1 and Spending.objects.get().approval_ref == row.ref
    for own in (house.cast.agent, house.ann, house.pam):
        with pytest.raises(NotYourMove):
            answering.review(row.ref, by=own, verdict="justified", why="it was me")
    seen = answering.review(row.ref, by=house.sue, verdict="justified", why="I rang the hospital")
    assert (seen.reviewed_as, seen.reviewed_by_id) == ("justified", house.sue.user_id)
    with pytest.raises(NoSuchMove):
        answering.review(row.ref, by=house.stan, verdict="unjustified", why="I differ")


def test_no_second_glass_before_the_first_is_reviewed_and_none_after_an_unjustified_one(house: House, stepped_clock: Stepped) -> None:
    row = broken(house)
    with pytest.raises(NotYourMove) as refused:
        broken(house, "again")
    assert refused.value.code == "glass_open"
    answering.review(row.ref, by=house.sue, verdict="unjustified", why="it could have waited")
    with pytest.raises(NotYourMove) as refused:
        broken(house, "again")
    assert refused.value.code == "glass_paused"
    stepped_clock.forward(timedelta(days=31))
    assert broken(house, "again").state == "broken"


def test_the_glass_has_a_bound_and_a_shop_has_none(house: House) -> None:
    for by, amount in ((house.cast.agent, 50_001), (house.cast.bolt, 30_000)):
        with pytest.raises(NotYourMove) as refused:
            broken(house, by=by, amount=amount)
        assert refused.value.code == "no_glass"


def test_unreviewed_glass_rings_once_for_the_supervisors(house: House, stepped_clock: Stepped) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    assert give(house, house.cast.agent, 20_000, key="fire", case=case, break_glass=True, why="her child is in hospital") is None
    stepped_clock.forward(timedelta(hours=23))
    assert lapsing.tick() == 0
    stepped_clock.forward(timedelta(hours=1))
    assert (lapsing.tick(), lapsing.tick()) == (1, 0)
    assert Entry.objects.filter(case_id=case.pk, verb="alarm_glass").count() == 1
    assert [row.ref for row in queries.alarms(house.sue)] == [Approval.objects.get().ref]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_answers_is_reminded_of_lapses_and_is_told_to_the_asker(house: House, stepped_clock: Stepped) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    row = asked(house, case=case)
    for hours, verb in ((24, "remind_approval"), (24, "lapse_approval")):
        stepped_clock.forward(timedelta(hours=hours))
        assert (lapsing.tick(), lapsing.tick()) == (1, 0)
        assert Entry.objects.filter(case_id=case.pk, verb=verb).count() == 1
    with pytest.raises(NoSuchMove):
        answering.approve(row.ref, by=house.sue)
    jobs.drain()
    told = {(one.party, one.kind) for one in Notice.objects.filter(case_id=case.pk)}
    assert {("agent", "case.lapse_approval"), ("supervisor", "case.ask_approval")} <= told
    assert not house.till.done


def test_past_its_time_it_can_no_more_be_granted_even_before_the_clock_has_come(house: House, stepped_clock: Stepped) -> None:
    row = asked(house)
    stepped_clock.forward(timedelta(hours=48))
    with pytest.raises(NoSuchMove) as refused:
        answering.approve(row.ref, by=house.sue)
    assert refused.value.code == "lapsed" and queries.may(row, house.sue) == ()


def test_neither_consumer_nor_shop_reads_on_the_timeline_what_the_platform_asked_of_itself(house: House) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    asked(house, case=case)
    asked(house, 30_000, key="k2", by=house.cast.bolt, case=case)
    audience = dict(Entry.objects.filter(case_id=case.pk, verb__startswith="ask_").values_list("verb", "audience"))
    assert audience["ask_approval"] == "platform" and audience["ask_colleague"] == "merchant,platform"


def test_the_page_of_what_waits_knows_what_each_may_do(house: House) -> None:
    row = asked(house, 200_001)
    told = {
        name: queries.may(row, getattr(house, name, None) or getattr(house.cast, name)) for name in ("agent", "ann", "sue", "ada", "pam")
    }
    assert told == {"agent": ("withdraw",), "ann": (), "sue": ("refuse",), "ada": ("approve", "refuse"), "pam": ()}
    assert [one.ref for one in queries.waiting(house.sue)] == [row.ref] and queries.count_waiting(house.cast.bolt) == 0


def test_what_can_no_longer_be_done_is_void_and_its_approver_is_told_so(house: House) -> None:
    def gone(*_: object) -> str:
        raise NoSuchMove(say("已经付清。", "It is paid already."))

    row = asked(house)
    asking.RUNS["goodwill"] = gone
    found = answering.approve(row.ref, by=house.sue)
    assert (found.state, found.decided_by_id) == ("void", None) and "paid already" in found.decided_why
    assert not Spending.objects.exists() and asked(house, key="k1").state == "asked"  # it can be asked anew


def test_the_end_of_a_matter_ends_what_was_asked_about_it(house: House) -> None:
    case = claims(an_order(house.cast.bolts, house.cast.annas), by=house.cast.anna)
    first, second, other = asked(house, key="k1", case=case), asked(house, key="k2"), asked(house, key="k3", case=case, action="points")

    @an_act
    def over() -> int:
        return answering.void_case(take_case_of(case.pk), PLATFORM, {"goodwill"})

    assert over() == 1
    states = dict(Approval.objects.values_list("ref", "state"))
    assert (states[first.ref], states[second.ref], states[other.ref]) == ("void", "asked", "asked")
    assert Entry.objects.filter(case_id=case.pk, verb="void_approval").count() == 1


def test_money_rules_are_signed_by_no_second_account_of_whoever_wrote_them(house: House) -> None:
    versions.write(shipped_text().replace('"2026-11"', '"2026-12"'), why="the year ends", by=house.pam)
    for account in (house.pam, house.paul):
        also(account, Role.CONSUMER, consumer=house.cast.bertas)
    for account in (house.pam, house.paul):
        with pytest.raises(NotYourMove) as refused:
            versions.sign("2026-12", by=account)
        assert refused.value.code == "self_approval"
    assert versions.sign("2026-12", by=house.sue).signed_by_id == house.sue.user_id


def test_every_action_has_something_to_run_and_words_for_it() -> None:
    """As wired, without the till of these stories."""
    assert {name.partition(":")[0] for name in asking.RUNS} == set(ACTIONS) and asking.RUNS.keys() == asking.WORDS.keys()
