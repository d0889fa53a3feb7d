"""The page of a case's proof files in portal, console and desk: how far it is sealed, making a file, fetching one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from amends.cases.queries import case_for
from amends.faces.case_pages import brief
from amends.faces.entering import ActorRequest, face, given
from amends.faces.told import acted
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.plumbing.timestamps.choosing import standing
from amends.sealing.exporting import OF_STAFF, PURPOSES, files_of, is_kept, make_file, open_file
from amends.sealing.models import TimeStamp

Frame = Callable[..., HttpResponse]
MADE = say("举证包已生成，可以下载。", "The proof file is made and can be fetched.")
STRICT = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


class Rooms:
    """Proof files in one face. `show(request, template, context, status=...)` draws `template` in its frame."""

    def __init__(self, name: str, show: Frame, template: str) -> None:
        self.name, self.show, self.template, self.home = name, show, template, f"/{name}/"

    def urls(self, names: Mapping[str, str]) -> list[URLPattern]:
        """What the face's urls.py adds, under the names that it gives."""
        door = face(self.name)
        return [
            path("cases/<str:ref>/seal", require_GET(door(self.page)), name=names["page"]),
            path("cases/<str:ref>/proof-files", require_POST(door(self.making)), name=names["making"]),
            path("proof-files/<str:file>", require_GET(door(self.file)), name=names["file"]),
        ]

    def page(self, request: ActorRequest, ref: str) -> HttpResponse:
        """How far the case is sealed, and its files."""
        return self._page(request, ref)

    def _page(self, request: ActorRequest, ref: str, refusal: Unprocessable | None = None) -> HttpResponse:
        case = case_for(ref, request.actor)
        stamps = TimeStamp.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("-entries_count", "-pk")
        open_here = [(name, words) for name, words in PURPOSES.items() if self.name == "desk" or name not in OF_STAFF]
        context: dict[str, Any] = {
            "case": case, "stamp": stamps.first(),
            "files": [(row, PURPOSES[row.purpose], is_kept(row)) for row in files_of(case, request.actor)],
            "authority": standing(), "purposes": open_here, "refusal": brief(refusal), "wrong": refusal.fields if refusal else {},
            "case_url": f"{self.home}cases/{case.ref}", "make_url": f"{self.home}cases/{case.ref}/proof-files",
            "file_at": f"{self.home}proof-files/", "base": f"{self.name}/base.html", "back_url": f"{self.home}cases/{case.ref}",
        }  # fmt: skip
        return self.show(request, self.template, context, status=refusal.status if refusal else 200)

    def making(self, request: ActorRequest, ref: str) -> HttpResponse:
        """A file is made; the page says so and offers it."""
        case = case_for(ref, request.actor)
        purpose, to = given(request, "purpose", "own"), f"{self.home}cases/{case.ref}/seal"
        try:
            return acted(request, lambda: make_file(case.ref, purpose, request.actor), to, MADE)
        except Unprocessable as refusal:
            return self._page(request, case.ref, refusal)

    def file(self, request: ActorRequest, file: str) -> HttpResponse:
        """The ZIP, saved and never opened in our own origin."""
        row, content = open_file(file, request.actor)
        answer = FileResponse(content, as_attachment=True, filename=f"{row.ref}.zip", content_type="application/zip")
        for name, value in STRICT.items():
            answer[name] = value
        return cast(HttpResponse, answer)  # streamed; nobody below looks at its content


def proofs_in(name: str, show: Frame, template: str = "faces/proving/page.html") -> list[URLPattern]:
    """The addresses of proof files in the face `name`."""
    prefix = "" if name == "portal" else f"{name}_"
    names = {"page": f"{prefix}seal", "making": f"{prefix}proof_files", "file": f"{prefix}proof_file"}
    return Rooms(name, show, template).urls(names)
