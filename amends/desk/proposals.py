"""Who should bear a cost, as the record suggests it: one click asks, another dismisses. What comes of it: charges.py."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.desk.page import HOME, shown
from amends.faces.bearing import choices
from amends.faces.case_pages import picked, with_query
from amends.faces.entering import ActorRequest, face, given
from amends.faces.told import acted
from amends.kernel.texts import say
from amends.liability.proposing import dismiss, take_up
from amends.liability.queries.proposals import STATES, proposal, proposals
from amends.liability.rules import PARTY_WORDS

AT = f"{HOME}proposals"
ASKED = say("已按建议提出追偿。", "It is asked as proposed.")
GONE = say("已不采用这条建议。", "The proposal is dismissed.")


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """Proposals, the newest first; the open ones unless another state is asked for."""
    picks = {"state": choices(STATES), "party": choices(PARTY_WORDS, ("carrier", "supplier", "merchant"))}
    asked = {name: picked(request, name, options) for name, options in picks.items()}
    found = proposals(request.actor, asked if request.GET else asked | {"state": "proposed"}, after=request.GET.get("after", ""))
    context = {
        "rows": found.rows, "at": AT, "path": AT, "nav_here": AT, "cases": f"{HOME}cases/", "charges": f"{HOME}charges/",
        "picks": [(name, options, asked[name]) for name, options in picks.items()], "filtered": any(asked.values()),
        "next_url": with_query(AT, **asked, after=found.after) if found.after else "",
    }  # fmt: skip
    return shown(request, "desk/proposals.html", context)


@require_POST
@face("desk")
def asking(request: ActorRequest, ref: str) -> HttpResponse:
    """The bearer is asked, for the reasons that were proposed."""
    case = proposal(ref, request.actor).case.ref
    return acted(request, lambda: take_up(ref, words=given(request, "words"), by=request.actor), f"{HOME}charges/of/{case}", ASKED)


@require_POST
@face("desk")
def dismissal(request: ActorRequest, ref: str) -> HttpResponse:
    """Nobody is asked for these reasons."""
    case = proposal(ref, request.actor).case.ref
    return acted(request, lambda: dismiss(ref, by=request.actor), f"{HOME}charges/of/{case}", GONE)
