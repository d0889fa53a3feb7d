"""The shop's workshops: where and when they work, who works there, what they lend; and appointments for its repairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.console.page import HOME, shown
from amends.faces.appointing import times_page
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.forms import MoneyField
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.rules.goods import CLASSES
from amends.policy.rules.facts import GOODS_NAMES
from amends.repairs import loans
from amends.repairs import workshops as keeping
from amends.repairs.hands import job_of
from amends.repairs.models import Workshop
from amends.shipping.addressing import read_hours, typed_hours

AT = f"{HOME}workshops"
SAVED = say("已保存。", "Saved.")
CLOSED = say("已停用，不再接新的维修。", "Closed. It takes no new jobs.")
LEFT = say("不再给这位排新的预约。", "They take no new appointments.")
OFF = say("这台备用机不再借出。", "This unit is lent no more.")
DONE = say("已登记。", "On record.")
WAYS = (("home", say("上门", "at home")), ("workshop", say("到店", "at the workshop")), ("post", say("寄修", "by post")))
FIELDS = ("key", "name_zh", "name_en", "address", "zones", "hours", "tz", "slot_minutes")
LOAN_ACTS: dict[str, Callable[..., object]] = {
    "hand-out": loans.hand_out, "return": loans.bring_back, "write-off": loans.write_off_loan, "dropping": loans.drop_loan,
}  # fmt: skip
WITH_CONDITION = ("hand-out", "return")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """All workshops and loan units; `?shop=` fills the form with one that is to change."""
    chosen = keeping.workshops(request.actor).filter(ref=request.GET.get("shop", "")).first()
    return _shown(request, typed=_typed(chosen) if chosen else {"tz": "Asia/Shanghai", "slot_minutes": "60"}, ticked=_ticked(chosen))


@require_POST
@face("console")
def entry(request: ActorRequest) -> HttpResponse:
    """The workshop is as the form says."""
    typed = {name: given(request, name) for name in FIELDS}
    ticked = {name: request.POST.getlist(name) for name in ("ways", "skills")}

    def run() -> object:
        told = {name: typed[name] for name in ("name_zh", "name_en", "address", "tz")}
        minutes = int(typed["slot_minutes"]) if typed["slot_minutes"].isdecimal() and len(typed["slot_minutes"]) < 5 else 0
        more = {"zones": _listed(typed["zones"]), "hours": _hours(typed["hours"]), "slot_minutes": minutes}
        return keeping.save_workshop(typed["key"], {**told, **more, **ticked}, by=request.actor)

    return _done(request, run, SAVED, typed, ticked)


@require_POST
@face("console")
def closing(request: ActorRequest, ref: str) -> HttpResponse:
    """It takes no new jobs."""
    return _done(request, lambda: keeping.close_workshop(ref, by=request.actor), CLOSED)


@require_POST
@face("console")
def technicians(request: ActorRequest, ref: str) -> HttpResponse:
    """A technician more, or one changed."""
    most = given(request, "day_most", "8")
    told = {"name": given(request, "name"), "email": given(request, "email"), "day_most": int(most) if most.isdecimal() else 0}
    return _done(request, lambda: keeping.save_technician(ref, told, ref=given(request, "technician"), by=request.actor), SAVED)


@require_POST
@face("console")
def leaving(request: ActorRequest, ref: str) -> HttpResponse:
    """A technician takes no new appointments."""
    return _done(request, lambda: keeping.end_technician(ref, by=request.actor), LEFT)


@require_POST
@face("console")
def units(request: ActorRequest) -> HttpResponse:
    """A unit more that may be lent."""

    def run() -> object:
        told = {name: given(request, name) for name in ("name_zh", "name_en", "serial", "goods_class", "workshop")}
        return keeping.save_loan_unit(told | {"value_minor": _worth(given(request, "value"))}, by=request.actor)

    return _done(request, run, SAVED)


@require_POST
@face("console")
def unit_ending(request: ActorRequest, ref: str) -> HttpResponse:
    """It is lent no more."""
    return _done(request, lambda: keeping.end_loan_unit(ref, by=request.actor), OFF)


@require_POST
@face("console")
def loan(request: ActorRequest, ref: str, what: str) -> HttpResponse:
    """A loan unit is handed out, back, written off, or not needed."""
    more: dict[str, Any] = {"charge": bool(given(request, "charge"))} if what == "write-off" else {}
    if what in WITH_CONDITION:
        more = {"condition": given(request, "condition")}
    return _done(request, lambda: LOAN_ACTS[what](ref, **more, by=request.actor), DONE)


@require_POST
@face("console")
def lending(request: ActorRequest, ref: str) -> HttpResponse:
    """A loan unit is promised for the repair."""
    return _done(request, lambda: loans.promise_loan(ref, unit=given(request, "unit"), by=request.actor), DONE)


@require_http_methods(["GET", "POST"])
@face("console")
def times(request: ActorRequest, ref: str) -> HttpResponse:
    """Free times of one of the shop's repairs."""
    job, _ = job_of(ref, request.actor)
    home = f"{HOME}cases/{job.case.ref}"
    frame = lambda context, status: shown(request, "console/times.html", {**context, "case_url": home}, status=status)  # noqa: E731
    return times_page(request, ref, frame, home)


