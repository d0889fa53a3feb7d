"""Offers, conversation, notes and quick replies by program. Notes are answered to their own side alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from ninja import Router

from amends.api import talk_shapes as out
from amends.api.bodies import NothingIn
from amends.api.callers import Asked
from amends.api.doing import done, done_or_asked, posting, reading
from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.talks import asking, conversation, notes, offering, replies
from amends.talks.models import Offer
from amends.talks.queries import composing, offers_of, previewed

router = Router(tags=["talks"])


# ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@reading(router, "/cases/{ref}/offers", out.OffersOut, "The offers of a case")
def case_offers(request: Asked, ref: str) -> out.OffersOut:
    """Open ones first, newest first, with what each gives and what the caller may answer."""
    case = case_for(ref, request.auth.actor)
    return out.OffersOut(items=[out.offer_out(view, case.ref) for view in offers_of(case, request.auth.actor)])


@reading(router, "/cases/{ref}/composition", out.CompositionOut, "What an offer can be made of")
def offer_composition(request: Asked, ref: str) -> out.CompositionOut:
    """The units that are not finished, what is left of their money, and what the rules give as of right."""
    return out.composition_out(composing(case_for(ref, request.auth.actor), request.auth.actor))


@posting(router, "/cases/{ref}/offer-previews", out.OfferPreviewOut, "What an offer would give")
def offer_preview(request: Asked, ref: str, body: out.MixIn) -> HttpResponse:
    """Checked as an offer would be; nothing is kept and nobody is told."""
    case = case_for(ref, request.auth.actor)
    return done(request, lambda: out.preview_out(previewed(case, _parts(body), request.auth.actor)))


@posting(router, "/cases/{ref}/offers", out.PromisedOut, "Make an offer")
def offer_making(request: Asked, ref: str, body: out.OfferIn) -> HttpResponse:
    """The other side can take it until its limit is over. By the platform's people it goes to both sides. Sums beyond the order above your
    limit wait for somebody else's signature, with `why`."""
    by = request.auth.actor
    return _promised(request, lambda: asking.propose(ref, parts=_parts(body), words=body.words, why=body.why, by=by))


@posting(router, "/offers/{ref}/agreement", out.PromisedOut, "Agree to the platform's proposal")
def offer_agreement(request: Asked, ref: str, body: out.YesIn) -> HttpResponse:
    """The first yes of two."""
    return _promised(request, lambda: asking.agree(ref, why=body.why, by=request.auth.actor))


@posting(router, "/offers/{ref}/acceptance", out.PromisedOut, "Accept an offer")
def offer_acceptance(request: Asked, ref: str, body: out.YesIn) -> HttpResponse:
    """The case is settled on these terms and carried out; 409 `offer_outdated` where they can't be kept any more."""
    return _promised(request, lambda: asking.accept(ref, why=body.why, by=request.auth.actor))


@posting(router, "/offers/{ref}/declining", out.OfferOut, "Decline an offer")
def offer_declining(request: Asked, ref: str, body: out.DecliningIn) -> HttpResponse:
    """The claim goes on as it was."""
    return _offered(request, lambda: offering.decline(ref, words=body.words, by=request.auth.actor))


@posting(router, "/offers/{ref}/counter", out.PromisedOut, "Answer with another offer")
def offer_counter(request: Asked, ref: str, body: out.OfferIn) -> HttpResponse:
    """The new offer, which takes the place of this one; above your limit as when an offer is made."""
    by = request.auth.actor
    return _promised(request, lambda: asking.propose(answers=ref, parts=_parts(body), words=body.words, why=body.why, by=by))


