"""Our books against the gateways': the trend, what differs with its owner and age, one difference, and explaining it."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from amends.faces.charts import Chart, Series
from amends.faces.entering import ActorRequest, face, given
from amends.faces.told import acted
from amends.kernel import clock
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.reconciliation import queries
from amends.reconciliation.exports import differences_csv
from amends.reconciliation.models import Difference
from amends.reconciliation.owners import keepers
from amends.reconciliation.rules.words import BY_HAND, KIND_SAYS, KINDS, RESOLUTIONS, WHAT, gateway_name, state_name
from amends.reconciliation.verbs import explaining
from amends.refunds.bank.hands import may_keep

PATH = "/office/money/reconciliation/"
STATES: dict[str, Text] = {
    queries.OPEN: say("未结清", "Open"),
    queries.OVERDUE: say("已超时", "Overdue"),
    queries.MINE: say("我负责的", "Mine"),
    queries.CLOSED: say("已结清", "Closed"),
    queries.ALL: say("全部", "All"),
}


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """What differs, the most urgent first, below the trend and how each gateway stands."""
    choice = asked(request)
    page = Paginator(queries.differences(request.actor, choice), queries.PAGE).get_page(request.GET.get("page"))
    kept = {
        name: value for name in ("state", "gateway", "kind", "q") if (value := getattr(choice, name)) and (name, value) != ("state", "open")
    }
    counts = queries.counts(request.actor)
    rows = list(page.object_list)
    context = {
        "rows": [row_of(row, queries.case_refs(rows)) for row in rows], "page": page, "choice": choice, "counts": counts,
        "query": urlencode(kept), "filtered": len(kept) > 1,
        "states": [(key, name, f"?{urlencode({**kept, 'state': key})}", _count(counts, key)) for key, name in STATES.items()],
        "kinds": list(KINDS.items()), "chart": chart(request, choice.gateway),
        "standings": [(one, gateway_name(one.gateway)) for one in queries.standings(request.actor)], "may_keep": may_keep(request.actor),
    }  # fmt: skip
    return render(request, "office/money/reconciliation.html", context)


def asked(request: ActorRequest) -> queries.Choice:
    """Which differences the address means."""
    return queries.choice_of(**{name: str(request.GET.get(name, "")) for name in ("state", "gateway", "kind", "q")})


def _count(counts: queries.Counts, state: str) -> int | None:
    return {queries.OPEN: counts.open, queries.OVERDUE: counts.overdue, queries.MINE: counts.mine}.get(state)


def chart(request: ActorRequest, gateway: str) -> Chart:
    """Found and open, day by day; agreed rows on the right-hand axis."""
    days = queries.trend(request.actor, gateway=gateway)
    found, now = sum(day.found for day in days), days[-1].open_at_end
    finding = (
        say("{days} 天里发现 {n} 处，现在 {open} 处未结清", "{n} found in {days} days; {open} open now", days=len(days), n=found, open=now)
        if found or now
        else say("{days} 天里没有差异", "No difference in {days} days", days=len(days))
    )
    return Chart(
        title=say("差异与核对", "Differences and what agreed"),
        finding=finding,
        labels=[f"{day.day.month}/{day.day.day}" for day in days],
        series=[
            Series(say("新发现", "Found"), [day.found for day in days], colour="loss"),
            Series(say("未结清", "Open"), [day.open_at_end for day in days], drawn="line"),
            Series(
                say("对上的行（右轴）", "Rows that agreed (right axis)"), [day.matched for day in days], "rest", drawn="area", second=True
            ),
        ],
        label_name=say("日期", "Day"),
    )


def row_of(row: Difference, refs: dict[int, str]) -> dict[str, Any]:
    """A difference as lists show it."""
    return {
        "row": row, "url": f"{PATH}{row.ref}/", "kind": KINDS[row.kind], "what": WHAT.get(row.what), "gateway": gateway_name(row.gateway),
        "case": refs.get(row.case_id or 0, ""), "late": row.resolved_at is None and row.due_at <= clock.now(),
        "ours_state": state_name(row.ours_state), "theirs_state": state_name(row.theirs_state),
        "resolution": RESOLUTIONS.get(row.resolution),
    }  # fmt: skip


@require_GET
@face("office")
def exported(request: ActorRequest) -> HttpResponse:
    """The same list as CSV."""
    rows = list(queries.differences(request.actor, asked(request))[:100_000])
    answer = StreamingHttpResponse(differences_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="amends-differences.csv"'
    return cast(HttpResponse, answer)  # the middleware passes a stream on as it does a page


@require_GET
@face("office")
def one(request: ActorRequest, ref: str) -> HttpResponse:
    """One difference: both sides beside each other, every line of the statements about it, and how it is closed."""
    return _page(request, ref)


def _page(request: ActorRequest, ref: str, *, refusal: Refusal | None = None) -> HttpResponse:
    row = queries.difference(ref, request.actor)
    context = {
        **row_of(row, queries.case_refs([row])), "says": KIND_SAYS[row.kind], "refund": queries.refund_of(row),
        "lines": [(line, WHAT.get(line.kind), state_name(line.state)) for line in queries.lines_of(row)],
        "may_keep": may_keep(request.actor), "keepers": keepers(), "ways": [(key, RESOLUTIONS[key]) for key in BY_HAND],
        "typed": {"why": given(request, "why"), "resolution": given(request, "resolution")}, "refusal": refusal,
        "is_mine": row.owner_id == request.actor.user_id,
    }  # fmt: skip
    return render(request, "office/money/difference.html", context, status=refusal.status if refusal else 200)


@require_POST
@face("office")
def owner(request: ActorRequest, ref: str) -> HttpResponse:
    """Somebody else, or whoever asks, owns it from now on."""
    email = given(request, "owner").strip()
    done = say("负责人已更改。", "The owner was changed.")
    if email:
        return acted(request, lambda: explaining.give_to(ref, email, by=request.actor), f"{PATH}{ref}/", done)
    return acted(request, lambda: explaining.take_on(ref, by=request.actor), f"{PATH}{ref}/", done)


@require_POST
@face("office")
def explanation(request: ActorRequest, ref: str) -> HttpResponse:
    """It is closed, with the reason."""
    how, why = given(request, "resolution"), given(request, "why")
    try:
        done = say("这项差异已结清。", "The difference is closed.")
        return acted(request, lambda: explaining.explain(ref, how, why, by=request.actor), f"{PATH}{ref}/", done)
    except Refusal as refused:
        if refused.status != 422:
            raise
        return _page(request, ref, refusal=refused)
