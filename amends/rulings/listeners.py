"""What reviews do when they hear of the case's moves, what the case does when a review has ruled, and who may say that a ruling stands.

Invariants
 1. A case is in review exactly as long as one review of it is open. Once that could rule on nothing any more, since all that it is about
    was carried out meanwhile, and nothing else is open either, case and review end.
 2. A ruling binds the units that the arbiter heard, noted when it was given, and no others (S5); it is carried out once (`bound_at`).
 3. A finding contested and heard by nobody calls the platform anew: in its own commit where the table has that move, else when the
    ruling that did not hear it binds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.lanes import AT_ONCE
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove
from amends.kernel.texts import say
from amends.people.rules import PLATFORM, Actor
from amends.returns.models import Inspection
from amends.rulings.appeal_queries import appeal_of
from amends.rulings.assigning import choose, language_of
from amends.rulings.carrying_out import carry_out
from amends.rulings.disputed import end_requests, issues_in
from amends.rulings.holding import holds
from amends.rulings.models import Review
from amends.rulings.queries import AGAINST, BURDENED, FOR, by_default, contested, heard_units, may_be_reviewed, open_review, unbound_ruling
from amends.rulings.standing import burdened_by, still_to_accept
from amends.rulings.verbs.moving import asked_if_gone, assigned_anew, give_to
from amends.rulings.verbs.testing import end_test

REVIEWS, APPEALS = Case.LIFE.counted["call_platform"], Case.LIFE.counted["send_back"]


def open_round(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `call_platform` and `send_back`: a review is open, what is in dispute and who proves it is named, both sides may give
    evidence, and whoever fits best is asked to judge it."""
    case = _case(life)
    called_by = str(facts.get("called_by", by.party.value))
    language = language_of(case)
    because = {"because": str(facts["because"])} if facts.get("because") else {}
    review = Review.born(
        "open_round", PLATFORM, merchant_id=case.merchant_id, case=case, ref=new_ref("RV"), called_by=called_by,
        skill=case.goods_class, language=language, issues=issues_in(case), facts={"called_by": called_by, **because},
    )  # fmt: skip
    chosen = choose(case, skill=review.skill, language=language)
    if chosen is not None:
        give_to(review, chosen, PLATFORM)


