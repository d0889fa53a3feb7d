"""The addresses of a case as a whole inside a face: the page, and every act of it as a noun."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from amends.cases.duplicates import decide_hint
from amends.cases.linking import link_cases, unlink_cases
from amends.cases.models import Extension
from amends.cases.queries import case_for
from amends.cases.verbs.extending import ask_extension, consent, decline_extension, retract_extension
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.splitting import Part, split_off
from amends.faces.case_pages import brief
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.joining.page import shown_of
from amends.faces.told import tell
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Conflict, NoSuchMove, Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

Frame = Callable[..., HttpResponse]
Run = Callable[[ActorRequest, str], str]
SAID: dict[str, Text] = {
    "reopening": say("已重新打开，这是新的售后单。", "Taken up again: this is the new case."),
    "splitting": say("已拆分，这是新的售后单。", "Split: this is the new case."),
    "merger": say("已合并，由这份售后单继续办理。", "Merged: this case goes on."),
    "undoing": say("已取消合并。", "The merger is undone."),
    "link": say("已关联。", "Linked."),
    "unlinking": say("已解除关联。", "The link is ended."),
    "hint": say("提示已处理。", "The hint is decided."),
    "extension": say("延长申请已发出，等对方答复。", "Asked for more time; the other side answers."),
    "consent": say("已同意。", "Agreed."),
    "refusal": say("没有延长，时限不变。", "Not longer; the limit stays."),
    "retraction": say("申请已收回。", "Taken back."),
}
TYPED = ("words", "other", "into", "hours", "limit", "why", "kind", "remedy")


def _reopening(request: ActorRequest, ref: str) -> str:
    return reopen(ref, words=given(request, "words"), remedy=given(request, "remedy"), by=request.actor).ref


def _splitting(request: ActorRequest, ref: str) -> str:
    parts = [Part(int(name[2:]), number(given(request, name))) for name in request.POST if name.startswith("n_") and number(name[2:])]
    return split_off(ref, parts=[part for part in parts if part.quantity], words=given(request, "words"), by=request.actor).ref


def _merger(request: ActorRequest, ref: str) -> str:
    return merge(ref, into=given(request, "into"), words=given(request, "words"), by=request.actor).ref


def _undoing(request: ActorRequest, ref: str) -> str:
    return unmerge(ref, by=request.actor).ref


def _link(request: ActorRequest, ref: str) -> str:
    link_cases(ref, given(request, "other"), kind=given(request, "kind", "related"), why=given(request, "why"), by=request.actor)
    return ""


def _unlinking(request: ActorRequest, ref: str) -> str:
    unlink_cases(ref, given(request, "other"), kind=given(request, "kind", "related"), by=request.actor)
    return ""


def _hint(request: ActorRequest, ref: str) -> str:
    other, action = given(request, "other"), given(request, "action")
    decide_hint(ref, other, action, by=request.actor)
    return clean_ref(other) or "" if action == "merge" else ""


def _extension(request: ActorRequest, ref: str) -> str:
    hours = number(given(request, "hours"))
    ask_extension(ref, limit=given(request, "limit"), hours=hours, words=given(request, "words"), by=request.actor)
    return ""


ACTS: dict[str, Run] = {"extension": _extension, "reopening": _reopening}
OF_SHOP: dict[str, Run] = {"link": _link, "unlinking": _unlinking, "hint": _hint}
OF_DESK: dict[str, Run] = {"splitting": _splitting, "merger": _merger, "undoing": _undoing}
BY_FACE: dict[str, dict[str, Run]] = {
    "portal": ACTS, "console": {"extension": _extension, **OF_SHOP}, "desk": {**ACTS, **OF_SHOP, **OF_DESK},
}  # fmt: skip


ANSWERS: dict[str, Callable[[str, Actor], Extension]] = {
    "consent": lambda ref, by: consent(ref, by=by),
    "refusal": lambda ref, by: decline_extension(ref, by=by),
    "retraction": lambda ref, by: retract_extension(ref, by=by),
}


class Rooms:
    """The case as a whole in one face. `show(request, template, context, status=...)` draws a page in its frame."""

    def __init__(self, name: str, show: Frame) -> None:
        self.name, self.show, self.home = name, show, f"/{name}/"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door, prefix = face(self.name), "" if self.name == "portal" else f"{self.name}_"
        return [
            path("cases/<str:ref>/whole", require_GET(door(self.page)), name=f"{prefix}whole"),
            *(
                path(f"cases/<str:ref>/whole/{noun}", require_POST(door(self._act(noun, run))), name=f"{prefix}whole_{noun}")
                for noun, run in BY_FACE[self.name].items()
            ),
            *(
                path(f"extensions/<str:ref>/{noun}", require_POST(door(self._answer(noun))), name=f"{prefix}extension_{noun}")
                for noun in ANSWERS
            ),
        ]

    def page(self, request: ActorRequest, ref: str) -> HttpResponse:
        """The page."""
        return self._page(request, ref)

    def _page(self, request: ActorRequest, ref: str, noun: str = "", refusal: Refusal | None = None) -> HttpResponse:
        """`noun`: the form that was refused; what was typed and what is wrong are shown in it alone."""
        case = case_for(ref, request.actor)
        shown = shown_of(case, request.actor)
        wanted = {line.position: given(request, f"n_{line.position}") if noun == "splitting" else "" for line in shown["lines"]}
        context = {
            **shown, "lines": [(line, wanted[line.position] or "0") for line in shown["lines"]], "case": case,
            "cases": f"{self.home}cases/", "case_url": f"{self.home}cases/{case.ref}",
            "whole_url": f"{self.home}cases/{case.ref}/whole", "extension_at": f"{self.home}extensions/", "base": f"{self.name}/base.html",
            "back_url": f"{self.home}cases/{case.ref}",
            "refusal": _shown(refusal), "wrong": {noun: getattr(refusal, "fields", {})},
            "typed": {noun: {name: given(request, name) for name in TYPED}} if refusal else {},
        }  # fmt: skip
        return self.show(request, f"faces/joining/{'portal' if self.name == 'portal' else 'page'}.html", context,
                         status=refusal.status if refusal else 200)  # fmt: skip

    def _act(self, noun: str, run: Run) -> Callable[[ActorRequest, str], HttpResponse]:
        def view(request: ActorRequest, ref: str) -> HttpResponse:
            def go() -> str:
                further = run(request, ref)
                return f"{self.home}cases/{further}" if further else f"{self.home}cases/{ref}/whole"

            try:
                answer = act(request, go)
            except (Unprocessable, NoSuchMove, Conflict) as refusal:
                return self._page(request, ref, noun, refusal)
            tell(request, SAID[noun])
            return answer

        view.__name__ = f"whole_{noun}"
        return view

    def _answer(self, noun: str) -> Callable[[ActorRequest, str], HttpResponse]:
        def view(request: ActorRequest, ref: str) -> HttpResponse:
            def go() -> str:
                row = ANSWERS[noun](ref, request.actor)
                return f"{self.home}cases/{row.case.ref}/whole"

            answer = act(request, go)
            tell(request, SAID[noun])
            return answer

        view.__name__ = f"extension_{noun}"
        return view


def whole_in(name: str, show: Frame) -> list[URLPattern]:
    """The addresses of the case as a whole in the face `name`."""
    return Rooms(name, show).urls()


def _shown(refusal: Refusal | None) -> Unprocessable | None:
    """What stands at the top of the page."""
    if refusal is None:
        return None
    return brief(refusal if isinstance(refusal, Unprocessable) else Unprocessable(refusal.text, code=refusal.code))


def number(written: str) -> int:
    """A whole number as typed; 0 where it is none, which every verb refuses in its own words."""
    return int(written) if written.strip().isascii() and written.strip().isdigit() and len(written.strip()) < 6 else 0
