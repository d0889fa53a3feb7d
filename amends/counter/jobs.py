"""A workshop's own jobs: the list by what is next, and one job with everything that can be done to it now.

Photos are taken in as the merchant's whose job it is, after it was found to be this workshop's; other files of the case stay closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.verbs.uploading import upload
from amends.cases.words import stage_name
from amends.counter.page import HOME, shown
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.evidence_files import strict
from amends.faces.forms import MoneyField
from amends.faces.told import tell
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.facts import ISSUE_NAMES, IssueType
from amends.repairs import agenda, verbs
from amends.repairs.booking import is_visitable, takes_time
from amends.repairs.hands import job_of
from amends.repairs.loans import free_loan_units, loans_seen_by, may_lend
from amends.repairs.models import Repair
from amends.repairs.queries import views, with_words
from amends.repairs.verbs import PartWanted

FOUND = say("检测结论已写下，可以动手修了。", "Written down. The work can begin.")
QUOTED = say("报价已发给消费者。", "The quote is with the consumer.")
ORDERED = say("配件已登记，到货后点“配件到了”。", "The parts are ordered. Say so when they come.")
HERE = say("配件已到，可以接着修。", "The parts are here; go on.")
BACK = say("已登记交还，消费者开始试用。", "Handed back. The consumer's trial begins.")
FAILED = say("已登记没有修好，接下来按规则处理。", "Recorded. What follows goes by rule.")
WAYS = {"post": say("寄修", "by post"), "workshop": say("到店", "at the workshop"), "home": say("上门", "at home")}
PARTS_SHOWN = 3


@require_GET
@face("counter")
def listed(request: ActorRequest) -> HttpResponse:
    """Everything under way, the nearest limit first."""
    rows = [(job, WAYS[job.way]) for job in agenda.jobs(request.actor)]
    return shown(request, "counter/jobs.html", {"jobs": rows})


@require_GET
@face("counter")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One job."""
    return _job(request, ref)


def _job(request: ActorRequest, ref: str, refusal: Unprocessable | None = None, form: str = "") -> HttpResponse:
    repair, hand = job_of(ref, request.actor)
    view = views(list(with_words(Repair.objects.filter(merchant_id=repair.merchant_id, pk=repair.pk))))[0]
    visits = agenda.visits_of(repair)
    loan = loans_seen_by(request.actor).filter(repair_id=repair.pk).first()
    lends = may_lend(repair) and (loan is None or loan.is_over)
    context: dict[str, Any] = {
        "view": view, "repair": repair, "title": say(view.name_zh, view.name_en), "way": WAYS[repair.way], "due_at": agenda.due_of(repair),
        "issue": ISSUE_NAMES.get(IssueType(repair.case.issue)), "claim": agenda.claim_of(repair),
        "stage": stage_name("repair", repair.stage), "can": dict.fromkeys(repair.offered(hand), True), "visits": visits,
        "visit": agenda.visit_ahead(visits), "may_book": is_visitable(repair) and takes_time(repair),
        "currency": repair.case.currency, "loan": loan,
        "loan_name": say(loan.unit.name_zh, loan.unit.name_en) if loan else None,
        "loan_can": dict.fromkeys(loan.offered(hand), True) if loan else {},
        "loan_units": [(unit, say(unit.name_zh, unit.name_en)) for unit in free_loan_units(repair)[:20]] if lends else [],
        "refusal": refusal, "form": form, "typed": request.POST if refusal else {}, "part_rows": range(1, PARTS_SHOWN + 1),
        "wrong": list({text.en: text for text in refusal.fields.values()}.values()) if refusal else [],
    }  # fmt: skip
    return shown(request, "counter/job.html", context, status=refusal.status if refusal else 200)


@require_POST
@face("counter")
def diagnosis(request: ActorRequest, ref: str) -> HttpResponse:
    """What is wrong, in words and photos."""

    def run(hand: Actor, photos: list[str]) -> object:
        return verbs.diagnose(ref, words=given(request, "words"), photos=photos, by=hand)

    return _with_photos(request, ref, run, FOUND, "diagnosis")


