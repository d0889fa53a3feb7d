"""What merchant and consumer say to each other before anybody else is asked: approve, refuse, prove, call the platform in, withdraw."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from amends.cases.carrying_on import written_to
from amends.cases.models import Case, Evidence
from amends.cases.record import verb
from amends.cases.taking import take, take_carrier
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

REFUSALS: dict[str, Text] = {
    "window_over": say("已超过申请期限", "the time to ask is over"),
    "not_intact": say("商品不完好", "the goods are not intact"),
    "no_fault_found": say("商品没有质量问题", "there is no fault"),
    "proof_unclear": say("凭证不清楚或对不上", "the evidence is unclear or does not match"),
    "excluded_goods": say("这类商品不支持这种方案", "these goods are excluded from this remedy"),
    "misuse": say("因使用不当造成", "caused by wrong use"),
    "already_solved": say("已经另行解决", "it has been solved in another way"),
    "other": say("其他理由", "another reason"),
}


@verb("case", "approve")
def approve(ref: str, *, by: Actor) -> Case:
    """The claim is granted as asked; a grant for each unit is owed, and a job begins its lives."""
    case = take(ref, by)
    case.move("approve", by, facts={"basis": "approved", "amount_minor": case.claimed_minor, "currency": case.currency})
    return case


@verb("case", "refuse")
def refuse(ref: str, *, reason: str, words: str, by: Actor) -> Case:
    """The claim is refused for a reason (a key of REFUSALS) in words that the consumer reads, who may call the platform in.

    Raises Unprocessable where the reason is unknown or the words are missing or too long.
    """
    case = take(ref, by)
    if reason not in REFUSALS:
        wrong = say("请选择拒绝的理由：{all}。", "Choose why you refuse: {all}.", all=", ".join(REFUSALS))
        raise Unprocessable.field("reason", wrong, code="unknown_reason")
    text = keep_text(case, "refusal", clean_words(words, field="words", required=True), by)
    case.move("refuse", by, facts={"reason": reason, **told(text)})
    return case


@verb("case", "ask_proof")
def ask_proof(ref: str, *, words: str, by: Actor) -> Case:
    """The consumer is asked, once for each claim, for a named proof; the merchant's clock stands still meanwhile."""
    case = take(ref, by)
    text = keep_text(case, "ask_proof", clean_words(words, field="words", required=True), by)
    case.move("ask_proof", by, facts=told(text))
    return case


@verb("case", "prove")
def prove(ref: str, *, words: str = "", evidence: Sequence[str] = (), by: Actor) -> Case:
    """The proof is there, in the case that carries `ref` on where it was merged (B23); the merchant answers it.

    Raises Unprocessable where neither words nor files were given.
    """
    case, named = take_carrier(ref, by)
    said = clean_words(words, field="words")
    pieces = attach_to(case, evidence, by)
    if not said and not pieces:
        raise Unprocessable.field(
            "evidence", say("请至少补充一份凭证或一句说明。", "Give at least one piece of evidence or a sentence."), code="required"
        )
    text = keep_text(case, "proof", said, by) if said else None
    case.move("prove", by, facts=written_to(case, named, {"evidence": [piece.digest for piece in pieces], **told(text)}))
    return case


@verb("case", "call_platform")
def call_platform(ref: str, *, words: str = "", by: Actor) -> Case:
    """The platform holds the case, or the one that carries it on; one review is open, and no party can decide alone."""
    case, named = take_carrier(ref, by)
    said = clean_words(words, field="words")
    text = keep_text(case, "call", said, by) if said else None
    case.move("call_platform", by, facts=written_to(case, named, {"called_by": by.party.value, **told(text)}))
    return case


@verb("case", "ask_person")
def ask_person(ref: str, *, words: str = "", by: Actor) -> Case:
    """A person decides: the case is with the experts, and no machine rules by default against anybody in it any more (S21, CN-PLAT-06).

    Where this side may call the platform in, it is; a ruling that the policy gave by default is stayed, and a person looks afresh.
    Of a merged case it is asked of the one that carries it on. Raises NoSuchMove where it was asked before, a person has ruled, or nothing
    was decided by a machine.
    """
    case, named = take_carrier(ref, by)
    said = clean_words(words, field="words")
    text = keep_text(case, "person", said, by) if said else None
    case.move("ask_person", by, facts=written_to(case, named, {"asked_by": by.party.value, "lane": case.lane, **told(text)}))
    return case


@verb("case", "accept_refusal")
def accept_refusal(ref: str, *, by: Actor) -> Case:
    """The consumer lets the refusal stand and the case is closed."""
    case = take(ref, by)
    case.move("accept_refusal", by)
    return case


@verb("case", "withdraw")
def withdraw(ref: str, *, by: Actor) -> Case:
    """The claim is taken back: closed at once before a review or a grant, else unwound (S8)."""
    case = take(ref, by)
    case.move("withdraw", by)
    return case


@verb("case", "let_stand")
def let_stand(ref: str, *, by: Actor) -> Case:
    """The ruling binds early, because the side that it burdens says so (S4)."""
    case = take(ref, by)
    case.move("let_stand", by)
    return case


def attach_to(case: Case, refs: Sequence[str], by: Actor, *, late: bool = False) -> list[Evidence]:
    """The files uploaded by this actor for this order now belong to the case. Raises Unprocessable where one is unknown."""
    wanted = {clean_ref(ref) or "" for ref in refs}
    found = list(waiting_evidence(case.merchant_id, case.order_id, by).filter(ref__in=wanted))
    if len(found) != len(wanted):
        wrong = say("有凭证没有找到，请重新上传。", "Some of the evidence was not found. Please upload it again.")
        raise Unprocessable.field("evidence", wrong, code="evidence_unknown")
    for piece in found:
        piece.case_id, piece.late, piece.made_at = case.pk, late, clock.now()
        piece.save(update_fields=["case_id", "late", "made_at"])
    return found


def waiting_evidence(merchant_id: int, order_id: int, by: Actor) -> QuerySet[Evidence]:
    """The files of an order that this actor uploaded and no case has yet."""
    mine = Q(user_id=by.user_id) if by.user_id is not None else Q(user__isnull=True)
    return Evidence.objects.filter(mine, merchant_id=merchant_id, order_id=order_id, case__isnull=True, party=by.party.value)
