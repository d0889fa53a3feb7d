"""Where the pages of the office live."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import path

from amends.faces.promising.page import EVERY
from amends.faces.promising.rooms import promises_in
from amends.office import cases, figures, keys, lifecycle, pages, webhooks
from amends.office.money import rules as money_rules
from amends.office.notices import announcements, channels, log, table, wordings
from amends.office.policy import drafts, golden, packs, simulations, trying

urlpatterns = [
    path("", figures.show, name="office"),
    path("cases/", cases.listed, name="office_cases"),
    path("cases.csv", cases.exported, name="office_cases_csv"),
    path("cases/<str:ref>/", cases.one, name="office_case"),
    path("mails/", log.moved, name="office_mails"),
    path("money/rules/", money_rules.listed, name="office_money_rules"),
    path("money/rules/new/", money_rules.new, name="office_money_rules_new"),
    path("money/rules/<str:name>/", money_rules.one, name="office_money_rules_version"),
    path("money/rules/<str:name>/signature/", money_rules.sign, name="office_money_rules_signature"),
    path("money/rules/<str:name>/withdrawal/", money_rules.withdraw, name="office_money_rules_withdrawal"),
    path("policy/", packs.overview, name="office_policy"),
    path("policy/packs/", packs.all_versions, name="office_policy_versions"),
    path("policy/packs/<str:pack_id>/<str:name>/", packs.one, name="office_policy_pack"),
    path("policy/packs/<str:pack_id>/<str:name>/text/", packs.text, name="office_policy_text"),
    path("policy/packs/<str:pack_id>/<str:name>/difference/", packs.compared, name="office_policy_difference"),
    path("policy/try/", trying.show, name="office_policy_try"),
    path("policy/try/json/", trying.as_json, name="office_policy_try_json"),
    path("policy/golden/", golden.listed, name="office_policy_golden"),
    path("policy/drafts/", drafts.listed, name="office_policy_drafts"),
    path("policy/drafts/new/", drafts.begin, name="office_policy_draft_new"),
    path("policy/drafts/<str:ref>/", drafts.one, name="office_policy_draft"),
    path("policy/drafts/<str:ref>/signature/", drafts.sign, name="office_policy_signature"),
    path("policy/drafts/<str:ref>/publication/", drafts.publish, name="office_policy_publication"),
    path("policy/drafts/<str:ref>/withdrawal/", drafts.withdraw, name="office_policy_withdrawal"),
    path("policy/drafts/<str:ref>/comments/", drafts.say_something, name="office_policy_comments"),
    path("policy/simulations/", simulations.listed, name="office_policy_simulations"),
    path("policy/simulations/new/", simulations.start, name="office_policy_simulation_new"),
    path("policy/simulations/<str:ref>/", simulations.one, name="office_policy_simulation"),
    path("policy/simulations/<str:ref>/progress/", simulations.progress, name="office_policy_progress"),
    path("policy/simulations/<str:ref>/cancellation/", simulations.cancel, name="office_policy_cancellation"),
    path("policy/simulations/<str:ref>/resumption/", simulations.resume, name="office_policy_resumption"),
    path("policy/simulations/<str:ref>/flips/<int:pk>/", simulations.turned, name="office_policy_flip"),
    path("cases/<str:ref>/messages/", log.of_case, name="office_case_messages"),
    path("messages/", log.listed, name="office_messages"),
    path("messages/<str:ref>/", log.one, name="office_message"),
    path("messages/<str:ref>/again/", log.again, name="office_message_again"),
    path("channels/", channels.show, name="office_channels"),
    path("notices/", table.show, name="office_notices"),
    path("notices/<str:kind>/<str:party>/", wordings.one, name="office_wording"),
    path("notices/<str:kind>/<str:party>/built-in/", wordings.restore, name="office_wording_built_in"),
    path("notices/<str:kind>/<str:party>/preview/", wordings.previewed, name="office_wording_preview"),
    path("notices/<str:kind>/<str:party>/test/", wordings.test, name="office_wording_test"),
    path("announcements/", announcements.listed, name="office_announcements"),
    path("announcements/new/", announcements.begin, name="office_announcement_new"),
    path("announcements/<str:ref>/", announcements.one, name="office_announcement"),
    path("announcements/<str:ref>/publication/", announcements.publish, name="office_announcement_publication"),
    path("announcements/<str:ref>/withdrawal/", announcements.withdraw, name="office_announcement_withdrawal"),
    path("announcements/<str:ref>/seen", announcements.seen, name="office_announcement_seen"),
    *promises_in("office", render, EVERY, slash="/", acts=False),
    path("lifecycle/", lifecycle.show, name="office_lifecycle"),
    path("data/", pages.data, name="office_data"),
    path("verify/", pages.checks, name="office_verify"),
    path("people/", pages.people, name="office_people"),
    path("keys/", keys.listed, name="office_keys"),
    path("keys/new/", keys.make, name="office_key_new"),
    path("keys/<str:prefix>/revocation/", keys.revoke, name="office_key_revocation"),
    path("find/", cases.find, name="office_find"),
    path("webhooks/", webhooks.every, name="office_webhooks"),
    path("webhooks/<str:ref>/", webhooks.one, name="office_webhook"),
    path("webhooks/<str:ref>/pause/", webhooks.pause, name="office_webhook_pause"),
    path("webhooks/<str:ref>/resumption/", webhooks.resumption, name="office_webhook_resumption"),
    path("webhooks/<str:ref>/tests/", webhooks.tests, name="office_webhook_tests"),
    path("webhooks/<str:ref>/replays/", webhooks.replays, name="office_webhook_replays"),
    path("webhooks/<str:ref>/deliveries/<str:delivery>/", webhooks.delivery, name="office_webhook_delivery"),
    path("webhooks/<str:ref>/deliveries/<str:delivery>/replay/", webhooks.replay, name="office_webhook_replay"),
]
