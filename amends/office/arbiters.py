"""Who judges, to whom they are related, and who tests goods: the record that reviews are given out by. Kept by supervisors and
administrators; everybody else of the office reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.judging import ANY, named_languages, named_skills, skill_choices
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.people.models import User
from amends.people.rules import Role
from amends.rulings import verbs
from amends.rulings.assigning import is_away, loads_of
from amends.rulings.models import ArbiterProfile, Relation, TestingBody
from amends.rulings.rules.testing import COST_RULE
from amends.rulings.verbs.arbiters import may_keep

PATH = "/office/arbiters/"
DONE = say("已登记。", "On record.")
MOST = 200


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """The whole record."""
    return _shown(request)


def _shown(request: ActorRequest, refusal: Unprocessable | None = None) -> HttpResponse:
    known = {row.user_id: row for row in ArbiterProfile.objects.all()}
    people = User.objects.filter(memberships__role=Role.ARBITER.value, is_active=True).distinct().order_by("name", "pk")[:MOST]
    loads = loads_of(known)
    context: dict[str, Any] = {
        "rows": [_row(user, known.get(user.pk), loads.get(user.pk, 0)) for user in people],
        "may": may_keep(request.actor),
        "relations": Relation.objects.filter(ended_at__isnull=True).select_related("user", "merchant").order_by("-made_at")[:MOST],
        "bodies": [(one, named_skills(one.skills)) for one in TestingBody.objects.filter(ended_at__isnull=True).order_by("name_zh")[:MOST]],
        "cost_rule": COST_RULE, "skills": skill_choices(()),
        "shops": Merchant.objects.order_by("name_zh")[:MOST], "refusal": refusal, "path": PATH,
    }  # fmt: skip
    return render(request, "office/arbiters.html", context, status=refusal.status if refusal else 200)


def _row(user: User, row: ArbiterProfile | None, load: int) -> dict[str, Any]:
    """An arbiter with their record, if there is one, in words and as it can be changed."""
    words = (named_skills(row.skills) or ANY, named_languages(row) or ANY) if row is not None else (None, None)
    return {
        "user": user, "row": row, "load": load, "is_away": row is not None and is_away(row), "skills": words[0], "languages": words[1],
        "choices": skill_choices(row.skills if row is not None else ()),
    }  # fmt: skip


def _profile(request: ActorRequest) -> object:
    return verbs.keep_arbiter(
        given(request, "email"), skills=_listed(request, "skills"), languages=request.POST.getlist("languages"),
        rank=_number(request, "rank"), load_most=_number(request, "load_most"), by=request.actor,
    )  # fmt: skip


def _relation(request: ActorRequest) -> object:
    fields = {name: given(request, name) for name in ("why", "email")}
    return verbs.declare_relation(given(request, "merchant"), **fields, by=request.actor)


def _relation_end(request: ActorRequest) -> object:
    return verbs.end_relation(_number(request, "relation"), by=request.actor)


def _body(request: ActorRequest) -> object:
    fields = {name: given(request, name) for name in ("key", "name_zh", "name_en", "address")}
    return verbs.add_body(**fields, skills=_listed(request, "skills"), by=request.actor)


def _body_end(request: ActorRequest) -> object:
    return verbs.end_body(given(request, "body"), by=request.actor)


ACTS: dict[str, Callable[[ActorRequest], object]] = {
    "profile": _profile, "relation": _relation, "relation-end": _relation_end, "body": _body, "body-end": _body_end,
}  # fmt: skip


@require_POST
@face("office")
def acted_on(request: ActorRequest, noun: str) -> HttpResponse:
    """The record is changed; refused, the page says why."""

    def run() -> str:
        ACTS[noun](request)
        return PATH

    try:
        response = act(request, run)
    except Unprocessable as refusal:
        return _shown(request, refusal)
    tell(request, DONE)
    return response


def _listed(request: ActorRequest, name: str) -> list[str]:
    """What was chosen under this name; keys with commas between are taken as well."""
    return [one.strip() for given_ in request.POST.getlist(name) for one in str(given_).replace("，", ",").split(",") if one.strip()]


def _number(request: ActorRequest, name: str) -> int:
    written = given(request, name).strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise Unprocessable.field(name, say("请填一个整数。", "A whole number is wanted."), code="no_number")
    return int(written)
