"""The mails that were sent, readable in full: who was told what, when, in which language."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from amends.faces.entering import ActorRequest, face
from amends.kernel.refusals import NotFound
from amends.kernel.texts import say
from amends.notices.models import Message

PAGE = 25
STATES = {"": say("全部", "All"), "sent": say("已发出", "Sent"), "failed": say("未发出", "Failed")}
LANGUAGES = {"zh-hans": say("中文", "Chinese"), "en": say("英文", "English")}


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """The newest mails first, a page at a time; `q` looks into address, subject and body, so a case's reference finds its mails."""
    asked = {key: str(request.GET.get(key, "")).strip() for key in ("q", "state")}
    found = _chosen(asked["q"], asked["state"])
    rows, after = _page(found, str(request.GET.get("after", "")))
    kept = urlencode({key: value for key, value in asked.items() if value})
    context = {
        "mails": rows,
        "asked": asked,
        "total": found.count(),
        "next": f"?{kept}{'&' if kept else ''}after={after}" if after else "",
        "states": [(key, name, f"?{urlencode({'q': asked['q'], 'state': key})}") for key, name in STATES.items()],
    }
    return render(request, "office/mails.html", context)


def _chosen(words: str, state: str) -> QuerySet[Message]:
    found = Message.objects.filter(channel="mail")
    if words:
        found = found.filter(Q(address__icontains=words) | Q(subject__icontains=words) | Q(body__icontains=words))
    if state == "failed":
        return found.filter(state="failed")
    return found.exclude(state="failed") if state == "sent" else found


def _page(found: QuerySet[Message], after: str) -> tuple[list[Message], str]:
    if after:
        at, _, key = after.partition("~")
        try:
            found = found.filter(Q(made_at__lt=datetime.fromisoformat(at)) | Q(made_at=datetime.fromisoformat(at), pk__lt=int(key)))
        except ValueError as wrong:
            raise NotFound(say("这一页不存在。", "There is no such page.")) from wrong
    rows = list(found.order_by("-made_at", "-pk")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], f"{last.made_at.isoformat().replace('+00:00', 'Z')}~{last.pk}" if last else ""