def _done(request: ActorRequest, run: Callable[[], object], done: Text, typed: Mapping[str, str] | None = None,
          ticked: Mapping[str, list[str]] | None = None) -> HttpResponse:  # fmt: skip
    def make() -> str:
        run()
        return AT

    try:
        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, typed=typed or {"tz": "Asia/Shanghai", "slot_minutes": "60"}, ticked=ticked, refusal=refusal)
    tell(request, done)
    return response


def _shown(request: ActorRequest, *, typed: Mapping[str, str], ticked: Mapping[str, list[str]] | None = None,
           refusal: Unprocessable | None = None) -> HttpResponse:  # fmt: skip
    on = ticked or {"ways": ["home", "workshop", "post"], "skills": []}
    lent = loans.loans_seen_by(request.actor)[:50]
    context = {
        "shops": [
            (shop, say(shop.name_zh, shop.name_en), [words for key, words in WAYS if key in shop.ways], sorted(
                (one for one in shop.technicians.all() if one.ended_at is None), key=lambda one: one.pk))
            for shop in keeping.workshops(request.actor)
        ],
        "units": [(unit, say(unit.name_zh, unit.name_en)) for unit in keeping.loan_units(request.actor)[:100]],
        "loans": [(row, say(row.unit.name_zh, row.unit.name_en), dict.fromkeys(row.offered(request.actor), True)) for row in lent],
        "ways": [(key, words, key in on["ways"]) for key, words in WAYS],
        "skills": [(key.value, words, key.value in on["skills"]) for key, words in GOODS_NAMES.items() if key.value in CLASSES],
        "typed": typed, "refusal": refusal, "wrong": refusal.fields if refusal else {}, "nav_here": AT,
    }  # fmt: skip
    return shown(request, "console/workshops.html", context, status=refusal.status if refusal else 200)


def _typed(shop: Workshop) -> dict[str, str]:
    told = {name: str(getattr(shop, name)) for name in FIELDS if name not in ("zones", "hours")}
    return told | {"zones": ", ".join(shop.zones), "hours": typed_hours(shop.hours)}


def _ticked(shop: Workshop | None) -> dict[str, list[str]] | None:
    return {"ways": shop.ways, "skills": shop.skills} if shop else None


def _listed(text: str) -> list[str]:
    return [zone.strip() for zone in text.replace("，", ",").replace("、", ",").split(",") if zone.strip()]


def _hours(text: str) -> list[dict[str, Any]]:
    try:
        return [dict(span) for span in read_hours(text)]
    except ValueError as wrong:
        why = say("时间要写成“1-5 09:00-18:00”，一行一条。", "Hours are written like “1-5 09:00-18:00”, one row a line.")
        raise Unprocessable.field("hours", why, code="wrong_hours") from wrong


def _worth(text: str) -> int:
    try:
        return MoneyField().clean(text) or 0
    except ValidationError as wrong:
        raise Unprocessable.field("value", say("请写成 1280.00 这样的金额。", "Write a sum like 1280.00."), code="wrong_amount") from wrong