def give_to_another(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `reassign`: whoever was named has it, else whoever fits best but for those who had it. Where a side asked that a person
    decides (S21), they write their drafts anew: no machine rules when those of others are used up, so nobody ever could."""
    review = _review(life)
    case = take_case_of(review.case_id)
    assigned_anew(case, review, facts.get("arbiter"), by)
    if case.person_asked_at is not None:
        case.counts.pop(review.count_key("draft_ruling"), None)


def somebody_decides(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of whatever brings a review before its arbiter: somebody who is there has it, if there is anybody."""
    review = _review(life)
    asked_if_gone(take_case_of(review.case_id), review)


def nothing_came(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `close_replies`: a proof that was asked for and not given by now is not given."""
    end_requests(_review(life), "not_given")


def no_report_came(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `close_test`: the testing body did not report in time."""
    end_test(_review(life), "not_reported")


def needless(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `review.drop`: nothing that was asked for it is wanted any more."""
    review = _review(life)
    end_requests(review, "dropped")
    end_test(review, "dropped")


def drop_review(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `withdraw`: an open review is needless, and a ruling that does not bind yet will bind nothing."""
    case = _case(life)
    review = open_review(case)
    if review is not None:
        review.follow("drop", by)
    unbound = unbound_ruling(case)
    if unbound is not None:
        unbound.heard = []
        unbound.save(update_fields=["heard"])


def end_needless(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `complete`: a review that could rule on nothing any more (queries.hears_nothing) is over with its case."""
    review = open_review(_case(life))
    if review is not None:
        review.follow("drop", by)


def case_is_ruled(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `rule` and `rule_by_default`: the units that the ruling heard are written down, and the case waits for it to stand."""
    review = _review(life)
    case = take_case_of(review.case_id)
    if not review.outcome:
        _rule_as_policy_says(case, review)
    review.heard, review.ruled_at = heard_units(case), clock.now()
    # A case has one appeal (S17): what a person rules after it is final, be it about goods that were contested later.
    review.is_final = review.is_final or (appeal_of(case) is not None and not by_default(review))
    review.save(update_fields=["outcome", "liable", "clause", "heard", "ruled_at", "is_final"])
    told = {"review": review.ref, "outcome": review.outcome, "liable": review.liable, "clause": review.clause, "heard": review.heard}
    case.follow("rule", by, facts=told | ({"final": True} if review.is_final else {}))


def bind(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `let_stand`, `uphold`, `change` and `retract`: the ruling, as it stands or as an appeal changed it, is carried out on
    what was heard (S4, S5); what was contested later is heard anew."""
    case = _case(life)
    review = unbound_ruling(case)
    if review is None:
        return
    review.bound_at, review.stands = clock.now(), list(dict.fromkeys([*review.stands, by.party.value]))
    review.save(update_fields=["bound_at", "stands"])
    carry_out(case, review, holds(review), by)
    call_for_unheard(case, by, facts)


def call_for_unheard(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `withdraw` when all else is let go, and the end of `bind`: what is still contested is locked (S7) and has to be heard."""
    case = _case(life)
    for inspection in contested(case)[:1]:
        _call(case, by, inspection)


def call_for_contest(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `contest` (S13): the platform is called in where the case's table has that move now; elsewhere it is, or will be."""
    assert isinstance(life, Inspection)  # noqa: S101 - wiring binds this to moves of inspections alone
    _call(take_case_of(life.case_id), by, life)


def burdened_side_only(life: LifeRow, by: Actor) -> None:
    """Guard of `let_stand` (S4): early, only the side that the ruling burdens may say so, both where it burdens both; the clock always."""
    review = unbound_ruling(_case(life))
    if review is None or by.party is Party.CLOCK:
        return
    if by.party not in burdened_by(review):
        raise NoSuchMove(
            say("裁决对你有利，期限过后自动生效；只有另一方可以提前接受。",
                "The ruling is in your favour and takes effect when the time is over; only the other side can accept it earlier."),
            code="not_burdened",
        )  # fmt: skip
    if still_to_accept(review) - {by.party}:
        both = say("双方都接受才会提前生效。", "It takes effect early when both sides have accepted it.")
        raise NoSuchMove(both, code="both_accept")


def something_to_review(life: LifeRow, by: Actor) -> None:
    """Guard of `call_platform`: once something was decided, only what is open and unheard can be brought before an arbiter."""
    case = _case(life)
    if _is_decided(case) and not may_be_reviewed(case):
        raise NoSuchMove(say("没有需要平台裁决的事项。", "There is nothing left for the platform to decide."), code="nothing_to_review")


def something_for_a_person(life: LifeRow, by: Actor) -> None:
    """Guard of `ask_person` (S21): asked once for a case, and never against what a person decided."""
    case = _case(life)
    if case.person_asked_at is not None:
        already = say("已经要求由人来裁决，之后由人裁决。", "A person has been asked for already, and will decide.")
        raise NoSuchMove(already, code="person_asked")
    ruling = _standing(case)
    if ruling is not None and not by_default(ruling):
        raise NoSuchMove(say("这份裁决就是人做出的。", "A person gave this ruling."), code="person_ruled")
    if _is_decided(case) and (case.lane not in AT_ONCE or not may_be_reviewed(case)):
        raise NoSuchMove(say("没有由机器单独做出的决定。", "Nothing was decided here by a machine alone."), code="nothing_by_machine")


def before_a_person(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """Follower of `ask_person` (S21): a ruling by default binds nothing and is looked at afresh; else the platform is called in where the
    table lets this side do so. Elsewhere whoever decides is a person already, and stays one."""
    case = _case(life)
    ruling = _standing(case)
    if ruling is None:
        if case.may("call_platform", by):
            case.move("call_platform", by, facts={"called_by": by.party.value, "because": "person"})
        return
    ruling.heard = []
    ruling.save(update_fields=["heard"])
    case.follow("appeal", by, facts={"review": ruling.ref, "because": "person"})
    # Not counted among the appeals that a case has: nobody has looked yet, and it happens once a case (person_asked_at).
    used = case.counts.pop(APPEALS, None)
    case.follow("send_back", by, facts={"called_by": by.party.value, "review": ruling.ref, "because": "person"})
    case.counts.pop(APPEALS, None)
    if used is not None:
        case.counts[APPEALS] = used


def no_machine_after_asking(life: LifeRow, by: Actor) -> None:
    """Guard of `rule_by_default` (S21, CN-PLAT-06, CN-PI-04): once a side has asked for a person, no machine rules against anybody."""
    review = _review(life)
    if take_case_of(review.case_id).person_asked_at is not None:
        wrong = say("一方要求由人来裁决，不能按规则自动裁决。", "A side asked that a person decides: the policy can't rule by default.")
        raise NoSuchMove(wrong, code="person_asked")


def _is_decided(case: Case) -> bool:
    """What is owed is written down, and is being carried out; nobody judges it."""
    moves = case.LIFE.becomes
    return moves(case.stage, "complete", Party.PLATFORM) is not None and moves(case.stage, "rule", Party.ARBITER) is None


def _standing(case: Case) -> Review | None:
    """The ruling that waits to stand; asked of the database only where the table has such a wait."""
    return unbound_ruling(case) if case.LIFE.becomes(case.stage, "let_stand", Party.CLOCK) is not None else None


def _call(case: Case, by: Actor, inspection: Inspection) -> None:
    """The consumer's contest calls the platform in, whoever made the move that lets it. It is not counted among the calls that the
    parties have: the number of units bounds it (LIFECYCLE 14)."""
    used = case.counts.pop(REVIEWS, None)
    consumer = by.as_party(Party.CONSUMER)
    case.follow("call_platform", consumer, facts={"called_by": consumer.party.value, "because": "contest", "inspection": inspection.pk})
    case.counts.pop(REVIEWS, None)
    if used is not None:
        case.counts[REVIEWS] = used


def _rule_as_policy_says(case: Case, review: Review) -> None:
    """The default behind two silent arbiters: for the claim where the stamped decision opens its remedy as of right for every line."""
    answers = [a for line in case.decision.answer["lines"] for a in line["answer"]["remedies"] if a["remedy"] == case.remedy]
    is_open = bool(answers) and all(answer["open"] for answer in answers)
    clauses = [clause for answer in answers for _, clause, _, holds, *_ in answer["reasons"] if holds is is_open]
    review.outcome = FOR if is_open else AGAINST
    review.liable = BURDENED[review.outcome][0].value
    review.clause = clauses[0][:60] if clauses else ""


def _case(life: LifeRow) -> Case:
    assert isinstance(life, Case)  # noqa: S101 - wiring binds these to moves of cases alone
    return life


def _review(life: LifeRow) -> Review:
    assert isinstance(life, Review)  # noqa: S101 - wiring binds this to moves of reviews alone
    return life
