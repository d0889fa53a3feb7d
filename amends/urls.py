"""Where each face lives. A verb is a noun in the address: POST /console/cases/AS-…/approval."""

from __future__ import annotations

from django.urls import include, path

from amends.faces import outside
from amends.faces import views as faces
from amends.faces.proving import public as proofs

urlpatterns = [
    path("", faces.home, name="home"),
    path("language/", faces.set_language, name="set_language"),
    path("styleguide/", faces.styleguide, name="styleguide"),
    path("sw.js", outside.service_worker, name="service_worker"),
    path("unsubscribe/<str:token>", outside.unsubscribe, name="unsubscribe"),
    path("proofs/", proofs.check, name="proof_check"),
    path("proofs/verify.py", proofs.script, name="proof_script"),
    path("accounts/", include("allauth.account.urls")),
    path("evidence/", include("amends.faces.evidence_files")),
    path("health/", include("amends.faces.health")),
    path("portal/", include("amends.portal.urls")),
    path("console/", include("amends.console.urls")),
    path("counter/", include("amends.counter.urls")),
    path("desk/", include("amends.desk.urls")),
    path("office/", include("amends.office.urls")),
    path("api/", include("amends.api.urls")),
]
