"""What the shop says to a claim: one address for each thing said, one hop to its verb. Refused words come back as they were typed."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from amends.cases.queries import case_for
from amends.cases.verbs import answering
from amends.console.cases import show_case
from amends.console.page import HOME
from amends.faces.case_pages import CallForm, PersonForm, RefusalForm, StatementForm, WordsForm, uploaded
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.rulings.queries import open_review
from amends.rulings.verbs import accept_ruling, submit

APPROVED = say("已同意，消费者会收到通知。", "Approved. The consumer is told.")
REFUSED = say("已拒绝，理由已发给消费者。", "Refused. The consumer reads your reason.")
ASKED = say("已请消费者补充凭证，你的时限暂停。", "The consumer is asked for proof. Your clock stands still.")
CALLED = say("已请平台介入。", "The platform is called in.")
HEARD = say("已要求由人来裁决，机器不再单独决定。", "A person is asked for. No machine decides alone any more.")
STANDS = say("已接受裁决。双方都要接受的，另一方接受后生效。", "Accepted. Where both sides have to, it binds when the other one has too.")
GIVEN = say("已提交给平台，各方都能看到。", "Given to the platform. Every side can read it.")


def page_of(ref: str) -> str:
    """Where the case is shown."""
    return f"{HOME}cases/{ref}"


def answered(
    request: ActorRequest, ref: str, run: Callable[[], object], done: Text, *, opened: str = "", form: type[forms.Form] | None = None
) -> HttpResponse:
    """The verb was made and the case is shown again; or, refused, the form as it was typed."""

    def make() -> str:
        run()
        return page_of(ref)

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return show_case(request, ref, opened=opened, typed=form(request.POST, request.FILES) if form else None, refusal=refusal)
    tell(request, done)
    return response


@require_POST
@face("console")
def approval(request: ActorRequest, ref: str) -> HttpResponse:
    """The claim is approved."""
    return answered(request, ref, lambda: answering.approve(ref, by=request.actor), APPROVED)


@require_POST
@face("console")
def refusal(request: ActorRequest, ref: str) -> HttpResponse:
    """The claim is refused for a reason."""
    reason, words = given(request, "reason"), given(request, "words")

    def run() -> object:
        return answering.refuse(ref, reason=reason, words=words, by=request.actor)

    return answered(request, ref, run, REFUSED, opened="refusal", form=RefusalForm)


@require_POST
@face("console")
def proof_request(request: ActorRequest, ref: str) -> HttpResponse:
    """The consumer is asked for a proof."""
    words = given(request, "words")
    return answered(request, ref, lambda: answering.ask_proof(ref, words=words, by=request.actor), ASKED, opened="proof", form=WordsForm)


@require_POST
@face("console")
def review(request: ActorRequest, ref: str) -> HttpResponse:
    """The platform is called in."""
    words = given(request, "words")
    return answered(request, ref, lambda: answering.call_platform(ref, words=words, by=request.actor), CALLED, opened="call", form=CallForm)


@require_POST
@face("console")
def person(request: ActorRequest, ref: str) -> HttpResponse:
    """A person decides, and no machine rules any more."""
    words = given(request, "words")
    return answered(request, ref, lambda: answering.ask_person(ref, words=words, by=request.actor), HEARD, opened="person", form=PersonForm)


@require_POST
@face("console")
def acceptance(request: ActorRequest, ref: str) -> HttpResponse:
    """The ruling is accepted before its time."""
    return answered(request, ref, lambda: accept_ruling(ref, by=request.actor), STANDS)


@require_POST
@face("console")
def statement(request: ActorRequest, ref: str) -> HttpResponse:
    """Words and files are given to the review that is open."""
    case = case_for(ref, request.actor)
    going_on = open_review(case)
    if going_on is None:
        raise Unprocessable(say("现在没有需要举证的平台介入。", "No review is open to give evidence to."), code="no_review")
    form = StatementForm(request.POST, request.FILES)

    def run() -> None:
        if not form.is_valid():
            raise Unprocessable(say("凭证不能提交，请看下面的说明。", "The evidence can't be sent; see below."))
        pieces = uploaded(case.order.ref, form.cleaned_data["evidence"], request.actor)
        submit(going_on.ref, words=given(request, "words"), evidence=pieces, request=given(request, "request"), by=request.actor)

    return answered(request, ref, run, GIVEN, opened="statement", form=StatementForm)
