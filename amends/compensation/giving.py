"""Compensation is given on a case, or a voucher without one: by a merchant out of its own money, by the platform's people out of ours.

Who may give how much alone, who must be asked and what a day, a case and a consumer may bring together is decided by approvals; what
was decided is carried out in the same transaction (carrying.py).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amends.approvals.asking import LONGEST_KEY, decide
from amends.approvals.models import Approval
from amends.cases.record import an_act
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.compensation.carrying import carry_out, issue_free
from amends.compensation.models import PurseMove
from amends.compensation.offers import Offer, checked
from amends.compensation.purses import Move, holder, take_back
from amends.compensation.rules import Kind, voucher_unit
from amends.compensation.vouchers import Terms, check_bounds
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import say
from amends.people.rules import Actor

TEXT = "compensation"
MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of it: given (`came` names the voucher or the case), or waiting for `approval`."""

    came: str
    approval: Approval | None

    @property
    def given(self) -> bool:
        return self.approval is None


@an_act
def compensate(ref: str, offer: Offer, *, by: Actor, key: str = "", why: str = "", break_glass: bool = False) -> Decided:
    """The consumer has what is offered, or somebody else was asked to approve it. `why` is for whoever approves, `offer.words` for the
    consumer.

    Raises NotFound, NotYourMove (whose money it is), NoSuchMove (closed), Unprocessable (sum, article, conditions), Conflict (a key that
    was decided).
    """
    case = take(ref, by)
    given = checked(case, offer, by)
    words = clean_words(offer.words, field="words", longest=MOST_WORDS)
    text = keep_text(case, TEXT, words, by) if words else None
    payload = {"case": case.pk, **given, **told(text)}
    asked = decide(
        given["kind"], by=by, merchant_id=case.merchant_id, amount_minor=given["amount_minor"], unit=given["unit"], payload=payload,
        key=_key("give", key), case=case, why=why, break_glass=break_glass,
    )  # fmt: skip
    return Decided(case.ref, asked) if asked else Decided(carry_out(case, given | told(text), by), None)


@an_act
def give_voucher(
    consumer: str, terms: Terms, *, by: Actor, reason: str = "", key: str = "", why: str = "", break_glass: bool = False
) -> Decided:
    """A voucher outside of any case: a merchant's to somebody who bought there. Or somebody else was asked. Raises as `compensate`."""
    if by.party is not Party.MERCHANT or not by.merchant_id:
        ours = say("平台的优惠券在售后单上发。", "The platform gives vouchers on a case.")
        raise NotYourMove(ours)
    check_bounds(terms)
    found = holder(consumer, by)
    key = _key("voucher", key)
    payload = {
        "what": "voucher", "kind": Kind.VOUCHER.value, "unit": voucher_unit(terms.currency), "merchant": by.merchant_id,
        "consumer": found.pk, "currency": terms.currency, "amount_minor": terms.amount_minor,
        "min_spend_minor": terms.min_spend_minor, "scope": "merchant", "days": terms.days, "borne_by": "merchant", "key": key,
        "reason": clean_words(reason, field="reason", longest=200),
    }  # fmt: skip
    asked = decide(
        Kind.VOUCHER, by=by, merchant_id=by.merchant_id, amount_minor=terms.amount_minor, unit=voucher_unit(terms.currency),
        payload=payload, key=key, consumer_id=found.pk, why=why, break_glass=break_glass,
    )  # fmt: skip
    return Decided("", asked) if asked else Decided(issue_free(payload, by).ref, None)


@an_act
def correct_purse(asked: Move, *, merchant_id: int, by: Actor, why: str = "") -> PurseMove | Approval:
    """Points or store credit given by mistake are taken back, or somebody else was asked (action `correction`)."""
    found = holder(asked.consumer, by)
    payload = {
        "merchant": merchant_id, "consumer": found.ref, "purse": asked.purse, "unit": asked.unit, "amount_minor": asked.amount_minor,
        "key": asked.key, "reason": asked.spent_for,
    }  # fmt: skip
    waits = decide(
        "correction", by=by, merchant_id=merchant_id, amount_minor=asked.amount_minor, unit=asked.unit, payload=payload,
        key=_key("correct", asked.key), consumer_id=found.pk, why=why or asked.spent_for,
    )  # fmt: skip
    return waits or take_back(asked, merchant_id=merchant_id, by=by)


def run_correction(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """A correction that was asked and is granted now. For approvals.register."""
    asked = Move(*(payload[name] for name in ("consumer", "purse", "unit", "amount_minor", "key", "reason")))
    return take_back(asked, merchant_id=payload["merchant"], by=asker).key


def _key(what: str, key: str) -> str:
    """The act's name for approvals, which know keys of 70 signs at most: a longer one is told by its digest."""
    named = f"{what}:{key or secrets.token_hex(12)}"
    return named if len(named) <= LONGEST_KEY else f"{what}:{hashlib.sha256(key.encode()).hexdigest()[:48]}"
