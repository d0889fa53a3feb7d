"""Answering a survey: once, by the consumer whose case it was."""

from __future__ import annotations

from amends.cases.record import verb
from amends.cases.taking import take
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.surveys.models import Survey


@verb("case", "answer_survey")
def rate(ref: str, *, score: int, words: str = "", by: Actor) -> Survey:
    """The closed case `ref` is rated one to five, with a comment that both sides may read.

    Raises NotYourMove for anybody but its consumer, NoSuchMove before it is closed or when it was rated, Unprocessable for another score.
    """
    case = take(ref, by)
    if case.consumer_id != by.consumer_id:
        raise NotYourMove(say("只有消费者本人可以评价。", "Only the consumer can rate the case."))
    if score not in range(1, 6):
        raise Unprocessable.field("score", say("评分是 1 到 5 分。", "The score is 1 to 5."), code="wrong_score")
    survey = Survey.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).first()
    if not case.is_over or survey is None:
        raise NoSuchMove(say("售后单结束以后才能评价。", "A case can be rated once it is closed."), code="not_closed")
    if survey.answered_at is not None:
        raise NoSuchMove(say("这张售后单已经评价过。", "This case has been rated already."), code="rated_already")
    said = clean_words(words, field="words", longest=1000)
    survey.score, survey.answered_at = score, clock.now()
    survey.comment = keep_text(case, "rating", said, by) if said else None
    survey.save()
    case.tell("answer_survey", by, facts={"score": score, **told(survey.comment)})
    return survey
