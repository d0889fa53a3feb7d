"""The office's plain pages: where the data come from, the invariants checked on demand, who may do what."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.db.models import CharField, Count, F, Func, Max, Min, Q, Value
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from amends.cases.models import Case
from amends.faces.entering import ActorRequest, face
from amends.faces.words import language
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.findings import words_of
from amends.kernel.texts import say
from amends.market import journey
from amends.market.models import Consumer, Merchant, Order, OrderLine, Product
from amends.market.rules.specs import SIMULATED
from amends.people.models import User
from amends.people.rules import ROLES, Role
from amends.plumbing.models import Beat

MOST_PEOPLE = 200


@require_GET
@face("office")
def data(request: ActorRequest) -> HttpResponse:
    """Where orders come from, how they were taken in, and what of them is simulated."""
    # `The Complete Journey, 84.51°: basket 41, store 3`: what stands before the colon is the source, the rest names the record.
    head = Func(F("source"), Value(":"), Value(1), function="split_part", output_field=CharField())
    sources = Order.objects.exclude(source="").annotate(name=head).order_by().values("name").annotate(n=Count("pk")).order_by("-n")[:20]
    marks: dict[str, int] = {}
    for kinds, n in Order.objects.order_by().values_list("simulated").annotate(n=Count("pk")):
        for kind in kinds:
            marks[kind] = marks.get(kind, 0) + n
    days = Order.objects.aggregate(first=Min("placed_at"), last=Max("placed_at"), n=Count("pk"))
    products = Product.objects.aggregate(n=Count("pk"), invented=Count("pk", filter=Q(invented=True)))
    context = {
        "notice": journey.NOTICE,
        "source": journey.SOURCE,
        "sources": sources,
        "days": days,
        "products": products,
        "simulated": [(SIMULATED[kind], n) for kind, n in sorted(marks.items(), key=lambda row: -row[1]) if kind in SIMULATED],
        "counts": {
            "merchants": Merchant.objects.count(),
            "consumers": Consumer.objects.count(),
            "lines": OrderLine.objects.count(),
            "cases": Case.objects.count(),
        },
    }
    return render(request, "office/data.html", context)


@require_http_methods(["GET", "POST"])
@face("office")
def checks(request: ActorRequest) -> HttpResponse:
    """The invariants; a POST runs them now and shows what each found. They read everything and change nothing."""
    ran = request.method == "POST"
    rows: list[dict[str, Any]] = []
    for check in CHECKS:
        began = monotonic()
        offenders = check.offenders() if ran else []
        rows.append(
            {
                "name": check.name,
                "promise": check.promise,
                "mend": check.mend,
                "offenders": [words_of(one, language()) for one in offenders[:50]],
                "n": len(offenders),
                "took": f"{(monotonic() - began) * 1000:,.0f}",
            }
        )
    broken = sum(1 for row in rows if row["n"])
    beats = Beat.objects.order_by("name")
    context = {"ran": ran, "rows": rows, "broken": broken, "at": clock.now(), "beats": beats, "machine": clock.machine_now()}
    return render(request, "office/verify.html", context, status=200)


@require_GET
@face("office")
def people(request: ActorRequest) -> HttpResponse:
    """Users with their roles, and what each role is for."""
    users = User.objects.prefetch_related("memberships__merchant", "memberships__consumer").order_by("pk")[:MOST_PEOPLE]
    rows = [{"user": user, "roles": [_role(member) for member in user.memberships.all()]} for user in users]
    roles = [
        {"name": row.name, "key": role.value, "party": row.party.value, "faces": [FACES[face] for face in row.faces]}
        for role, row in ROLES.items()
    ]
    return render(request, "office/people.html", {"people": rows, "roles": roles, "total": User.objects.count()})


FACES = {
    "portal": say("消费者端", "portal"),
    "console": say("商家台", "console"),
    "counter": say("维修台", "counter"),
    "desk": say("平台工作台", "desk"),
    "office": say("管理后台", "office"),
}


def _role(member: Any) -> dict[str, Any]:
    side = member.merchant or member.consumer
    return {
        "name": ROLES[Role(member.role)].name,
        "party": ROLES[Role(member.role)].party.value,
        "side": say(side.name_zh, side.name_en) if side else None,
    }
