"""Where the pages of the office live."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import path

from amends.faces.promising.page import EVERY
from amends.faces.promising.rooms import promises_in
from amends.office import cases, figures, keys, lifecycle, pages, webhooks
from amends.office.money import bank, deposits, gateways, ledger, reconciliation, statements
from amends.office.money import rules as money_rules
from amends.office.notices import announcements, channels, log, table, wordings
from amends.office.policy import drafts, golden, packs, simulations, trying

urlpatterns = [
    path("", figures.show, name="office"),
    path("cases/", cases.listed, name="office_cases"),
    path("cases.csv", cases.exported, name="office_cases_csv"),
    path("cases/<str:ref>/", cases.one, name="office_case"),
    path("mails/", log.moved, name="office_mails"),
    path("money/gateways/", gateways.show, name="office_gateways"),
    path("money/gateways/pushes/", gateways.pushed, name="office_gateway_pushes"),
    path("money/gateways/<str:name>/probe/", gateways.probed, name="office_gateway_probe"),
    path("money/gateways/<str:name>/pushes/<str:event>/again/", gateways.again, name="office_gateway_again"),
    path("money/deposits/", deposits.listed, name="office_deposits"),
    *(
        path(f"money/deposits/moves/<str:ref>/{noun}/", deposits.answered, {"noun": noun}, name=f"office_deposit_{noun}")
        for noun in ("release", "upholding", "withdrawal")
    ),
    path("money/deposits/<str:ref>/", deposits.one, name="office_deposit"),
    *(
        path(f"money/deposits/<str:ref>/{noun}/", deposits.made, {"noun": noun}, name=f"office_deposit_{noun}")
        for noun in ("top-up", "hold", "deduction", "pay-out", "terms")
    ),
    path("money/deposits/<str:ref>/statement/", deposits.statement, name="office_merchant_statement"),
    path("money/deposits/<str:ref>/statement.<str:kind>", deposits.paper, name="office_merchant_paper"),
    path("money/bearers/", deposits.bearers_page, name="office_bearers"),
    path("money/ledger/", ledger.show, name="office_ledger"),
    path("money/ledger/orders/<str:ref>/", ledger.of_order, name="office_order_ledger"),
    path("cases/<str:ref>/ledger/", ledger.of_case, name="office_case_ledger"),
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
    path("money/reconciliation/", reconciliation.listed, name="office_reconciliation"),
    path("money/reconciliation.csv", reconciliation.exported, name="office_reconciliation_csv"),
    path("money/reconciliation/<str:ref>/", reconciliation.one, name="office_difference"),
    path("money/reconciliation/<str:ref>/owner/", reconciliation.owner, name="office_difference_owner"),
    path("money/reconciliation/<str:ref>/explanation/", reconciliation.explanation, name="office_difference_explanation"),
    path("money/statements/", statements.listed, name="office_statements"),
    path("money/statements/asked/", statements.asking, name="office_statement_asked"),
    path("money/statements/<str:ref>/", statements.one, name="office_statement"),
    path("money/statements/<str:ref>/lines.csv", statements.exported, name="office_statement_csv"),
    path("money/bank/", bank.listed, name="office_bank"),
    path("money/bank/batches/", bank.make, name="office_bank_make"),
    path("money/bank/<str:ref>/", bank.one, name="office_bank_batch"),
    path("money/bank/<str:ref>/release/", bank.release, name="office_bank_release"),
    path("money/bank/<str:ref>/discard/", bank.discard, name="office_bank_discard"),
    path("money/bank/<str:ref>/file/", bank.file, name="office_bank_file"),
    path("money/bank/<str:ref>/confirmation/", bank.confirmation, name="office_bank_confirmation"),
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
