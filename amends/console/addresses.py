"""The shop's book of addresses that goods come back to: read, written, ended. Each act one hop to its verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.cases.models import Case
from amends.console.page import HOME, shown
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.policy.rules.facts import GOODS_NAMES
from amends.returns.addressing import BREACHES
from amends.shipping.addresses import Given, book, end_address, put_address
from amends.shipping.addressing import hours_words, read_hours, typed_hours
from amends.shipping.models import ReturnAddress

KEPT = say("已保存，以后的退货寄到这里。", "Saved. Returns go there from now on.")
ENDED = say("已停用，以后的退货不再寄到这里。", "Ended. No new return goes there.")
FIELDS = ("key", "name", "phone", "address", "place", "zones", "hours", "tz")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """The book, and a form for another entry; `?entry=` fills it with one that is to change."""
    rows = book(request.actor)
    chosen = next((row for row in rows if row.ref == request.GET.get("entry", "")), None)
    return _shown(request, rows, typed=_typed(chosen) if chosen else {"tz": "Asia/Shanghai"}, goods=chosen.goods if chosen else ())


@require_POST
@face("console")
def entry(request: ActorRequest) -> HttpResponse:
    """The entry stands in the book."""
    typed = {name: given(request, name) for name in FIELDS}
    goods = request.POST.getlist("goods")

    def made() -> str:
        put_address(_given(typed, goods, default=bool(given(request, "is_default"))), by=request.actor)
        return f"{HOME}addresses"

    try:
        answer = act(request, made)
    except Unprocessable as refusal:
        return _shown(request, book(request.actor), typed=typed, goods=goods, refusal=refusal)
    tell(request, KEPT)
    return answer


@require_POST
@face("console")
def ending(request: ActorRequest, ref: str) -> HttpResponse:
    """No new parcel goes there."""

    def made() -> str:
        end_address(ref, by=request.actor)
        return f"{HOME}addresses"

    try:
        answer = act(request, made)
    except Unprocessable as refusal:
        return _shown(request, book(request.actor), typed={"tz": "Asia/Shanghai"}, refusal=refusal)
    tell(request, ENDED)
    return answer


def _given(typed: Mapping[str, str], goods: Sequence[str], *, default: bool) -> Given:
    try:
        hours = read_hours(typed["hours"])
    except ValueError as wrong:
        why = say("时间要写成“1-5 09:00-18:00”，一行一条。", "Hours are written like “1-5 09:00-18:00”, one row a line.")
        raise Unprocessable.field("hours", why, code="wrong_address") from wrong
    zones = [zone for zone in typed["zones"].replace("，", ",").replace("、", ",").split(",") if zone.strip()]
    words = {name: typed[name] for name in ("key", "name", "phone", "address", "place", "tz")}
    return Given(**words, zones=zones, goods=list(goods), hours=hours, is_default=default)


def _typed(row: ReturnAddress) -> dict[str, Any]:
    words: dict[str, Any] = {name: getattr(row, name) for name in ("key", "name", "phone", "address", "place", "tz", "is_default")}
    return words | {"zones": ", ".join(row.zones), "hours": typed_hours(row.hours)}


def _shown(
    request: ActorRequest, rows: Sequence[ReturnAddress], *, typed: Mapping[str, Any], goods: Sequence[str] = (),
    refusal: Unprocessable | None = None,
) -> HttpResponse:  # fmt: skip
    breaches = Case.objects.visible_to(request.actor).filter(**{f"counts__{BREACHES}__gte": 1}).count()
    context = {
        "rows": [(row, hours_words(row.hours), [_goods(name) for name in row.goods]) for row in rows], "typed": typed,
        "goods": [(key.value, words, key.value in goods) for key, words in GOODS_NAMES.items()], "refusal": refusal,
        "wrong": refusal.fields if refusal else {}, "breaches": breaches, "nav_here": f"{HOME}addresses",
    }  # fmt: skip
    return shown(request, "console/addresses.html", context, status=refusal.status if refusal else 200)


def _goods(name: str) -> Text:
    return next((words for key, words in GOODS_NAMES.items() if key.value == name), say("{name}", "{name}", name=name))
