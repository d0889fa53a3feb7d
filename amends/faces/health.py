"""Whether this process lives, and whether the house can do its work: for supervisors and load balancers, without signing in."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

from amends.kernel import clock
from amends.plumbing.models import Beat

STALE = timedelta(seconds=60)


@require_GET
def live(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"live": True})


@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and clock and worker have shown a sign of life within a minute, else 503 with what is missing.

    Live pages are not needed to serve: a live process is missed only where one began and fell silent without saying goodbye.
    """
    missing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        beats = dict(Beat.objects.values_list("name", "at"))
    except DatabaseError:
        beats, missing = {}, ["database"]
    now = clock.machine_now()
    wanted = ("clock", "worker", *({"live"} & beats.keys()))
    missing += [name for name in wanted if not missing and (name not in beats or now - beats[name] > STALE)]
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


urlpatterns = [path("live", live), path("ready", ready)]
