"""The receiving desk: a batch of scans, each answered at once, and the shelf with what its parcels may be. By keyboard alone.

A scan is sent by the browser with a key of its own and again until it was answered; what it found comes back as a part of the page.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amends.console.page import HOME, shown
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.returns import receiving
from amends.returns.receiving.queries import ShelfView, places

AT = f"{HOME}receiving"
SHELF = f"{AT}/shelf"
CLOSED = say("这一批已结束。", "The batch is closed.")
MATCHED = say("已认领并收货，请验货。", "Matched and received. Please inspect the goods.")
NOTED = say("已登记。", "On record.")
GONE_BACK = say("已登记退回寄件人。", "Recorded as sent back.")
DISPOSED = say("已登记处置。", "Recorded as disposed of.")
GRAMS = say("重量请填整数克。", "The weight is a whole number of grams.")


@require_GET
@face("console")
def page(request: ActorRequest) -> HttpResponse:
    """Where a batch begins; the batches so far and the shelf."""
    lies = receiving.shelf(request.actor)
    context = {
        "batches": receiving.batches(request.actor), "shelf": lies, "late": sum(row.is_late for row in lies),
        "places": places(request.actor), "nav_here": AT,
    }  # fmt: skip
    return shown(request, "console/receiving.html", context)


@require_POST
@face("console")
def opening(request: ActorRequest) -> HttpResponse:
    """A batch is open at this place."""
    return act(request, lambda: f"{AT}/batches/{receiving.open_batch(given(request, 'place'), by=request.actor).ref}")


@require_GET
@face("console")
def batch(request: ActorRequest, ref: str) -> HttpResponse:
    """The desk: the scan field, what the last scan found, and what has been scanned."""
    return shown(request, "console/receiving_batch.html", _desk(request, ref))


@require_POST
@face("console")
def scans(request: ActorRequest, ref: str) -> HttpResponse:
    """One code scanned; asked by the desk's own script, the answer is the part of the page that changed."""
    code, grams = given(request, "code"), _grams(given(request, "grams"))

    def make() -> str:
        receiving.scan(ref, code, weight_grams=grams, by=request.actor)
        return f"{AT}/batches/{ref}"

    response = act(request, make)
    if request.headers.get("HX-Request"):
        return render(request, "console/parts/receiving_desk.html", {**_desk(request, ref), "newest": code})
    return response


@require_POST
@face("console")
def closing(request: ActorRequest, ref: str) -> HttpResponse:
    """The batch is closed."""
    return _done(request, lambda: receiving.close_batch(ref, by=request.actor), AT, CLOSED)


@require_GET
@face("console")
def shelf(request: ActorRequest) -> HttpResponse:
    """Everything that nobody announced, oldest first."""
    return shown(request, "console/receiving_shelf.html", {"rows": receiving.shelf(request.actor), "nav_here": AT})


@require_GET
@face("console")
def shelved(request: ActorRequest, ref: str) -> HttpResponse:
    """One parcel on the shelf and the awaited ones that it may be."""
    row = _on_shelf(ref, request.actor)
    context = {"row": row, "suggestions": receiving.suggestions(row, request.actor), "nav_here": AT}
    return shown(request, "console/receiving_shelved.html", context)


@require_POST
@face("console")
def matching(request: ActorRequest, ref: str) -> HttpResponse:
    """It is this awaited parcel; on to its inspection."""
    parcel = given(request, "parcel")

    def run() -> object:
        return receiving.match(ref, parcel, by=request.actor)

    return _done(request, run, f"{HOME}parcels/{parcel.strip().upper()}/inspection", MATCHED)


@require_POST
@face("console")
def note(request: ActorRequest, ref: str) -> HttpResponse:
    """What was read on it is on record, and the suggestions are new."""
    said = {name: given(request, name) for name in ("words", "shelf", "carrier")}
    grams = _grams(given(request, "grams"))
    run = lambda: receiving.note_unknown(ref, **said, weight_grams=grams, by=request.actor)  # noqa: E731
    return _done(request, run, f"{SHELF}/{ref}", NOTED)


@require_POST
@face("console")
def going_back(request: ActorRequest, ref: str) -> HttpResponse:
    """It went back to its sender."""
    return _done(request, lambda: receiving.return_unknown(ref, words=given(request, "words"), by=request.actor), SHELF, GONE_BACK)


@require_POST
@face("console")
def disposal(request: ActorRequest, ref: str) -> HttpResponse:
    """Its time is over and it was disposed of."""
    return _done(request, lambda: receiving.dispose_unknown(ref, words=given(request, "words"), by=request.actor), SHELF, DISPOSED)


def _done(request: ActorRequest, run: Callable[[], object], to: str, done: Text) -> HttpResponse:
    def make() -> str:
        run()
        return to

    response = act(request, make)
    tell(request, done)
    return response


def _desk(request: ActorRequest, ref: str) -> dict[str, object]:
    view = receiving.batch_view(ref, request.actor)
    return {
        "batch": view,
        "last": view.scans[0] if view.scans else None,
        "at": f"{AT}/batches/{view.ref}",
        "shelf_at": SHELF,
        "nav_here": AT,
    }


def _on_shelf(ref: str, actor: Actor) -> ShelfView:
    found = next((row for row in receiving.shelf(actor) if row.ref == ref.strip().upper()), None)
    if found is None:
        raise NotFound
    return found


def _grams(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text) > 9:
        raise Unprocessable.field("grams", GRAMS, code="wrong_weight")
    return int(text)
