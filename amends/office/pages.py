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
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.kernel.texts import Text, say
from amends.market import journey
from amends.market.models import Consumer, Merchant, Order, OrderLine, Product
from amends.market.rules.specs import SIMULATED
from amends.people.models import User
from amends.people.rules import ROLES, Role
from amends.plumbing.models import Beat

MOST_PEOPLE = 200
PROMISES: dict[str, Text] = {
    "chains": say("时间线的哈希一环扣一环", "The timeline's hashes follow from each other"),
    "texts": say("文字写下后没有被改过", "No text was changed after it was written"),
    "entries": say("每条时间线都属于一张售后单", "Every timeline row belongs to a case"),
    "waits": say("未结的事都在等某一方，到某一时刻为止", "Every open life waits for somebody until an instant"),
    "deadlines": say("已经往前走的事没有留下时限", "No deadline of a life that has moved on is open"),
    "clocks": say("没有别的时限在走时，没有时限停着不走", "No clock stands still while nothing else runs"),
    "queues": say("队列里的每一项都有未到的时限", "Whoever stands in a queue is waited for"),
    "overdue": say("时钟运行时，没有时限超过 60 秒未处理", "No deadline is overdue by more than 60 s while a clock runs"),
    "notices": say("时间线的每一步都告诉了该告诉的人", "Of every line of a timeline whoever the table names has a notice"),
    "messages": say("没有发完的消息都会按时再看", "Every message that is not at its end is looked at again, in time"),
    "grants": say("给付完成的都付了款，付了款的都有给付", "What is done was paid, what is paid was owed"),
    "claims": say("没有商品被给付两次，件数与申请一致", "No unit is granted twice, and each case claims what it says"),
    "granted": say("价款、运费、包装费的给付与计数一致", "No price, freight or packaging is granted back beyond what was counted"),
    "closed": say("结案的售后单没有未了的事", "Nothing of a closed case is open"),
    "approvals": say("批准的都照办并记了一次账，没批的没有动", "What was approved was done and noted once, and nothing else"),
    "walls": say("谁都不许改的，程序的数据库角色也改不了", "What nobody may change, the application's role cannot change"),
    "books": say("账目平衡，退款不超过实付", "The books balance and no refund exceeds what was captured"),
}


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
                "promise": PROMISES.get(check.name) or say(check.promise, check.promise),
                "offenders": offenders[:50],
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
