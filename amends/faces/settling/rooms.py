"""The addresses of offers and talk inside portal, console and desk: compare and compose, answer, write, read; notes where a side has them.

The other side's notes are on no page: what is shown of them begins with the reader's own side (talks.notes).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.faces.case_pages import brief, uploaded, with_errors
from amends.faces.case_view import CaseView
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.forms import EvidenceField, FacesForm
from amends.faces.forms import words as label
from amends.faces.parties import look
from amends.faces.settling.composer import WHY, Composer
from amends.faces.told import tell
from amends.kernel.refusals import NotFound, Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.models import Membership
from amends.talks import asking, conversation, notes, offering, replies
from amends.talks.models import Offer
from amends.talks.queries import OfferView, composing, offers_of, open_offers, part_name, previewed

Frame = Callable[..., HttpResponse]
MADE = say("方案已提出，对方会收到通知。", "The offer is made. The other side is told.")
ASKED = say("要由别人签字，已提交审批；签字后才会发出。", "Somebody else was asked to sign. Nothing is sent before that.")
SAID = say("已发出，对方会收到通知。", "Sent. The other side is told.")
NOTED = say("备注已记下，只有你们自己看得到。", "Noted, for your own side alone.")
ERASED = say("备注已删除。", "The note is erased.")
KEPT, ENDED = say("快捷回复已保存。", "The quick reply is kept."), say("快捷回复已停用。", "The quick reply is offered no more.")
ANSWERS: dict[str, tuple[Callable[..., Any], Text]] = {
    "agreement": (asking.agree, say("已同意，等另一方答复。", "Agreed. The other side answers next.")),
    "acceptance": (asking.accept, say("已和解，现在执行。", "Settled, and carried out now.")),
    "declining": (offering.decline, say("已拒绝，诉求照常处理。", "Declined. The claim goes on as it was.")),
    "retraction": (offering.retract, say("方案已收回。", "The offer is taken back.")),
}
"""Nouns of the addresses, with what they do and say."""
MORE = {"declining": "words", "agreement": "why", "acceptance": "why"}
"""The words that go with an answer: for the other side, or for whoever signs."""


class SayForm(FacesForm):
    """Words and files for the other sides."""

    words = forms.CharField(
        label=label("留言", "Message"), required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    )  # fmt: skip
    evidence = EvidenceField(label=label("附件", "Files"), most=9, required=False)


class NoteForm(FacesForm):
    """Words for one's own side."""

    words = forms.CharField(label=label("备注", "Note"), widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="note_%s", **kwargs)


class ReplyForm(FacesForm):
    """A ready answer in both languages."""

    key = forms.CharField(
        label=label("短名", "Key"), max_length=40, help_text=label("小写字母、数字、- 和 _", "Lower-case letters, digits, - and _")
    )  # fmt: skip
    title_zh = forms.CharField(label=label("中文标题", "Title in Chinese"), max_length=80)
    title_en = forms.CharField(label=label("英文标题", "Title in English"), max_length=80)
    body_zh = forms.CharField(label=label("中文内容", "Words in Chinese"), widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}))
    body_en = forms.CharField(label=label("英文内容", "Words in English"), widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}))


