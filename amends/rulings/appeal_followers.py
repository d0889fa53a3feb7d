"""What an appeal and its case do to each other in the same commit: it is born, answered, dropped, and made good where nobody answered.

Invariants
 1. A case is appealed exactly as long as one appeal of it is open; one appeal a case, ever (S17).
 2. Nothing of a ruling is carried out while it is appealed; it binds, as it was given or changed, in the commit of the answer (S4).
 3. Silence never changes a ruling: it upholds it, the platform pays for its silence, and a person may be asked by other roads.
 4. An appeal that nobody on record may examine is told to a supervisor, anew at each limit, while there is time to put somebody there.
A ruling by default is no matter of appeals: whoever wants a person asks for one (S21), and then no appeal is born.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.approvals.rules_of_money import rules_on
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.taking import take_case_of
from amends.compensation.carrying import carry_out
from amends.compensation.rules import Kind
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.rulings.appeal_queries import is_the_others_too, open_appeal, rank_to_exceed
from amends.rulings.assigning import choose, fits, is_gone, language_of
from amends.rulings.models import Appeal, Review
from amends.rulings.queries import by_default, open_review, unbound_ruling

PERSON = "person"


def begin_appeal(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `case.appeal`: an appeal against the ruling that was to bind, with whoever fits best asked to examine it."""
    case, review = _case(life), unbound_ruling(_case(life))
    if review is None or facts.get("because") == PERSON:
        return
    ref, told = new_ref("AL"), {name: fact for name, fact in facts.items() if name != "limit"}
    appeal = Appeal.born(
        "appeal", by, merchant_id=case.merchant_id, case=case, review=review, ref=ref, side=by.party.value,
        entered_from=facts.get("entered_from", "page"), facts={**told, "appeal": ref, "review": review.ref},
    )  # fmt: skip
    _ask(appeal, examiner_for(case, review))


def examiner_for(case: Case, review: Review) -> int | None:
    """The user who is asked to examine an appeal against this ruling; None where nobody of higher rank is free of the matter."""
    skill, language = review.skill or case.goods_class, review.language or language_of(case)
    return choose(case, skill=skill, language=language, above_rank=rank_to_exceed(review))


