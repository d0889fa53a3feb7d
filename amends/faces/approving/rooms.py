"""The addresses of approvals inside a face: what waits, one approval, and the acts upon it (a noun each)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from amends.approvals import answering, queries
from amends.approvals.models import Approval
from amends.approvals.rules import ACTIONS, State
from amends.faces.approving.page import VIEWS, one, rows_of
from amends.faces.case_pages import brief, with_query
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

Frame = Callable[..., HttpResponse]
ACTS: dict[str, tuple[str, Text]] = {
    "approval": ("approve", say("已批准，并已照办。", "Approved, and done.")),
    "refusal": ("refuse", say("没有批准，申请人会看到理由。", "Turned down; the asker reads why.")),
    "withdrawal": ("withdraw", say("已撤回。", "Withdrawn.")),
    "review": ("review", say("复核已记录。", "The review is on record.")),
}

MOOT = say("这件事已经变了，不能照办；申请作废，钱没有动。", "The matter has moved on; the request is void and no money moved.")


class Rooms:
    """Approvals in one face. `show(request, template, context, status=...)` draws a page in its frame."""

    def __init__(self, name: str, show: Frame) -> None:
        self.name, self.show, self.path = name, show, f"/{name}/approvals"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door = face(self.name)
        return [
            path("approvals", require_GET(door(self.listed)), name=f"{self.name}_approvals"),
            path("approvals/<str:ref>", require_GET(door(self.one)), name=f"{self.name}_approval_page"),
            *(
                path(f"approvals/<str:ref>/{noun}", require_POST(door(self._act(noun))), name=f"{self.name}_approval_{noun}")
                for noun in ACTS
            ),
        ]

    def listed(self, request: ActorRequest) -> HttpResponse:
        """What waits first; what was asked by the reader, what is over, and alarms in views of their own."""
        view = request.GET.get("view", "")
        view = view if view in VIEWS else "waiting"
        action = request.GET.get("action", "")
        found = queries.listed(view, request.actor, after=request.GET.get("after", ""), action=action)
        return self.show(request, "faces/approving/list.html", {
            "frame": f"{self.name}/base.html", "rows": rows_of(found.rows, request.actor), "view": view, "path": self.path,
            "home": f"/{self.name}/",
            "views": [(with_query(self.path, view=key), name, key == view) for key, name in VIEWS.items()],
            "actions": [(name, each.words) for name, each in ACTIONS.items()] if view == "ended" else [], "action": action,
            "next_url": with_query(self.path, view=view, action=action, after=found.after) if found.after else "",
            "nav_here": self.path,
        })  # fmt: skip

    def one(self, request: ActorRequest, ref: str) -> HttpResponse:
        """One approval with what it will do."""
        return self._page(request, queries.approval(ref, request.actor))

    def _page(self, request: ActorRequest, row: Approval, refusal: Unprocessable | None = None) -> HttpResponse:
        told = {
            **one(row, request.actor), "frame": f"{self.name}/base.html", "home": f"/{self.name}/", "path": self.path,
            "nav_here": self.path, "refusal": brief(refusal), "typed": given(request, "why"),
        }  # fmt: skip
        return self.show(request, "faces/approving/one.html", told, status=422 if refusal else 200)

    def _act(self, noun: str) -> Callable[..., HttpResponse]:
        verb, said = ACTS[noun]

        def acted(request: ActorRequest, ref: str) -> HttpResponse:
            row = queries.approval(ref, request.actor)

            def run() -> str:
                done = _do(verb, row.ref, request.actor, request)
                return f"{self.path}/{row.ref}" + ("?void=1" if done.state == State.VOID.value else "")

            try:
                answer = act(request, run)
            except Unprocessable as refusal:
                return self._page(request, row, refusal)
            tell(request, MOOT if answer.url.endswith("?void=1") else said)
            return answer

        return acted


def _do(verb: str, ref: str, by: Actor, request: ActorRequest) -> Approval:
    if verb == "withdraw":
        return answering.withdraw(ref, by=by)
    if verb == "review":
        return answering.review(ref, by=by, verdict=given(request, "verdict"), why=given(request, "why"))
    return {"approve": answering.approve, "refuse": answering.refuse}[verb](ref, by=by, why=given(request, "why"))


def approvals_in(name: str, show: Frame) -> list[URLPattern]:
    """The addresses of approvals in the face `name`."""
    return Rooms(name, show).urls()
