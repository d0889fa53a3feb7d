"""Every life, stage, verb and party: what the table allows happens, everything else is refused and leaves no trace (B15)."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction

from amends.cases import acting, hooks
from amends.cases.life import LifeRow
from amends.cases.models import Case, Entry, Grant
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs import answering, applying, extending
from amends.complaints import verbs as complaints
from amends.deliveries import verbs as deliveries
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.kernel.tables import ALARM, BIRTH
from amends.liability.verbs import charging
from amends.liability.verbs.bearers import add_bearer
from amends.market.models import Shipment, Unit
from amends.people.rules import CARRIER, CLOCK, GATEWAY, PLATFORM, Actor
from amends.refunds import verbs as refunds
from amends.repairs import consulting, loans
from amends.repairs import verbs as repairs
from amends.repairs.booking import book
from amends.repairs.models import Loan, LoanUnit, Repair
from amends.replacements import ahead
from amends.replacements import verbs as pieces
from amends.returns import verbs as returns
from amends.rulings import appealing, examining
from amends.rulings import verbs as rulings
from amends.rulings.models import Review
from amends.talks import offering
from amends.tasks import verbs as tasks
from tests.proofs.roads import ROADS, World, a_laboratory, reduced, waybill
from tests.verbs.returns_at_hand import worn

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
ACTORS = {party: Actor(party, automatic=True) for party in Party} | {
    Party.CLOCK: CLOCK,
    Party.PLATFORM: PLATFORM,
    Party.GATEWAY: GATEWAY,
    Party.CARRIER: CARRIER,
}


TRACES = " UNION ALL ".join(
    [
        "SELECT count(*)::text FROM cases_entry",
        "SELECT count(*) || ':' || coalesce(max(id), 0) FROM procrastinate_jobs",
        "SELECT coalesce(string_agg(id || ':' || coalesce(ended_at, due_at), ',' ORDER BY id), '') FROM cases_deadline",
        "SELECT count(*)::text FROM cases_text",
    ]
)


def traces() -> tuple[Any, ...]:
    """Everything that a move leaves: timeline, deadlines, jobs, texts, and where each life is."""
    lives = (f"SELECT coalesce(string_agg(concat_ws(':', id, stage, generation), ',' ORDER BY id), '') FROM {model._meta.db_table}"
             for model in hooks.LIVES.values())  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([TRACES, *lives]))
        return tuple(cursor.fetchall())


def one_of_each(world: World) -> dict[str, LifeRow]:
    """A case of which every life has a row: reviewed, returned, inspected, refunded, its cost asked of a carrier."""
    case = reduced(world)
    returns.accept(case.ref, inspection=case.inspections.order_by("-unit_id")[0].pk, by=world.cast.bolt)
    returns.contest(case.ref, inspection=case.inspections.order_by("unit_id")[0].pk, words="no", by=world.cast.anna)
    carrier = add_bearer(kind="carrier", key="SF", name_zh="快运通", name_en="Swift Parcels", by=world.cast.agent)
    told = {"party": "carrier", "bearer": carrier.ref, "amount_minor": 100, "what": "refund"}
    charging.ask_bearer(case.ref, **told, words="crushed", by=world.cast.agent)  # type: ignore[arg-type]
    return {name: model._default_manager.order_by("pk").first() or bare(model, case) for name, model in hooks.LIVES.items()}


def bare(model: type[LifeRow], case: Case) -> LifeRow:
    """A row of a life that this case did not come to, with the columns that it must have and no past."""
    order = {"merchant_id": case.merchant_id, "order_id": case.order_id}
    unit = Unit.objects.filter(**order).order_by("pk")[0]
    grant = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("pk")[0]
    shipment = Shipment.objects.filter(**order).order_by("pk")[0]
    known: dict[str, Any] = {
        "merchant": case.merchant, "case": case, "order": case.order, "unit": unit, "grant": grant, "shipment": shipment,
        "since": clock.now(), "made_at": clock.now(), "stage": model.LIFE.open_stages[0], "ref": f"{model.LIFE.name}-1"[:20],
        "repair": Repair.objects.order_by("pk").first(), "review": Review.objects.order_by("pk").first(),
    }  # fmt: skip
    if model is Loan:
        known["unit"] = LoanUnit.objects.create(
            merchant=case.merchant, ref="LU-1", made_at=clock.now(),
            name_zh="备用机", name_en="Loan", goods_class="general", currency="CNY",
        )  # fmt: skip
    names = {field.name for field in model._meta.concrete_fields}
    rest: dict[str, Any] = {
        "value_minor": 1, "currency": "CNY", "kind": "lost", "carrier": "SF", "waybill": "SF1", "skill": "phone", "department": "legal",
        "authority": "12315", "number": "1", "received_at": clock.now(),
        "side": "merchant", "turn_life": "case", "turn_id": case.pk, "turn_generation": 0, "limit": "merchant_answers", "hours": 1,
        "was_due_at": clock.now(),
    }  # fmt: skip
    return model._default_manager.create(**{name: value for name, value in (rest | known).items() if name in names})


def cells(life: str) -> Iterator[tuple[str, str, Party]]:
    table = hooks.LIVES[life].LIFE
    for stage in table.stages:
        for verb in table.all_verbs:
            for party in Party:
                yield stage, verb, party


def test_what_no_table_allows_is_refused_and_leaves_no_trace(world: World) -> None:
    rows = one_of_each(world)
    before, tried = traces(), 0

    @an_act
    def try_all(case_id: int) -> None:
        nonlocal tried
        case = take_case_of(case_id)
        for life, row in rows.items():
            subject: LifeRow = case if life == "case" else row
            stood = subject.stage, subject.generation
            for stage, verb, party in cells(life):
                if subject.LIFE.becomes(stage, verb, party) is not None:
                    continue
                subject.stage = stage
                wanted = NotYourMove if subject.LIFE.who_may(stage, verb) else NoSuchMove
                with pytest.raises(wanted) as refusal:
                    subject.move(verb, ACTORS[party])
                assert type(refusal.value) is wanted, (life, stage, verb, party)
                assert (subject.stage, subject.generation) == (stage, stood[1])
                tried += 1
            subject.stage = stood[0]
        assert acting.current().steps == []

    try_all(rows["case"].pk)
    assert traces() == before
    assert tried > 8_000


def test_what_a_table_allows_leads_where_it_says_by_one_step(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = one_of_each(world)
    allowed = 0
    # The table by itself: no guard and no follower.
    monkeypatch.setattr(hooks, "GUARDS", defaultdict(list))
    monkeypatch.setattr(hooks, "FOLLOWERS", defaultdict(list))
    for row in rows.values():
        for (stage, verb, party), becomes in row.LIFE.moves.items():
            if stage == BIRTH:
                continue
            _allowed(row, stage, verb, party, becomes)
            allowed += 1
    assert allowed > 200


def _allowed(row: LifeRow, stage: str, verb: str, party: Party, becomes: str) -> None:
    """The move is made for real, in the database, and undone."""
    entries = Entry.objects.filter(case_id=row.pk if isinstance(row, Case) else row.case_id).count()  # type: ignore[attr-defined]

    @an_act
    def make() -> None:
        case = take_case_of(row.pk if isinstance(row, Case) else row.case_id)  # type: ignore[attr-defined]
        case.counts = {}
        subject: LifeRow = case if isinstance(row, Case) else type(row)._default_manager.get(pk=row.pk)
        type(row)._default_manager.filter(pk=row.pk).update(stage=stage)
        subject.stage = stage
        known = subject.generation
        subject.move(verb, ACTORS[party])
        assert subject.stage == becomes, (stage, verb, party)
        assert subject.generation == known + (becomes != stage or verb == ALARM)
        assert len(acting.current().steps) == 1

    savepoint = transaction.savepoint()
    try:
        make()
        newest = Entry.objects.filter(case_id=row.pk if isinstance(row, Case) else row.case_id).order_by("-number").first()  # type: ignore[attr-defined]
        assert newest is not None
        assert newest.number == entries + 1
        assert (newest.life, newest.verb, newest.party, newest.came_from, newest.went_to) == (
            row.LIFE.name,
            verb,
            party.value,
            stage,
            becomes,
        )
    finally:
        transaction.savepoint_rollback(savepoint)


# ── the same with the public verbs, on real cases at every stage ─────────────────────────────────────────────────────────────

Call = Callable[[str, LifeRow, Actor], Any]


def reduced_by(ref: str, row: LifeRow, by: Actor) -> object:
    """A deduction with what it needs, where the table lets this party make one."""
    seen = worn(row.case, by) if by.party is Party.MERCHANT else {}  # type: ignore[attr-defined]
    return returns.reduce(ref, inspection=row.pk, reduced_minor=5, words="worn", **seen, by=by)


def _of_repair(name: str, **given: Any) -> Call:
    return lambda ref, row, by: getattr(repairs, name)(row.ref, **given, by=by)  # type: ignore[attr-defined]


def _of_delivery(name: str) -> Call:
    return lambda ref, row, by: getattr(deliveries, name)(row.ref, by=by)  # type: ignore[attr-defined]


PUBLIC: dict[tuple[str, str], Call] = {
    ("case", "approve"): lambda ref, row, by: answering.approve(ref, by=by),
    ("case", "refuse"): lambda ref, row, by: answering.refuse(ref, reason="other", words="no", by=by),
    ("case", "ask_proof"): lambda ref, row, by: answering.ask_proof(ref, words="show it", by=by),
    ("case", "prove"): lambda ref, row, by: answering.prove(ref, words="look", by=by),
    ("case", "call_platform"): lambda ref, row, by: answering.call_platform(ref, words="help", by=by),
    ("case", "ask_person"): lambda ref, row, by: answering.ask_person(ref, words="a person", by=by),
    ("case", "accept_refusal"): lambda ref, row, by: answering.accept_refusal(ref, by=by),
    ("case", "withdraw"): lambda ref, row, by: answering.withdraw(ref, by=by),
    ("case", "let_stand"): lambda ref, row, by: answering.let_stand(ref, by=by),
    ("case", "ask_merchant"): lambda ref, row, by: applying.ask_merchant(ref, by=by),
    ("review", "submit"): lambda ref, row, by: rulings.submit(row.ref, words="look", by=by),  # type: ignore[attr-defined]
    ("review", "close_round"): lambda ref, row, by: rulings.close_round(row.ref, by=by),  # type: ignore[attr-defined]
    ("review", "close_replies"): lambda ref, row, by: rulings.close_replies(row.ref, by=by),  # type: ignore[attr-defined]
    ("review", "rule"): lambda ref, row, by: rulings.rule(
        row.ref,  # type: ignore[attr-defined]
        outcome="for",
        liable="merchant",
        clause="CN-7D-01",
        words="reasons that both can follow",
        by=by,
    ),
    ("review", "reassign"): lambda ref, row, by: rulings.reassign(row.ref, by=by),  # type: ignore[attr-defined]
    ("review", "ask_more"): lambda ref, row, by: rulings.ask_more(row.ref, words="which box", by=by),  # type: ignore[attr-defined]
    ("review", "order_test"): lambda ref, row, by: rulings.order_test(
        row.ref,  # type: ignore[attr-defined]
        body=a_laboratory(),
        question="Was it worn?",
        cost_minor=100,
        pays_first="platform",
        by=by,
    ),
    ("review", "report_test"): lambda ref, row, by: rulings.report_test(row.ref, finding="fault", by=by),  # type: ignore[attr-defined]
    ("review", "draft_ruling"): lambda ref, row, by: rulings.draft_ruling(
        row.ref,  # type: ignore[attr-defined]
        outcome="for",
        liable="merchant",
        clause="CN-7D-01",
        words="reasons that both can follow",
        by=by,
    ),
    ("review", "return_draft"): lambda ref, row, by: rulings.return_draft(row.ref, words="say why", by=by),  # type: ignore[attr-defined]
    ("case", "appeal"): lambda ref, row, by: appealing.appeal(ref, words="the wrong clause", by=by),
    ("appeal", "admit"): lambda ref, row, by: examining.admit(row.ref, by=by),  # type: ignore[attr-defined]
    ("appeal", "uphold"): lambda ref, row, by: examining.uphold(row.ref, words="rightly ruled", by=by),  # type: ignore[attr-defined]
    ("appeal", "change"): lambda ref, row, by: examining.change(
        row.ref,  # type: ignore[attr-defined]
        outcome="for",
        clause="CN-7D-01",
        words="reasons that both can follow",
        by=by,
    ),
    ("appeal", "send_back"): lambda ref, row, by: examining.send_back(row.ref, words="to be heard anew", by=by),  # type: ignore[attr-defined]
    ("appeal", "retract"): lambda ref, row, by: appealing.retract(row.ref, by=by),  # type: ignore[attr-defined]
    ("return_shipment", "give_address"): lambda ref, row, by: returns.give_address(row.ref, by=by),  # type: ignore[attr-defined]
    ("return_shipment", "ship"): lambda ref, row, by: returns.ship(row.ref, carrier="SF", waybill=waybill(), by=by),  # type: ignore[attr-defined]
    ("return_shipment", "book_pickup"): lambda ref, row, by: returns.book_pickup(row.ref, address="x", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "cancel_pickup"): lambda ref, row, by: returns.cancel_pickup(row.ref, by=by),  # type: ignore[attr-defined]
    ("return_shipment", "receive"): lambda ref, row, by: returns.receive(row.ref, by=by),  # type: ignore[attr-defined]
    ("return_shipment", "keep_goods"): lambda ref, row, by: returns.keep_goods(row.ref, by=by),  # type: ignore[attr-defined]
    ("return_shipment", "deliver"): lambda ref, row, by: returns.carrier_says(row.ref, "deliver", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "collect"): lambda ref, row, by: returns.carrier_says(row.ref, "collect", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "declare_lost"): lambda ref, row, by: returns.carrier_says(row.ref, "declare_lost", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "bring_back"): lambda ref, row, by: returns.carrier_says(row.ref, "bring_back", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "destroy"): lambda ref, row, by: returns.destroy(row.ref, by=by),  # type: ignore[attr-defined]
    ("return_shipment", "resume_travel"): lambda ref, row, by: returns.carrier_says(row.ref, "resume_travel", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "miss_pickup"): lambda ref, row, by: returns.carrier_says(row.ref, "miss_pickup", by=by),  # type: ignore[attr-defined]
    ("return_shipment", "leave_unclaimed"): lambda ref, row, by: returns.carrier_says(row.ref, "leave_unclaimed", by=by),  # type: ignore[attr-defined]
    ("inspection", "accept"): lambda ref, row, by: returns.accept(ref, inspection=row.pk, by=by),
    ("inspection", "reduce"): reduced_by,
    ("inspection", "reject"): lambda ref, row, by: returns.reject(ref, inspection=row.pk, words="worn", by=by),
    ("inspection", "report_missing"): lambda ref, row, by: returns.report_missing(ref, inspection=row.pk, words="not there", by=by),
    ("inspection", "accept_finding"): lambda ref, row, by: returns.accept_finding(ref, inspection=row.pk, by=by),
    ("inspection", "contest"): lambda ref, row, by: returns.contest(ref, inspection=row.pk, by=by),
    ("charge_back_to", "admit_liability"): lambda ref, row, by: charging.admit_liability(row.ref, words="yes", by=by),  # type: ignore[attr-defined]
    ("charge_back_to", "deny_liability"): lambda ref, row, by: charging.deny_liability(row.ref, words="no", by=by),  # type: ignore[attr-defined]
    ("charge_back_to", "hold_liable"): lambda ref, row, by: charging.hold_liable(row.ref, words="seen", by=by),  # type: ignore[attr-defined]
    ("charge_back_to", "excuse"): lambda ref, row, by: charging.excuse(row.ref, words="seen", by=by),  # type: ignore[attr-defined]
    ("charge_back_to", "write_off"): lambda ref, row, by: charging.write_off(row.ref, words="gone", by=by),  # type: ignore[attr-defined]
    ("charge_back_to", "bear"): lambda ref, row, by: charging.bear(row.ref, reference="B-1", by=by),  # type: ignore[attr-defined]
    ("refund", "retry"): lambda ref, row, by: refunds.retry(row.ref, by=by),  # type: ignore[attr-defined]
    ("delivery", "lead_elsewhere"): lambda ref, row, by: deliveries.lead_elsewhere(row.ref, address="there", by=by),  # type: ignore[attr-defined]
    ("delivery", "give_date"): lambda ref, row, by: deliveries.give_date(row.ref, expected_at=clock.now() + timedelta(days=1), by=by),  # type: ignore[attr-defined]
    **{
        ("delivery", name): _of_delivery(name)
        for name in (
            "fetch_back",
            "redeliver",
            "confirm",
            "report_absent",
            "break_date",
            "take_new_way",
            "keep_way",
            "deliver",
            "bring_back",
            "declare_lost",
            "admit_damage",
        )
    },
    ("delivery", "deny_damage"): lambda ref, row, by: deliveries.deny_damage(row.ref, words="whole", by=by),  # type: ignore[attr-defined]
}
PUBLIC |= {
    ("replacement", "reserve"): lambda ref, row, by: pieces.reserve(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "run_out"): lambda ref, row, by: pieces.run_out(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "ship"): lambda ref, row, by: pieces.ship(row.ref, carrier="SF", waybill=waybill(), by=by),  # type: ignore[attr-defined]
    ("replacement", "choose_other"): lambda ref, row, by: pieces.choose_other(row.ref, product="PR-1", by=by),  # type: ignore[attr-defined]
    ("replacement", "fall_back"): lambda ref, row, by: pieces.fall_back(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "deliver"): lambda ref, row, by: pieces.deliver(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "resume_travel"): lambda ref, row, by: pieces.resume_travel(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "declare_lost"): lambda ref, row, by: pieces.declare_lost(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "confirm"): lambda ref, row, by: pieces.confirm(row.ref, by=by),  # type: ignore[attr-defined]
    ("replacement", "report_wrong"): lambda ref, row, by: pieces.report_wrong(row.ref, words="no", by=by),  # type: ignore[attr-defined]
    ("advance", "decline_advance"): lambda ref, row, by: ahead.decline_advance(row.ref, by=by),  # type: ignore[attr-defined]
    ("advance", "keep_both"): lambda ref, row, by: ahead.keep_both(row.ref, by=by),  # type: ignore[attr-defined]
}
PUBLIC |= {
    ("repair", "book"): lambda ref, row, by: book(row.ref, by=by),  # type: ignore[attr-defined]
    ("repair", "diagnose"): _of_repair("diagnose", words="loose"),
    ("repair", "quote"): _of_repair("quote", amount_minor=5, words="wet"),
    ("repair", "decline_quote"): _of_repair("decline_quote"),
    ("repair", "order_parts"): _of_repair("order_parts", parts=[repairs.PartWanted("screen")]),
    ("repair", "bring_parts"): _of_repair("bring_parts"),
    ("repair", "hand_back"): _of_repair("hand_back", words="mended"),
    ("repair", "give_up"): _of_repair("give_up", words="no such part"),
    ("repair", "report_fault"): _of_repair("report_fault", words="dead again"),
    ("repair", "confirm"): _of_repair("confirm"),
}
PUBLIC |= {
    ("loan", "hand_out"): lambda ref, row, by: loans.hand_out(row.ref, by=by),  # type: ignore[attr-defined]
    ("loan", "call_back_loan"): lambda ref, row, by: loans.call_back(row.ref, by=by),  # type: ignore[attr-defined]
    ("loan", "send_back_loan"): lambda ref, row, by: loans.send_back_loan(row.ref, by=by),  # type: ignore[attr-defined]
    ("loan", "bring_back_loan"): lambda ref, row, by: loans.bring_back(row.ref, by=by),  # type: ignore[attr-defined]
    ("loan", "write_off_loan"): lambda ref, row, by: loans.write_off_loan(row.ref, by=by),  # type: ignore[attr-defined]
    ("loan", "drop"): lambda ref, row, by: loans.drop_loan(row.ref, by=by),  # type: ignore[attr-defined]
    ("consultation", "join"): lambda ref, row, by: consulting.join(row.ref, by=by),  # type: ignore[attr-defined]
    ("consultation", "pass_to"): lambda ref, row, by: consulting.pass_to(row.ref, expert="agent@example.com", by=by),  # type: ignore[attr-defined]
    ("consultation", "advise"): lambda ref, row, by: consulting.advise(row.ref, words="worn", by=by),  # type: ignore[attr-defined]
    ("consultation", "drop"): lambda ref, row, by: consulting.drop_consultation(row.ref, by=by),  # type: ignore[attr-defined]
}
PUBLIC |= {
    ("extension", "agree_first"): lambda ref, row, by: extending.agree_first(row.ref, by=by),  # type: ignore[attr-defined]
    ("extension", "grant_extension"): lambda ref, row, by: extending.grant_extension(row.ref, by=by),  # type: ignore[attr-defined]
    ("extension", "decline_extension"): lambda ref, row, by: extending.decline_extension(row.ref, by=by),  # type: ignore[attr-defined]
    ("extension", "retract"): lambda ref, row, by: extending.retract_extension(row.ref, by=by),  # type: ignore[attr-defined]
}
ANYTHING = [{"remedy": "goodwill", "amount_minor": 1}]
PUBLIC |= {
    ("offer", "agree_first"): lambda ref, row, by: offering.agree_first(row.ref, by=by),  # type: ignore[attr-defined]
    ("offer", "accept_offer"): lambda ref, row, by: offering.accept_offer(row.ref, by=by),  # type: ignore[attr-defined]
    ("offer", "decline"): lambda ref, row, by: offering.decline(row.ref, words="no", by=by),  # type: ignore[attr-defined]
    ("offer", "counter"): lambda ref, row, by: offering.counter(row.ref, parts=ANYTHING, by=by),  # type: ignore[attr-defined]
    ("offer", "retract"): lambda ref, row, by: offering.retract(row.ref, by=by),  # type: ignore[attr-defined]
}
PUBLIC |= {
    ("task", "answer_task"): lambda ref, row, by: tasks.answer_task(row.ref, words="done", by=by),  # type: ignore[attr-defined]
    ("task", "pass_task"): lambda ref, row, by: tasks.pass_task(row.ref, department="press", by=by),  # type: ignore[attr-defined]
    ("task", "raise_task"): lambda ref, row, by: tasks.raise_task(row.ref, by=by),  # type: ignore[attr-defined]
    ("task", "withdraw_task"): lambda ref, row, by: tasks.withdraw_task(row.ref, by=by),  # type: ignore[attr-defined]
}
PUBLIC |= {
    ("complaint", "answer_complaint"): lambda ref, row, by: complaints.answer_complaint(row.ref, words="so", by=by),  # type: ignore[attr-defined]
    ("complaint", "raise_complaint"): lambda ref, row, by: complaints.raise_complaint(row.ref, by=by),  # type: ignore[attr-defined]
    ("complaint", "ask_again"): lambda ref, row, by: complaints.ask_again(row.ref, words="and?", by=by),  # type: ignore[attr-defined]
    ("complaint", "settle_complaint"): lambda ref, row, by: complaints.settle_complaint(row.ref, words="so", by=by),  # type: ignore[attr-defined]
    ("complaint", "refuse_complaint"): lambda ref, row, by: complaints.refuse_complaint(row.ref, words="no", by=by),  # type: ignore[attr-defined]
    ("complaint", "end_mediation"): lambda ref, row, by: complaints.end_mediation(row.ref, words="no", by=by),  # type: ignore[attr-defined]
}
NO_STAGE = {
    ("task", "give_task"), ("complaint", "file_complaint"),
    ("extension", "ask_extension"), ("case", "reopen"), ("case", "split_off"), ("case", "merge"), ("case", "unmerge"),
    ("offer", "offer"), ("offer", "mediate"),
    ("loan", "promise_loan"), ("consultation", "call_expert"), ("repair", "accept_quote"),
    ("case", "apply"), ("case", "answer_survey"), ("delivery", "enquire"), ("charge_back_to", "ask_bearer"), ("refund", "redirect"),
    ("return_shipment", "intercept"),
}  # fmt: skip
"""Declared as verbs, but births, no moves, or a move that waits for a second person first: tests/verbs has them."""


def test_every_declared_verb_is_tried() -> None:
    assert set(hooks.VERBS) - NO_STAGE == set(PUBLIC)


@pytest.mark.parametrize("road", ROADS)
def test_at_every_place_each_verb_is_for_those_whom_the_table_names(world: World, road: str) -> None:
    case = ROADS[road](world)
    cast, before, done, number = world.cast, traces(), 0, count()
    insiders = (cast.anna, cast.bolt, cast.judge, cast.agent, CARRIER)
    for (life, verb), call in PUBLIC.items():
        for row in [case] if life == "case" else hooks.LIVES[life]._default_manager.filter(case_id=case.pk).order_by("pk"):
            # A verb that nobody has here is tried by one of them in turn (the table has tried all above), by all at full size.
            possible = row.LIFE.who_may(row.stage, verb)
            turn = next(number)
            for by in insiders if possible or SCALE > 1 else [insiders[turn % len(insiders)]]:
                done += _tried(case, row, verb, by, call, before)
            if possible:
                for outsider in (cast.berta, cast.rival):
                    with pytest.raises(NotFound):
                        _undone(call, case.ref, row, outsider)
    assert traces() == before
    assert done > 0 or case.is_over


def _tried(case: Case, row: LifeRow, verb: str, by: Actor, call: Call, before: tuple[Any, ...]) -> bool:
    """True where the move was made as the table says (and undone); False where it was refused without a trace."""
    becomes = row.LIFE.becomes(row.stage, verb, by.party)
    why = (row.LIFE.name, row.stage, verb, by.party)
    try:
        made = _undone(call, case.ref, row, by)
    except Refusal as refusal:
        if becomes is None:
            # A wrong party may be told so by the table or by what it sent (its own rights come first in some verbs), never let through.
            assert isinstance(refusal, NotYourMove | NoSuchMove | Unprocessable), why
        else:
            assert isinstance(refusal, NoSuchMove | NotYourMove), why  # a guard (S3, S4, S7) or a count
            assert refusal.code in GUARDED, (why, refusal.code)
        assert traces() == before, why
        return False
    assert becomes is not None, why
    assert (row.LIFE.name, row.pk, verb, row.stage, becomes) in made, (why, made)
    return True


GUARDED = {
    "person_asked", "person_ruled", "nothing_by_machine", "not_burdened", "nothing_to_review", "count_used_up", "conflict_of_interest",
    "not_assigned", "not_asked", "ask_person_first", "final_ruling", "appealed_before", "not_your_appeal", "took_part", "rank",
    "own_draft",
    "other_side_joined",
}  # fmt: skip


def _undone(call: Call, ref: str, row: LifeRow, by: Actor) -> list[tuple[str, int, str, str, str]]:
    """What the verb wrote into the timeline; afterwards nothing of it is there."""
    savepoint = transaction.savepoint()
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        call(ref, row, by)
        return list(Entry.objects.filter(id__gt=newest).values_list("life", "life_id", "verb", "came_from", "went_to"))
    finally:
        transaction.savepoint_rollback(savepoint)
