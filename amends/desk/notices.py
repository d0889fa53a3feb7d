"""What an agent, an arbiter or a supervisor was told, newest first. What waits for them stands in the queue; this is what happened."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from amends.desk.page import HOME, shown
from amends.faces.entering import ActorRequest, face
from amends.faces.notice_lists import reading as read
from amends.faces.notice_lists import told

LIST = f"{HOME}notices"


@require_GET
@face("desk")
def listed(request: ActorRequest) -> HttpResponse:
    """The notices of this person's roles."""
    return shown(request, "desk/notices.html", told(request, "desk", LIST, f"{LIST}/read"))


@require_POST
@face("desk")
def reading(request: ActorRequest) -> HttpResponse:
    """Everything is read by this person; colleagues keep their own marks."""
    return read(request, LIST)
