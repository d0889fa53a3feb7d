"""One file of evidence as the browser gets it: shown, never run. The same address for every face, because the verb knows who may look.

`/evidence/EV-…` is the file, `?size=thumb` the small view of a picture, `?save=1` a download.
"""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.urls import path
from django.views.decorators.http import require_GET

from amends.cases.evidence.kinds import DOCUMENT, EXTENSION
from amends.cases.verbs.uploading import open_evidence
from amends.kernel.refusals import NotFound
from amends.people.models import User
from amends.people.queries import actors_of
from amends.people.rules import Actor

# The file is shown as what it was cleaned to, and whatever is in it can neither run nor reach out.
STRICT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def strict(ref: str, actors: list[Actor], *, thumb: bool, save: bool) -> FileResponse:
    """The file as the first of these actors may see it, under strict headers. Raises NotFound where none may."""
    for actor in actors:
        try:
            piece, file = open_evidence(ref, actor, thumb=thumb)
        except NotFound:
            continue
        mime = "image/jpeg" if thumb else piece.mime
        # A document is saved, never opened in our own origin.
        response = FileResponse(
            file, as_attachment=save or piece.kind == DOCUMENT, filename=f"{piece.ref}.{EXTENSION[mime]}", content_type=mime
        )
        for name, value in STRICT.items():
            response[name] = value
        # What is kept under a reference never changes, but whether this reader may see it may.
        response["Cache-Control"] = "private, max-age=3600"
        return response
    raise NotFound


@require_GET
@login_required
def file(request: HttpRequest, ref: str) -> FileResponse:
    """The file, for a signed-in reader in any of their roles."""
    actors = list(actors_of(cast(User, request.user)).values())
    return strict(ref, actors, thumb=request.GET.get("size") == "thumb", save=bool(request.GET.get("save")))


urlpatterns = [path("<str:ref>", file, name="evidence_file")]