@posting(router, "/offers/{ref}/retraction", out.OfferOut, "Take an offer back")
def offer_retraction(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """By whoever made it, before anybody accepted."""
    return _offered(request, lambda: offering.retract(ref, by=request.auth.actor))


# ── conversation ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@reading(router, "/cases/{ref}/messages", out.ConversationOut, "What the sides said")
def case_messages(request: Asked, ref: str) -> out.ConversationOut:
    """Oldest first. Reading by program leaves no receipt; `POST …/messages/reading` does."""
    case = case_for(ref, request.auth.actor)
    return out.ConversationOut(items=[out.message_out(line) for line in conversation.lines_of(case)])


@posting(router, "/cases/{ref}/messages", out.SaidOut, "Say something")
def message_saying(request: Asked, ref: str, body: out.MessageIn) -> HttpResponse:
    """The other sides are told."""

    def run() -> out.SaidOut:
        row = conversation.say(ref, words=body.words, evidence=body.evidence, reply=body.reply, by=request.auth.actor)
        return next(out.message_out(line) for line in conversation.lines_of(_case_of(row)) if line.ref == row.ref)

    return done(request, run)


@posting(router, "/cases/{ref}/messages/reading", out.SaidReadOut, "Everything said was read")
def messages_reading(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The other side sees that and when."""
    case = case_for(ref, request.auth.actor)
    return done(request, lambda: out.SaidReadOut(read=conversation.note_read(case, request.auth.actor)))


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@reading(router, "/cases/{ref}/notes", out.NotesOut, "Notes of your own side")
def case_notes(request: Asked, ref: str) -> out.NotesOut:
    """Newest first; the other side's are not answered to anybody, and a consumer has none."""
    return out.NotesOut(items=[out.note_out(one) for one in notes.notes(ref, request.auth.actor)])


@posting(router, "/cases/{ref}/notes", out.NotedOut, "Write a note")
def note_writing(request: Asked, ref: str, body: out.NoteIn) -> HttpResponse:
    """For the people of your own side alone."""
    return done(request, lambda: out.noted_out(notes.note(ref, words=body.words, by=request.auth.actor)))


@posting(router, "/cases/{ref}/notes/{number}/erasure", out.NotedOut, "Erase a note")
def note_erasure(request: Asked, ref: str, number: int, body: NothingIn) -> HttpResponse:
    """The words of your own note are gone for good."""
    return done(request, lambda: out.noted_out(notes.erase_note(ref, number=number, by=request.auth.actor)))


# ── quick replies ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@reading(router, "/quick-replies", out.RepliesOut, "Quick replies")
def quick_replies(request: Asked) -> out.RepliesOut:
    """Of your own side, the most used first, with their places."""
    return out.RepliesOut(items=[out.reply_out(row) for row in replies.replies_of(request.auth.actor)])


@reading(router, "/cases/{ref}/quick-replies", out.RepliesOut, "Quick replies for a case")
def quick_replies_for(request: Asked, ref: str) -> out.RepliesOut:
    """With their places filled."""
    case = case_for(ref, request.auth.actor)
    return out.RepliesOut(items=[out.filled_out(one) for one in replies.filled_for(case, request.auth.actor)])


@posting(router, "/quick-replies", out.ReplyOut, "Keep a quick reply")
def quick_reply_saving(request: Asked, body: out.ReplyIn) -> HttpResponse:
    """One more."""
    return done(request, lambda: out.reply_out(replies.save_reply(_told(body), by=request.auth.actor)))


@posting(router, "/quick-replies/{ref}", out.ReplyOut, "Change a quick reply")
def quick_reply_changing(request: Asked, ref: str, body: out.ReplyIn) -> HttpResponse:
    """It is as the body says."""
    return done(request, lambda: out.reply_out(replies.save_reply(_told(body), ref=ref, by=request.auth.actor)))


@posting(router, "/quick-replies/{ref}/ending", out.ReplyOut, "A quick reply is offered no more")
def quick_reply_ending(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """Its key is free again."""
    return done(request, lambda: out.reply_out(replies.end_reply(ref, by=request.auth.actor)))


# ── hands ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parts(body: out.MixIn) -> list[dict[str, Any]]:
    return [part.model_dump() for part in body.parts]


def _told(body: out.ReplyIn) -> dict[str, Any]:
    return {name: value for name, value in body.model_dump().items() if value is not None}


def _offered(request: Asked, run: Callable[[], Offer]) -> HttpResponse:
    return done(request, lambda: _shown(request, run()))


def _promised(request: Asked, run: Callable[[], Offer | Approval]) -> HttpResponse:
    def told(row: Offer | None, approval: str) -> out.PromisedOut:
        return out.PromisedOut(offer=_shown(request, row) if row else None, approval=approval or None)

    return done_or_asked(request, run, told)


def _shown(request: Asked, row: Offer) -> out.OfferOut:
    case = _case_of(row)
    return next(out.offer_out(view, case.ref) for view in offers_of(case, request.auth.actor) if view.ref == row.ref)


def _case_of(row: Any) -> Case:
    return Case.objects.select_related("merchant", "consumer", "order", "decision").get(merchant_id=row.merchant_id, pk=row.case_id)