class Rooms:
    """Offers and talk in one face. `show(request, template, context, status=...)` draws a page in its frame; `space` stands before the
    names of its addresses."""

    def __init__(self, name: str, show: Frame, space: str = "") -> None:
        self.name, self.show, self.home = name, show, f"/{name}/"
        self.space, self.has_notes = space, name != "portal"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door, both, here = face(self.name), require_http_methods(["GET", "POST"]), "cases/<str:ref>"
        name = (lambda noun: noun) if self.space else (lambda noun: f"{self.name}_{noun}")
        found = [
            path(f"{here}/offers", both(door(self.offers)), name=name("offers")),
            path(f"{here}/offers/preview", require_POST(door(self.preview)), name=name("offer_preview")),
            path(f"{here}/talk", both(door(self.talk)), name=name("talk")),
            path(f"{here}/talk/reading", require_POST(door(self.reading)), name=name("talk_reading")),
        ]
        for noun in ANSWERS:
            at = f"{here}/offers/<str:offer>/{noun}"
            found.append(path(at, require_POST(door(self.answer)), {"noun": noun}, name=name(f"offer_{noun}")))
        if self.has_notes:
            found += [
                path(f"{here}/notes", require_POST(door(self.noting)), name=name("notes")),
                path(f"{here}/notes/<int:note>/erasure", require_POST(door(self.erasing)), name=name("note_erasure")),
                path("quick-replies", both(door(self.replies)), name=name("quick_replies")),
                path("quick-replies/<str:reply>/ending", require_POST(door(self.ending)), name=name("quick_reply_ending")),
            ]
        return found

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def offers(self, request: ActorRequest, ref: str) -> HttpResponse:
        """All offers side by side and the composer; posted, one is made, or takes the place of the one that it answers."""
        case, by = case_for(ref, request.actor), request.actor
        if request.method == "GET":
            return self._offers(request, case)
        form, answers = self._composer(request, case, request.POST), given(request, "answers")
        if not form.is_valid():
            return self._offers(request, case, typed=form, status=422)
        about = {"answers": answers} if answers else {"ref": case.ref}
        typed, said = form.cleaned_data, list[Text]()

        def run() -> str:
            row = asking.propose(**about, parts=form.parts(), words=typed["words"], why=typed.get(WHY, ""), by=by)
            said.append(ASKED if isinstance(row, Approval) else MADE)
            return f"{self._at(case)}/offers#{row.ref}"

        try:
            answer = act(request, run)
        except NotFound:
            raise
        except Refusal as refusal:
            return self._offers(request, case, typed=form, refusal=refusal)
        _told(request, said)
        return answer

    def preview(self, request: ActorRequest, ref: str) -> HttpResponse:
        """The total of what is typed so far, or why it can't be offered; nothing is kept."""
        case = case_for(ref, request.actor)
        form = self._composer(request, case, request.POST)
        told = previewed(case, form.parts(), request.actor) if form.is_valid() else None
        return render(request, "faces/settling/total.html", {"preview": told, "currency": case.currency})

    def answer(self, request: ActorRequest, ref: str, offer: str, noun: str) -> HttpResponse:
        """An offer is agreed to, accepted, declined or taken back."""
        case, (run, said) = case_for(ref, request.actor), ANSWERS[noun]
        more = {MORE[noun]: given(request, MORE[noun])} if noun in MORE else {}
        return self._acted(request, case, lambda: run(offer, **more, by=request.actor), said, self._offers, f"{self._at(case)}/offers")

    def _composer(self, request: ActorRequest, case: Case, data: Any = None, first: OfferView | None = None) -> Composer:
        return Composer(composing(case, request.actor), request.actor, data, asked=case.remedy, first=first.raw if first else ())

    def _offers(
        self, request: ActorRequest, case: Case, *, typed: Composer | None = None, refusal: Refusal | None = None, status: int = 200
    ) -> HttpResponse:  # fmt: skip
        views = offers_of(case, request.actor)
        wanted = request.GET.get("answers", "") or given(request, "answers")
        first = next((view for view in views if view.ref == wanted and any(verb == "counter" for verb, _ in view.choices)), None)
        form = typed or self._composer(request, case, None, first)
        preview = previewed(case, form.parts(), request.actor) if typed is not None and typed.is_valid() else None
        context = {
            **self._frame(case), "open_offers": [view for view in views if view.is_open],
            "ended_offers": [view for view in views if not view.is_open],
            "form": with_errors(form, getattr(refusal, "fields", {})) if refusal and typed is not None else form, "told": form.told,
            "answers": first, "refusal": _shown(refusal), "waiting": asking.waiting_of(case, request.actor),
            "approvals": f"{self.home}approvals",
            "preview": preview,
            "asked": part_name(case.remedy),
        }  # fmt: skip
        return self.show(request, f"{self.name}/offers.html", context, status=refusal.status if refusal else status)

    # ── conversation and notes ───────────────────────────────────────────────────────────────────────────────────────────────

    def talk(self, request: ActorRequest, ref: str) -> HttpResponse:
        """What was said; posted, something more is."""
        case = case_for(ref, request.actor)
        if request.method == "GET":
            return self._talk(request, case)
        form = SayForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._talk(request, case, typed=form, status=422)
        words, reply, files = form.cleaned_data["words"], given(request, "reply"), form.cleaned_data["evidence"]

        def run() -> str:
            pieces = uploaded(case.order.ref, files, request.actor)
            line = conversation.say(case.ref, words=words, evidence=pieces, reply=reply, by=request.actor)
            return f"{self._at(line.case)}/talk"

        try:
            answer = act(request, run)
        except NotFound:
            raise
        except Refusal as refusal:
            return self._talk(request, case, typed=with_errors(form, getattr(refusal, "fields", {})), refusal=refusal)
        tell(request, SAID)
        return answer

    def reading(self, request: ActorRequest, ref: str) -> HttpResponse:
        """This side has read what was said; asked by the page itself once it is open."""
        case = case_for(ref, request.actor)
        conversation.note_read(case, request.actor)
        return HttpResponse(status=204)

    def noting(self, request: ActorRequest, ref: str) -> HttpResponse:
        """A note for one's own side."""
        case, form = case_for(ref, request.actor), NoteForm(request.POST)
        words, after = given(request, "words"), f"{self._at(case)}/talk"
        return self._acted(request, case, lambda: notes.note(case.ref, words=words, by=request.actor), NOTED, self._talk, after, note=form)

    def erasing(self, request: ActorRequest, ref: str, note: int) -> HttpResponse:
        """One's own note is gone."""
        case = case_for(ref, request.actor)
        return self._acted(
            request, case, lambda: notes.erase_note(case.ref, number=note, by=request.actor), ERASED, self._talk, f"{self._at(case)}/talk"
        )

    def _talk(
        self, request: ActorRequest, case: Case, *, typed: forms.Form | None = None, refusal: Refusal | None = None, status: int = 200,
        note: forms.Form | None = None,
    ) -> HttpResponse:  # fmt: skip
        by, wanted = request.actor, request.GET.get("reply", "")
        ready = replies.filled_for(case, by) if self.has_notes else []
        chosen = next((one for one in ready if one.ref == wanted), None)
        first = {"words": chosen.body.into(case_language(case))} if chosen else None
        context = {
            **self._frame(case),
            "lines": [(line, look(line.party.value), line.party is by.party) for line in conversation.lines_of(case)],
            "form": typed or SayForm(initial=first), "may_say": conversation.may_say(case, by), "unread": conversation.unread(case, by),
            "ready": ready, "reply": chosen.ref if chosen else "", "refusal": _shown(refusal),
            "has_notes": self.has_notes, "notes": notes.notes_of(case, by) if self.has_notes else [],
            "note_form": with_errors(note, getattr(refusal, "fields", {})) if note is not None and refusal else NoteForm(),
            "may_note": self.has_notes and notes.may_note(case, by), "replies_url": f"{self.home}quick-replies",
        }  # fmt: skip
        return self.show(request, f"{self.name}/talk.html", context, status=refusal.status if refusal else status)

    # ── quick replies ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def replies(self, request: ActorRequest) -> HttpResponse:
        """The ready answers of one's side; posted, one is kept."""
        by, ref = request.actor, request.GET.get("ref", "") or given(request, "ref")
        if request.method == "GET":
            return self._replies(request, ref)
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return self._replies(request, ref, typed=form, status=422)

        def run() -> str:
            replies.save_reply(form.cleaned_data, ref=ref, by=by)
            return f"{self.home}quick-replies"

        try:
            answer = act(request, run)
        except NotFound:
            raise
        except Refusal as refusal:
            return self._replies(request, ref, typed=with_errors(form, getattr(refusal, "fields", {})), refusal=refusal)
        tell(request, KEPT)
        return answer

    def ending(self, request: ActorRequest, reply: str) -> HttpResponse:
        """A ready answer is offered no more."""

        def run() -> str:
            replies.end_reply(reply, by=request.actor)
            return f"{self.home}quick-replies"

        answer = act(request, run)
        tell(request, ENDED)
        return answer

    def _replies(
        self, request: ActorRequest, ref: str, *, typed: forms.Form | None = None, refusal: Refusal | None = None, status: int = 200
    ) -> HttpResponse:  # fmt: skip
        rows = list(replies.replies_of(request.actor))
        chosen = next((row for row in rows if row.ref == ref), None)
        first = {name: getattr(chosen, name) for name in ReplyForm.base_fields} if chosen else None
        context = {
            "rows": [(row, say(row.title_zh, row.title_en), Text(row.body_zh, row.body_en)) for row in rows],
            "here": f"{self.home}quick-replies",
            "form": typed or ReplyForm(initial=first), "chosen": chosen, "may_keep": replies.may_keep(request.actor),
            "places": [(f"{{{place}}}", means) for place, means in replies.PLACES.items()], "refusal": _shown(refusal),
            "nav_here": f"{self.home}quick-replies",
        }  # fmt: skip
        return self.show(request, f"{self.name}/quick_replies.html", context, status=refusal.status if refusal else status)

    # ── hands ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _acted(
        self, request: ActorRequest, case: Case, run: Callable[[], object], said: Text, again: Callable[..., HttpResponse], after: str,
        **typed: Any,
    ) -> HttpResponse:  # fmt: skip
        came: list[Text] = []

        def make() -> str:
            came.append(ASKED if isinstance(run(), Approval) else said)
            return after

        try:
            answer = act(request, make)
        except NotFound:
            raise
        except Refusal as refusal:
            return again(request, case, refusal=refusal, **typed)
        _told(request, came)
        return answer

    def _frame(self, case: Case) -> dict[str, Any]:
        at, portal = self._at(case), self.name == "portal"
        return {
            "case": case, "case_url": at, "offers_url": f"{at}/offers", "talk_url": f"{at}/talk", "notes_url": f"{at}/notes",
            "outer": "p-card stack" if portal else "card", "inner": "stack" if portal else "c-body stack", "back_url": at,
            "wide": not portal,
        }  # fmt: skip

    def _at(self, case: Case) -> str:
        return f"{self.home}cases/{case.ref}"


def settling_in(name: str, show: Frame, space: str = "") -> list[URLPattern]:
    """The addresses of offers and talk in the face `name`."""
    return Rooms(name, show, space).urls()


def shown_of(view: CaseView, request: ActorRequest) -> dict[str, Any]:
    """What a case's page says of them: how many offers wait, and how many lines are not read. No query where there were none."""
    there = open_offers(view.case) if Offer.LIFE.name in view.lives else 0
    return {"offers_open": there, "talk_unread": conversation.unread(view.case, request.actor)}


def case_language(case: Case) -> str:
    """In which language the consumer reads; Chinese where nobody knows."""
    told = Membership.objects.filter(consumer_id=case.consumer_id).order_by("pk").values_list("user__language", flat=True).first() or "zh"
    return "en" if told.startswith("en") else "zh"


def _told(request: ActorRequest, said: list[Text]) -> None:
    """What was done is said once; a form that was sent twice has nothing new to say."""
    for text in said:
        tell(request, text, kind="info" if text is ASKED else "success")


def _shown(refusal: Refusal | None) -> Unprocessable | None:
    if refusal is None:
        return None
    return brief(refusal if isinstance(refusal, Unprocessable) else Unprocessable(refusal.text, code=refusal.code))