@require_POST
@face("counter")
def quote(request: ActorRequest, ref: str) -> HttpResponse:
    """What it costs out of warranty; the consumer says yes or no."""

    def run(hand: Actor, photos: list[str]) -> object:
        amount = _amount(given(request, "amount"), job_of(ref, hand)[0].case.currency)
        misuse = bool(given(request, "misuse"))
        return verbs.quote(ref, amount_minor=amount, words=given(request, "words"), misuse=misuse, photos=photos, by=hand)

    return _with_photos(request, ref, run, QUOTED, "quote")


@require_POST
@face("counter")
def parts(request: ActorRequest, ref: str) -> HttpResponse:
    """The job waits for spare parts."""
    wanted = [
        PartWanted(name, given(request, f"number_{n}"), _whole(given(request, f"quantity_{n}", "1")))
        for n in range(1, PARTS_SHOWN + 1)
        if (name := given(request, f"name_{n}").strip())
    ]
    return _done(request, ref, lambda: verbs.order_parts(ref, parts=wanted, by=request.actor), ORDERED, "parts")


@require_POST
@face("counter")
def parts_arrival(request: ActorRequest, ref: str) -> HttpResponse:
    """They are here."""
    return _done(request, ref, lambda: verbs.bring_parts(ref, by=request.actor), HERE, "arrival")


@require_POST
@face("counter")
def handing_back(request: ActorRequest, ref: str) -> HttpResponse:
    """Repaired, tested, and with the consumer again or on its way."""
    tests = [line.strip() for line in given(request, "tests").splitlines() if line.strip()]
    sent = {"carrier": given(request, "carrier"), "waybill": given(request, "waybill")}

    def run(hand: Actor, photos: list[str]) -> object:
        return verbs.hand_back(ref, words=given(request, "words"), tests=tests, photos=photos, **sent, by=hand)

    return _with_photos(request, ref, run, BACK, "hand-back")


@require_POST
@face("counter")
def failure(request: ActorRequest, ref: str) -> HttpResponse:
    """It could not be repaired."""
    return _done(request, ref, lambda: verbs.give_up(ref, words=given(request, "words"), by=request.actor), FAILED, "failure")


@require_GET
@face("counter")
def photo(request: ActorRequest, ref: str, evidence: str) -> HttpResponse:
    """A photo of this very job."""
    repair, hand = job_of(ref, request.actor)
    if evidence not in (*repair.photos_before, *repair.photos_after):
        raise NotFound
    # A response that streams is one all the same; the door of the face only looks who enters.
    return cast(HttpResponse, strict(evidence, [hand], thumb=request.GET.get("size") == "thumb", save=False))


def _with_photos(request: ActorRequest, ref: str, run: Callable[[Actor, list[str]], object], done: Text, form: str) -> HttpResponse:
    repair, hand = job_of(ref, request.actor)
    files = request.FILES.getlist("files")

    def whole() -> object:
        order = repair.case.order.ref
        return run(hand, [upload(order, name=file.name or "", stream=file, by=hand).ref for file in files])

    return _done(request, ref, whole, done, form)


def _done(request: ActorRequest, ref: str, run: Callable[[], object], done: Text, form: str) -> HttpResponse:
    def make() -> str:
        run()
        return f"{HOME}jobs/{ref}"

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _job(request, ref, refusal, form)
    tell(request, done)
    return response


def _amount(text: str, currency: str) -> int:
    """What was typed, in minor units. Raises Unprocessable."""
    try:
        return MoneyField(currency=currency).clean(text) or 0
    except ValidationError as wrong:
        raise Unprocessable.field("amount", say("请写成 128.00 这样的金额。", "Write a sum like 128.00."), code="wrong_amount") from wrong


def _whole(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 6 else 0
