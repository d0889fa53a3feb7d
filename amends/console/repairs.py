"""Repairs of the shop: all that wait, nearest first, and one job with what is done about it. Appointments and workshops: workshops.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.verbs.uploading import upload
from amends.console.page import HOME, shown
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.repair_lists import repairs_page
from amends.faces.repairing import attempt_of, lending_of, warranties_of, workshops_of
from amends.faces.told import tell
from amends.kernel.money import Money, MoneyError
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.repairs import verbs
from amends.repairs.booking import book
from amends.repairs.queries import repair_by_ref

AT = f"{HOME}repairs"
ON_RECORD = say("已登记。", "On record.")
MOST_ROWS = 5


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """Every repair of the shop that fits the filters, what waits for parts too, the nearest limit first."""
    return repairs_page(request, shown, AT, HOME, opens_job=True)


@require_GET
@face("console")
def job(request: ActorRequest, ref: str) -> HttpResponse:
    """One attempt with all that is known of it, and what may be done."""
    return _job(request, ref)


@require_POST
@face("console")
def booking(request: ActorRequest, ref: str) -> HttpResponse:
    """It is given to a workshop (what came by post), or stays with the shop itself."""
    return _done(request, ref, "book", lambda _: book(ref, workshop=given(request, "workshop"), by=request.actor))


@require_POST
@face("console")
def diagnosis(request: ActorRequest, ref: str) -> HttpResponse:
    """What is wrong with it."""
    return _done(
        request, ref, "diagnose", lambda photos: verbs.diagnose(ref, words=given(request, "words"), photos=photos, by=request.actor)
    )


@require_POST
@face("console")
def quote(request: ActorRequest, ref: str) -> HttpResponse:
    """What it costs, and why it is not free."""

    def run(photos: list[str]) -> object:
        currency = repair_by_ref(ref, request.actor).case.currency
        minor, misuse = _minor(given(request, "amount"), currency, "amount_minor"), bool(given(request, "misuse"))
        return verbs.quote(ref, amount_minor=minor, words=given(request, "words"), misuse=misuse, photos=photos, by=request.actor)

    return _done(request, ref, "quote", run)


@require_POST
@face("console")
def parts(request: ActorRequest, ref: str) -> HttpResponse:
    """The parts that it waits for, one in each row of the form."""
    rows = zip(*(request.POST.getlist(name)[:MOST_ROWS] for name in ("name", "number", "quantity")), strict=False)
    wanted = [verbs.PartWanted(name, number, _whole(quantity)) for name, number, quantity in rows if name.strip()]
    return _done(request, ref, "order_parts", lambda _: verbs.order_parts(ref, parts=wanted, by=request.actor))


@require_POST
@face("console")
def arrival(request: ActorRequest, ref: str) -> HttpResponse:
    """The parts have come."""
    return _done(request, ref, "bring_parts", lambda _: verbs.bring_parts(ref, by=request.actor))


@require_POST
@face("console")
def handing_back(request: ActorRequest, ref: str) -> HttpResponse:
    """It is repaired and goes back, by a courier or into the consumer's hands."""
    tests = [line.strip() for line in given(request, "tests").splitlines() if line.strip()]
    label = {name: given(request, name) for name in ("carrier", "waybill")}
    return _done(
        request, ref, "hand_back",
        lambda photos: verbs.hand_back(ref, words=given(request, "words"), tests=tests, photos=photos, **label, by=request.actor),
    )  # fmt: skip


@require_POST
@face("console")
def giving_up(request: ActorRequest, ref: str) -> HttpResponse:
    """It can't be repaired."""
    return _done(request, ref, "give_up", lambda _: verbs.give_up(ref, words=given(request, "words"), by=request.actor))


def _done(request: ActorRequest, ref: str, form: str, run: Callable[[list[str]], object]) -> HttpResponse:
    row = repair_by_ref(ref, request.actor)
    files = request.FILES.getlist("files")

    def make() -> str:
        order = row.case.order.ref
        run([upload(order, name=one.name or "", stream=one, by=request.actor).ref for one in files])
        return f"{AT}/{row.ref}"

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _job(request, ref, refusal=refusal, form=form)
    tell(request, ON_RECORD)
    return response


def _job(request: ActorRequest, ref: str, *, refusal: Unprocessable | None = None, form: str = "") -> HttpResponse:
    row = repair_by_ref(ref, request.actor)
    typed = {name: str(value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "idempotency_key")}
    context: dict[str, Any] = {
        "one": attempt_of(row, request.actor), **lending_of(row, request.actor),
        "workshops": workshops_of(row.merchant_id), "warranties": warranties_of(row.case),
        "refusal": refusal, "wrong": _wrong(refusal), "form": form, "typed": typed if refusal else {}, "part_rows": range(MOST_ROWS),
        "nav_here": AT,
    }  # fmt: skip
    return shown(request, "console/repair.html", context, status=refusal.status if refusal else 200)


def _wrong(refusal: Unprocessable | None) -> list[Text]:
    return list({text.en: text for text in refusal.fields.values()}.values()) if refusal else []


def _whole(text: str) -> int:
    plain = text.strip() or "1"
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 4 else 0


def _minor(text: str, currency: str, field: str) -> int:
    try:
        return Money.parse(text.strip().lstrip("¥￥$€£").replace(",", "") or "0", currency).minor
    except MoneyError as wrong:
        raise Unprocessable.field(field, wrong.text, code="wrong_amount") from wrong