def ask_again(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `appeal.admit`: where the clock made it because nobody was asked, or whoever was has gone, somebody else is asked."""
    appeal = _appeal(life)
    if by.party is Party.CLOCK and (appeal.examiner_id is None or is_gone(appeal.examiner_id)):
        case = take_case_of(appeal.case_id)
        _ask(appeal, examiner_for(case, appeal.review) or appeal.examiner_id)


def _ask(appeal: Appeal, user_id: int | None) -> None:
    """The appeal is theirs to examine, on record for the platform; or it is nobody's, which a supervisor has to know."""
    if user_id is None:
        wanted = {"appeal": appeal.ref, "above_rank": rank_to_exceed(appeal.review)}
        appeal.tell("want_examiner", PLATFORM, facts=wanted, audience="platform")
    elif user_id != appeal.examiner_id:
        appeal.examiner_id = user_id
        appeal.save(update_fields=["examiner"])
        appeal.tell("entrust", PLATFORM, facts={"appeal": appeal.ref, "arbiter": user_id}, audience="platform")


def lead_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `uphold`, `change`, `send_back` and `retract` of an appeal: the case makes the same move."""
    appeal, case = _appeal(life), take_case_of(_appeal(life).case_id)
    appeal.answered_at = clock.now()
    appeal.save(update_fields=["answered_at"])
    verb = LEADS[appeal.stage]
    told: dict[str, Any] = {"appeal": appeal.ref, "review": appeal.review.ref}
    if verb == "send_back":
        told["called_by"] = appeal.side
    if verb == "change":
        told["outcome"] = appeal.outcome
    case.follow(verb, by, facts=told)


LEADS = {"upheld": "uphold", "changed": "change", "sent_back": "send_back", "retracted": "retract"}
"""The move of the case that each answer to an appeal is."""


def hear_anew(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `case.send_back`, after the new review was opened: the ruling before binds nothing, and the next one is final (S17)."""
    case, fresh = _case(life), open_review(_case(life))
    if fresh is None or facts.get("because") == PERSON:
        return
    before = Review.objects.get(merchant_id=case.merchant_id, ref=facts["review"])
    before.heard = []
    before.save(update_fields=["heard"])
    fresh.after, fresh.is_final = before, True
    fresh.save(update_fields=["after", "is_final"])


def drop_appeal(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `settle` and `withdraw` (S6, S8): nobody needs an answer any more."""
    appeal = open_appeal(_case(life))
    if appeal is not None:
        appeal.follow("drop", by)


def name_head(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `bring_up`: whoever has the highest rank of those that may examine it has the last hours; where there is nobody else, it
    stays with whoever has it."""
    appeal = _appeal(life)
    case = take_case_of(appeal.case_id)
    found = [fit.candidate for fit in fits(case, above_rank=rank_to_exceed(appeal.review)) if fit.may]
    others = [one for one in found if one.user_id != appeal.examiner_id]
    best = max(others, key=lambda one: (one.rank, -one.load, -one.user_id), default=None)
    _ask(appeal, best.user_id if best is not None else appeal.examiner_id)


def make_good(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `uphold`: where nobody answered, the consumer, who waited for nothing, has what the money rules give, at the platform's
    cost. They waited whichever side appealed; the merchant contests its cost elsewhere (S17)."""
    if by.party is not Party.CLOCK:
        return
    case = take_case_of(_appeal(life).case_id)
    minor = rules_on(clock.now()).appeals.unanswered(case.currency)
    if minor:
        given = {"kind": Kind.GOODWILL.value, "amount_minor": minor, "unit": case.currency, "borne_by": Party.PLATFORM.value}
        carry_out(case, given, PLATFORM)


# ── what must hold before ────────────────────────────────────────────────────────────────────────────────────────────────────


def may_be_appealed(life: LifeRow, by: Actor) -> None:
    """Guard of `case.appeal` (S17): once a case, against what a person ruled, and never against a ruling that is final."""
    case = _case(life)
    review = unbound_ruling(case)
    if review is None:
        return
    if by_default(review):
        if case.person_asked_at is None:
            wrong = say(
                "这份裁决是按规则自动做出的：先要求由人来裁决，不占用申诉。",
                "This ruling was given by rule. Ask that a person decides; that uses up no appeal.",
            )
            raise NoSuchMove(wrong, code="ask_person_first")
        return
    if review.is_final:
        wrong = say("这是申诉之后重新审理的裁决，是最终的。", "This ruling followed an appeal and is final.")
        raise NoSuchMove(wrong, code="final_ruling")
    if Appeal.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exists():
        raise NoSuchMove(say("每份售后单只能申诉一次。", "A case can be appealed once."), code="appealed_before")


def own_appeal(life: LifeRow, by: Actor) -> None:
    """Guard of `appeal.retract`: only whoever appealed takes it back, and not over the head of the other side. A case has one appeal (S17):
    where the ruling burdens the other side too, this one is theirs as well once they have spoken to it, and till their time is over."""
    appeal = _appeal(life)
    if appeal.side != by.party.value:
        raise NoSuchMove(say("这是对方的申诉，不能由你收回。", "It is the other side's appeal to take back."), code="not_your_appeal")
    if is_the_others_too(appeal):
        wrong = say(
            "裁决对双方都不利，这份申诉也是对方的：对方已经加入，或者还有时间加入。可以和解，或者等答复。",
            "The ruling burdens both sides, so this appeal is the other side's too: they have joined it, or still can. "
            "Settle, or wait for the answer.",
        )  # fmt: skip
        raise NoSuchMove(wrong, code="other_side_joined")


def _case(life: LifeRow) -> Case:
    assert isinstance(life, Case)  # noqa: S101 - wiring binds these to moves of cases alone
    return life


def _appeal(life: LifeRow) -> Appeal:
    assert isinstance(life, Appeal)  # noqa: S101 - wiring binds these to moves of appeals alone
    return life
