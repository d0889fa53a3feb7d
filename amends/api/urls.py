"""Where the API lives: /api/v1, its documentation at /api/docs, its document at /api/openapi.json. Anything else here is a problem, too."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from amends.api.app import api
from amends.api.problems import no_such_address, wrong_methods_told

# Not called app_name: Django would take that for the name of this whole module.
patterns, application, namespace = api.urls
for pattern in patterns:
    if pattern.callback:
        pattern.callback = wrong_methods_told(pattern.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", no_such_address),
    path("", (patterns, application, namespace)),
    re_path(r"^.*$", no_such_address),
]
