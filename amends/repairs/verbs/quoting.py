"""A repair that is not free: the merchant names a price, the consumer agrees by paying it, or does not.

    quoted ──yes──▶ a supplement is asked for ──the gateway tells of the capture──▶ accept_quote      no, or silence ──▶ decline_quote

Invariants
 1. What the decision or a warranty gives for nothing is quoted only where the unit was misused, with a photo of it.
 2. Nothing is worked on before it is paid; what was paid for an attempt that did not help goes back whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.approvals.counting import check_most
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case, Entry
from amends.cases.record import an_act, verb
from amends.cases.taking import take_case_of
from amends.cases.texts import clean_words, keep_text, told
from amends.compensation import supplements
from amends.compensation.captures import give_back
from amends.compensation.models import Supplement
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.repairs.hands import take_repair
from amends.repairs.models import Repair
from amends.repairs.verbs.working import about, take_photos, taken_in

WHY = "repair_quote"


@verb("repair", "quote")
def quote(ref: str, *, amount_minor: int, words: str, misuse: bool = False, photos: Sequence[str] = (), by: Actor) -> Repair:
    """The consumer is told what the repair costs, in minor units of the case's currency, and why.

    Raises Unprocessable without a sum or words, for a repair that is free (unless `misuse` says why it is not, with a photo), and where
    the money rules let nobody ask for so much.
    """
    case, row, hand = take_repair(ref, by)
    taken_in(row)
    said = clean_words(words, field="words", required=True)
    seen = take_photos(case, row, "before", photos, by)
    if amount_minor < 1:
        raise Unprocessable.field("amount_minor", say("金额要大于零。", "The amount is more than nothing."), code="wrong_amount")
    rules = rules_on(clock.now())
    check_most(rules, amount_minor, case.currency, rules.supplements.most_minor)
    if row.in_warranty and not misuse:
        free = say("这次维修在保修范围内，不能收费。", "This repair is covered: nothing may be charged for it.")
        raise Unprocessable.field("amount_minor", free, code="repair_is_free")
    if row.in_warranty and not row.photos_before:
        proof = say("说明人为损坏要附照片。", "Damage by misuse has to be shown in a photo.")
        raise Unprocessable.field("photos", proof, code="required")
    row.quote, row.quote_minor = keep_text(case, "quote", said, hand), amount_minor
    row.save(update_fields=["quote", "quote_minor", "photos_before"])
    facts = {**about(row), **told(row.quote), "evidence": seen, "amount_minor": amount_minor, "currency": case.currency, "misuse": misuse}
    row.move("quote", hand, facts=facts)
    return row


@verb("repair", "accept_quote")
def accept_quote(ref: str, *, by: Actor) -> Repair:
    """The consumer agrees, and is asked to pay the quote; the work begins when the gateway says that it was paid.

    Told again while it is not paid, it is the same question. Raises NoSuchMove, NotYourMove.
    """
    case, row, hand = take_repair(ref, by)
    if not row.may("accept_quote", hand) or row.quote_minor is None:
        row.move("accept_quote", hand)  # refuses, in the table's own words
        raise NoSuchMove(say("没有报价可以接受。", "There is no quote to accept."))
    if row.quote_payment is None or row.quote_payment.state in ("lapsed", "dropped"):
        asked = supplements.ask(case.ref, amount_minor=row.quote_minor, why=WHY, by=PLATFORM)
        assert isinstance(asked, Supplement)  # noqa: S101 - machines need nobody's approval
        row.quote_payment = asked
        row.save(update_fields=["quote_payment"])
    return row


@verb("repair", "decline_quote")
def decline_quote(ref: str, *, by: Actor) -> Repair:
    """The consumer does not pay: the unit goes back as it is, and nothing more is owed."""
    _, row, hand = take_repair(ref, by)
    row.move("decline_quote", hand, facts=about(row))
    return row


def hear_paid(entry: Entry) -> None:
    """Listener of `case.pay_supplement`: where it was a quote that is paid, the work begins."""
    _paid(entry.case_id, str(entry.facts.get("supplement", "")))


@an_act
def _paid(case_id: int, supplement: str) -> bool:
    case = take_case_of(case_id)
    row = Repair.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, quote_payment__ref=supplement).order_by("-pk").first()
    return row is not None and row.follow("accept_quote", PLATFORM, facts={**about(row), "supplement": supplement})


def settle_quote(case: Case, row: Repair) -> None:
    """The attempt is over without help: what was asked for it is asked no longer, and what was paid goes back."""
    if row.quote_payment_id is None:
        return
    supplement = Supplement.objects.select_for_update().get(merchant_id=row.merchant_id, pk=row.quote_payment_id)
    if supplement.state == supplements.ASKED:
        supplements.end(supplement, "dropped")
        case.tell("drop_supplement", PLATFORM, facts=supplements.facts_of(supplement))
    elif supplement.state == supplements.PAID:
        give_back(case, supplement, "unrepaired")
