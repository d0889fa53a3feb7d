"""The addresses of promises inside a face: the page with figures and list, and the form by which another time is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods

from amends.cases.queries import case_for
from amends.faces.case_pages import brief, with_errors
from amends.faces.entering import ActorRequest, act, face
from amends.faces.forms import FacesForm, spoken, words
from amends.faces.promising.page import context
from amends.faces.told import tell
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import say
from amends.notices.promises import revise_promise
from amends.notices.promises_read import HERE, Told, promises_of
from amends.notices.rules.promises import CHOSEN_REASONS, REASONS

Frame = Callable[..., HttpResponse]
TOLD = say("新的时间已经告诉消费者。", "The consumer is told the new time.")
NO_TIME = say("请写日期和时间。", "Please give a day and a time.")
NONE = say("提前，不用理由", "sooner: no reason needed")


class RevisionForm(FacesForm):
    """Another time; refusals of the verb are shown beside their fields."""

    at = forms.CharField(
        label=words("新的时间（北京时间）", "New time (Beijing time)"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.ChoiceField(label=words("理由", "Reason"), required=False)
    words = forms.CharField(
        label=words("给消费者的说明", "Words for the consumer"), required=False, widget=forms.Textarea(attrs={"maxlength": 500})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", spoken(NONE)), *((code, spoken(REASONS[code])) for code in CHOSEN_REASONS)]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


class Rooms:
    """Promises in one face. `show(request, template, context, status=...)` draws a page in its frame; `case_url` leads to a case."""

    def __init__(self, name: str, show: Frame, groups: Sequence[str], *, slash: str = "", acts: bool = True) -> None:
        self.name, self.show, self.groups, self.slash, self.acts = name, show, groups, slash, acts
        self.home = f"/{name}/"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door = face(self.name)
        found = [path(f"promises{self.slash}", require_GET(door(self.listed)), name=f"{self.name}_promises")]
        if self.acts:
            form = require_http_methods(["GET", "POST"])(door(self.revision))
            found.append(path("cases/<str:ref>/promises/<int:promise>/revision", form, name=f"{self.name}_revision"))
        return found

    def listed(self, request: ActorRequest) -> HttpResponse:
        """Figures and list."""
        told = context(request, request.actor, f"{self.home}promises{self.slash}", self.groups)
        return self.show(request, f"{self.name}/promises.html", {**told, "home": self.home, "slash": self.slash})

    def revision(self, request: ActorRequest, ref: str, promise: int) -> HttpResponse:
        """The form; posted, the consumer is told and the case is shown again."""
        row = self._row(request, ref, promise)
        after = f"{self.home}cases/{row.case}"
        if request.method == "GET":
            return self._page(request, row, RevisionForm(initial={"at": f"{row.due_at.astimezone(HERE):%Y-%m-%dT%H:%M}"}))
        form = RevisionForm(request.POST)

        def run() -> str:
            given = {name: str(request.POST.get(name, "")) for name in ("reason", "words")}
            revise_promise(row.case, row.id, at=_instant(str(request.POST.get("at", ""))), by=request.actor, **given)
            return after

        try:
            answer = act(request, run)
        except Unprocessable as refusal:
            return self._page(request, row, with_errors(form, refusal.fields), refusal)
        tell(request, TOLD)
        return answer

    def _row(self, request: ActorRequest, ref: str, promise: int) -> Told:
        found = next((row for row in promises_of(case_for(ref, request.actor), request.actor) if row.id == promise), None)
        if found is None:
            raise NotFound
        return found

    def _page(self, request: ActorRequest, row: Told, form: forms.Form, refusal: Unprocessable | None = None) -> HttpResponse:
        told = {"row": row, "form": form, "refusal": brief(refusal), "case_url": f"{self.home}cases/{row.case}"}
        return self.show(request, f"{self.name}/revision.html", told, status=422 if refusal else 200)


def promises_in(name: str, show: Frame, groups: Sequence[str], *, slash: str = "", acts: bool = True) -> list[URLPattern]:
    """The addresses of promises in the face `name`."""
    return Rooms(name, show, groups, slash=slash, acts=acts).urls()


def _instant(written: str) -> datetime:
    """The instant of a local time without a zone, Beijing's. Raises Unprocessable."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Unprocessable.field("at", NO_TIME, code="not_an_instant") from None
    return at if at.tzinfo else at.replace(tzinfo=HERE)
