"""Where the pages of the office live."""

from __future__ import annotations

from django.urls import path

from amends.office import cases, figures, keys, lifecycle, mails, pages
from amends.office.policy import golden, packs

urlpatterns = [
    path("", figures.show, name="office"),
    path("cases/", cases.listed, name="office_cases"),
    path("cases.csv", cases.exported, name="office_cases_csv"),
    path("cases/<str:ref>/", cases.one, name="office_case"),
    path("mails/", mails.listed, name="office_mails"),
    path("policy/", packs.overview, name="office_policy"),
    path("policy/packs/", packs.versions, name="office_policy_versions"),
    path("policy/packs/<str:pack_id>/<str:version>/", packs.one, name="office_policy_pack"),
    path("policy/packs/<str:pack_id>/<str:version>/text/", packs.text, name="office_policy_text"),
    path("policy/packs/<str:pack_id>/<str:version>/difference/", packs.compared, name="office_policy_difference"),
    path("policy/golden/", golden.listed, name="office_policy_golden"),
    path("lifecycle/", lifecycle.show, name="office_lifecycle"),
    path("data/", pages.data, name="office_data"),
    path("verify/", pages.checks, name="office_verify"),
    path("people/", pages.people, name="office_people"),
    path("keys/", keys.listed, name="office_keys"),
    path("keys/new/", keys.make, name="office_key_new"),
    path("keys/<str:prefix>/revocation/", keys.revoke, name="office_key_revocation"),
    path("find/", cases.find, name="office_find"),
]
