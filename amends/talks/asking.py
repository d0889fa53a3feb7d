"""Offers whose sums somebody else has to sign: asked of a second person by the one door of approvals, and done once they have signed.

Until then there is no offer and no yes, nobody is told and no limit runs. Signing does what was asked with the asker as its cause, as the
case stands by then: what can't be given any more is refused, what has no such move any more is void.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.approvals.asking import Run, Words
from amends.approvals.models import Approval
from amends.approvals.queries import of_case
from amends.approvals.rules import State
from amends.approvals.words import sum_words
from amends.cases.hands import check_hand
from amends.cases.models import Case, CaseText
from amends.cases.record import an_act
from amends.cases.rules.mix import SUMS, from_rows
from amends.cases.taking import take, take_case_of, take_life
from amends.cases.texts import told
from amends.compensation.offers import unit_of
from amends.compensation.rules import Kind
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.talks import limits, offering
from amends.talks.models import Offer

WHAT, YES = "offer", "say_yes"
"""What payloads of these approvals name as their matter, and as the answer to an offer; an offer's birth is named by its verb."""


@an_act
def propose(
    ref: str = "", *, parts: offering.Parts, words: str = "", why: str = "", answers: str = "", by: Actor
) -> Offer | Approval:  # fmt: skip
    """An offer about case `ref`, or in place of the offer `answers`; or somebody else was asked to sign it, with `why` for them.

    Raises as offering.offer; Unprocessable (field `why`) where somebody has to sign and no reason is told.
    """
    case, row = take_life(Offer, answers, by) if answers else (take(ref, by), None)
    mix = offering.fit(case, parts, by)
    name = "counter" if row is not None else offering.birth_of(by)
    if name is None:
        raise NotYourMove(say("你不是这张售后单的一方。", "You are no side of this case."))
    mark, text = new_ref("OF"), offering.text_of(case, words, by)
    payload = {"what": WHAT, "do": name, "case": case.pk, "offer": mark, "answers": row.ref if row else "", "currency": case.currency,
               "parts": mix.to_json(), **told(text)}  # fmt: skip
    asked = limits.decided(case, mix.parts, by, key=limits.made_key(mark), payload=payload, why=why, counted=False)
    return asked or offering.made(case, name, mix, text, by, mark=mark, answers=row)


@an_act
def agree(ref: str, *, why: str = "", by: Actor) -> Offer | Approval:
    """The first yes of two to the platform's proposal; or somebody else was asked to sign that. Raises as `propose`, and Conflict as
    offering.accept_offer."""
    case, row = take_life(Offer, ref, by)
    return _yes(case, row, "agree_first", why, by)


@an_act
def accept(ref: str, *, why: str = "", by: Actor) -> Offer | Approval:
    """The case is settled on these terms; or somebody else was asked to sign that. Raises as `agree`."""
    case, row = take_life(Offer, ref, by)
    return _yes(case, row, "accept_offer", why, by)


def _yes(case: Case, row: Offer, name: str, why: str, by: Actor) -> Offer | Approval:
    if row.may(name, by):
        check_hand(case, by)
        payload = {"what": WHAT, "do": YES, "case": case.pk, "offer": row.ref, "answers": "", "currency": case.currency,
                   "parts": row.parts}  # fmt: skip
        asked = limits.decided(case, from_rows(row.parts), by, key=limits.yes_key(row.ref), payload=payload, why=why, counted=True)
        if asked is not None:
            return asked
    return offering.agreed(case, row, name, by)


# ── what granting does ───────────────────────────────────────────────────────────────────────────────────────────────────────


def run_offer(payload: Mapping[str, Any], asker: Actor, approver: Actor, approval: Approval) -> str:
    """What was asked and is signed now happens, with the asker as cause; answers the offer's reference. For approvals.register."""
    case, parts = take_case_of(payload["case"]), from_rows(payload["parts"])
    limits.check_signer(case, parts, asker, approver, approval)
    if payload["do"] == YES:
        row = _row(case, payload["offer"])
        return offering.agreed(case, row, _yes_of(row, asker), asker).ref
    answers = _row(case, payload["answers"]) if payload["answers"] else None
    mix = offering.fit(case, payload["parts"], asker)
    text = CaseText.objects.get(merchant_id=case.merchant_id, case_id=case.pk, pk=payload["text"]) if "text" in payload else None
    return offering.made(case, payload["do"], mix, text, asker, mark=payload["offer"], answers=answers).ref


def words_of(payload: Mapping[str, Any]) -> Text:
    """What signing does: which promise, and the sums beyond the order that it makes."""
    given = [
        sum_words(part.amount_minor or 0, unit_of(Kind(part.remedy), payload["currency"]))
        for part in from_rows(payload["parts"]) if part.remedy in SUMS
    ]  # fmt: skip
    sums = Text("、".join(text.into("zh") for text in given), ", ".join(text.into("en") for text in given))
    if payload["do"] == YES:
        return say("接受协商方案 {ref}，订单之外给{sums}", "accept offer {ref}, which gives {sums} beyond the order",
                   ref=payload["offer"], sums=sums)  # fmt: skip
    return say("向对方提出协商方案，订单之外给{sums}", "make the other side an offer that gives {sums} beyond the order", sums=sums)


def waiting_of(case: Case, by: Actor) -> list[Approval]:
    """The offers of this case that wait for somebody's signature, as `by` may see them."""
    asked = (row for row in of_case(case.pk, by) if row.state == State.ASKED.value and row.merchant_id == case.merchant_id)
    return [row for row in asked if row.payload["do"].get("what") == WHAT]


def _yes_of(row: Offer, by: Actor) -> str:
    """Which yes this is by now: the first of two, or the last."""
    return "accept_offer" if row.LIFE.becomes(row.stage, "agree_first", by.party) is None else "agree_first"


def _row(case: Case, ref: str) -> Offer:
    return Offer.objects.get(merchant_id=case.merchant_id, case_id=case.pk, ref=ref)


RUNS: tuple[tuple[str, Run, Words], ...] = tuple((kind, run_offer, words_of) for kind in sorted(SUMS))
