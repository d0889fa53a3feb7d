"""What was paid on a charge for a cost that the case no longer has goes back to whoever paid it.

The charge stays paid: that it was is history. What may go back is asked of the books under the case's lock, so that it goes back once.
"""

from __future__ import annotations

from amends.approvals.asking import decide
from amends.approvals.models import Approval
from amends.cases.hands import check_hand
from amends.cases.models import Case, CaseText
from amends.cases.record import an_act
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.liability.books import book_given_back
from amends.liability.hands import platform_hand, take_charge
from amends.liability.models import ChargeBackTo
from amends.liability.overpaid import to_give_back
from amends.people.rules import Actor

NOTHING = say("这笔追偿没有多付的钱。", "Nothing was paid on this charge that its case does not cost.")


@an_act
def give_back(ref: str, *, words: str, reference: str = "", by: Actor, break_glass: bool = False) -> ChargeBackTo | Approval:
    """All that was paid on the charge `ref` beyond what its case costs goes back: to a merchant into what we hold for it, to an outsider
    by bank as the desk says (`reference`). Or, above what `by` may excuse alone, somebody else is asked to approve that.

    Refuses a charge of which nothing is too much, and missing words or reference. Raises NotFound, NotYourMove.
    """
    case, charge = take_charge(ref, by)
    hand = platform_hand(by)
    check_hand(case, hand)
    minor = _left(charge)
    known = clean_words(reference, field="reference", required=charge.party != Party.MERCHANT.value, longest=80)
    said = clean_words(words, field="words", required=True, longest=500)
    text = keep_text(case, "charge_decision", said, hand)
    asked = decide(
        "excuse", by=by, merchant_id=case.merchant_id, amount_minor=minor, unit=charge.unit,
        payload={"charge": charge.ref, "text": text.pk, "give_back": minor, "reference": known}, key=new_ref("CB"), case=case, why=said,
        break_glass=break_glass,
    )  # fmt: skip
    return asked or given_back(case, charge, minor, hand, text_id=text.pk, reference=known)


def given_back(
    case: Case, charge: ChargeBackTo, minor: int, hand: Actor, *, text_id: int, reference: str, approval: str = ""
) -> ChargeBackTo:
    """`minor` of it, or what of that is too much by now, is in the books and on the timeline of the locked case."""
    text = CaseText.objects.get(merchant_id=case.merchant_id, case_id=case.pk, pk=text_id)
    minor = min(minor, _left(charge))
    book_given_back(charge, minor)
    way = "held" if charge.party == Party.MERCHANT.value else "bank"
    beside = {name: value for name, value in (("reference", reference), ("approval", approval)) if value}
    charge.tell("give_back", hand, facts={**told(text), "amount_minor": minor, "way": way, **beside})
    return charge


def _left(charge: ChargeBackTo) -> int:
    minor = to_give_back([charge]).get(charge.pk, 0)
    if not minor:
        raise NoSuchMove(NOTHING, code="nothing_to_give_back")
    return minor
