"""The page where anybody checks a proof file or a hash against what Amends keeps, without signing in, and gets yes or no.

The file is read through for its SHA-256 and kept nowhere. There is no session to forge, and nothing is changed: so it asks for no token,
which could not be looked for without reading all that was sent before anybody is counted. The verifying script is offered beside it: it
needs no word of ours at all.
"""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from amends.faces.entering import given
from amends.faces.middleware import reads_late
from amends.faces.proving.limiting import Limit
from amends.kernel.texts import Text, say
from amends.sealing.container import LARGEST
from amends.sealing.exporting import SCRIPT
from amends.sealing.public import DIGEST, cleaned, is_in_timeline, is_our_file

LIMIT = Limit(20, 200)
ROOM = 1 << 20
"""Bytes that a form has beside its file."""
OURS = say("是的，与我们保存的一致。", "Yes: it is what we keep under this number.")
NOT_OURS = say(
    "不一致：编号不对，或文件、哈希与我们保存的不同。",
    "No: the number is another one, or the file or hash is not what we keep under it.",
)
NOTHING = say("请填写编号，并上传举证包或填写 64 位的哈希。", "Give a number, and a proof file or a hash of 64 signs.")
TOO_OFTEN = say("查得太频繁了，请过一分钟再试。", "That was too often. Please try again in a minute.")
TOO_LARGE = say("文件超过 1 GB，不会是我们的举证包。", "A file of more than 1 GB is no proof file of ours.")


@csrf_exempt
@reads_late
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """GET asks; POST answers yes or no."""
    if request.method != "POST":
        return _page(request)
    if not LIMIT.allows(str(request.META.get("REMOTE_ADDR", ""))):
        return _page(request, wrong=TOO_OFTEN, status=429)
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdigit() or int(length) > LARGEST + ROOM:
        return _page(request, wrong=TOO_LARGE, status=413)
    ref, typed = given(request, "number").strip()[:40], cleaned(given(request, "hash"))
    upload = request.FILES.get("file")
    if not ref or (upload is None and not DIGEST.match(typed)):
        return _page(request, ref, wrong=NOTHING, status=422)
    if upload is None:
        return _page(request, ref, found=is_in_timeline(ref, typed) or is_our_file(ref, typed))
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    return _page(request, ref, found=is_our_file(ref, digest.hexdigest()))


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The verifying script, as it is in every proof file of this version."""
    answer = HttpResponse(SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verify.py"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _page(
    request: HttpRequest, number: str = "", *, found: bool | None = None, wrong: Text | None = None, status: int = 200
) -> HttpResponse:
    said = None if found is None else (OURS if found else NOT_OURS)
    context = {
        "said": said, "found": found, "wrong": wrong, "number": number,
        "script_digest": hashlib.sha256(SCRIPT.read_bytes()).hexdigest(),
    }  # fmt: skip
    answer = render(request, "faces/proving/check.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
