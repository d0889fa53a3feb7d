"""Where the console's pages live. An act is a noun: POST /console/cases/AS-…/approval."""

from __future__ import annotations

from django.urls import path

from amends.console import announcements, answering, cases, inspecting, money, parcels, queue, receiving, stock, webhooks
from amends.console.page import shown
from amends.faces.approving.rooms import approvals_in
from amends.faces.compensating.rooms import compensation_in
from amends.faces.promising.page import EVERY
from amends.faces.promising.rooms import promises_in
from amends.faces.reaching.rooms import settings_of

urlpatterns = [
    path("", queue.page, name="console_queue"),
    path("live", queue.frame, name="console_live"),
    path("find", cases.find, name="console_find"),
    path("notices", cases.notices, name="console_notices"),
    path("notices/read", cases.notices_read, name="console_notices_read"),
    path("cases/<str:ref>/messages", announcements.of_case, name="console_case_messages"),
    path("announcements", announcements.listed, name="console_announcements"),
    path("announcements/<str:ref>/seen", announcements.seen, name="console_announcement_seen"),
    *settings_of("console", shown),
    *approvals_in("console", shown),
    *promises_in("console", shown, EVERY),
    *compensation_in("console", shown),
    path("cases", cases.every, name="console_cases"),
    path("cases/<str:ref>", cases.case, name="console_case"),
    path("cases/<str:ref>/approval", answering.approval, name="console_approval"),
    path("cases/<str:ref>/refusal", answering.refusal, name="console_refusal"),
    path("cases/<str:ref>/proof-request", answering.proof_request, name="console_proof_request"),
    path("cases/<str:ref>/review", answering.review, name="console_review"),
    path("cases/<str:ref>/person", answering.person, name="console_person"),
    path("cases/<str:ref>/statement", answering.statement, name="console_statement"),
    path("cases/<str:ref>/acceptance", answering.acceptance, name="console_acceptance"),
    path("stock", stock.page, name="console_stock"),
    path("stock/levels", stock.levels, name="console_stock_levels"),
    path("stock/<str:ref>/units/<int:inspection>/disposal", stock.disposal, name="console_stock_disposal"),
    path("receiving", receiving.page, name="console_receiving"),
    path("receiving/batches", receiving.opening, name="console_receiving_opening"),
    path("receiving/batches/<str:ref>", receiving.batch, name="console_receiving_batch"),
    path("receiving/batches/<str:ref>/scans", receiving.scans, name="console_receiving_scans"),
    path("receiving/batches/<str:ref>/closing", receiving.closing, name="console_receiving_closing"),
    path("receiving/shelf", receiving.shelf, name="console_receiving_shelf"),
    path("receiving/shelf/<str:ref>", receiving.shelved, name="console_receiving_shelved"),
    path("receiving/shelf/<str:ref>/match", receiving.matching, name="console_receiving_match"),
    path("receiving/shelf/<str:ref>/note", receiving.note, name="console_receiving_note"),
    path("receiving/shelf/<str:ref>/return", receiving.going_back, name="console_receiving_return"),
    path("receiving/shelf/<str:ref>/disposal", receiving.disposal, name="console_receiving_disposal"),
    path("parcels", parcels.page, name="console_parcels"),
    path("parcels/<str:ref>/address", parcels.address, name="console_address"),
    path("parcels/<str:ref>/receipt", parcels.receipt, name="console_receipt"),
    path("parcels/<str:ref>/dispatch", parcels.dispatch, name="console_dispatch"),
    path("parcels/<str:ref>/keeping", parcels.keeping, name="console_keeping"),
    path("parcels/<str:ref>/units/<int:unit>/acceptance", parcels.unit_acceptance, name="console_unit_acceptance"),
    path("parcels/<str:ref>/totals", inspecting.totals, name="console_totals"),
    path("parcels/<str:ref>/inspection", inspecting.bench, name="console_inspection"),
    path("money", money.page, name="console_money"),
    path("money/moves/<str:ref>/objection", money.objection, name="console_objection"),
    path("money/statement", money.statement, name="console_statement_of_account"),
    path("money/statement.<str:kind>", money.paper, name="console_statement_paper"),
    path("money/costs", money.costs, name="console_costs"),
    path("charges", money.listed, name="console_charges"),
    path("charges/<str:ref>", money.one, name="console_charge"),
    path("charges/<str:ref>/admission", money.admission, name="console_charge_admission"),
    path("charges/<str:ref>/denial", money.denial, name="console_charge_denial"),
    path("charges/<str:ref>/payment", money.payment, name="console_charge_payment"),
    path("webhooks", webhooks.every, name="console_webhooks"),
    path("webhooks/new", webhooks.new, name="console_webhook_new"),
    path("webhooks/<str:ref>", webhooks.one, name="console_webhook"),
    path("webhooks/<str:ref>/secret", webhooks.secret, name="console_webhook_secret"),
    path("webhooks/<str:ref>/changes", webhooks.changes, name="console_webhook_changes"),
    path("webhooks/<str:ref>/pause", webhooks.pause, name="console_webhook_pause"),
    path("webhooks/<str:ref>/resumption", webhooks.resumption, name="console_webhook_resumption"),
    path("webhooks/<str:ref>/removal", webhooks.removal, name="console_webhook_removal"),
    path("webhooks/<str:ref>/secret-rotation", webhooks.secret_rotation, name="console_webhook_rotation"),
    path("webhooks/<str:ref>/tests", webhooks.tests, name="console_webhook_tests"),
    path("webhooks/<str:ref>/replays", webhooks.replays, name="console_webhook_replays"),
    path("webhooks/<str:ref>/deliveries/<str:delivery>", webhooks.delivery, name="console_webhook_delivery"),
    path("webhooks/<str:ref>/deliveries/<str:delivery>/replay", webhooks.replay, name="console_webhook_replay"),
]
