"""Where the desk's pages live. An act is a noun: POST /desk/reviews/RV-…/ruling."""

from __future__ import annotations

from django.urls import path

from amends.desk import (
    announcements,
    appeals,
    books,
    cases,
    charges,
    complaints,
    experts,
    incidents,
    judging,
    money,
    moving,
    notices,
    proposals,
    queue,
    repairs,
    reviews,
    tasks,
)
from amends.desk.page import shown
from amends.faces.approving.rooms import approvals_in
from amends.faces.compensating.rooms import compensation_in
from amends.faces.delivering.rooms import deliveries_in
from amends.faces.joining.rooms import whole_in
from amends.faces.promising.page import EVERY
from amends.faces.promising.rooms import promises_in
from amends.faces.proving.rooms import proofs_in
from amends.faces.reaching.rooms import settings_of

urlpatterns = [
    path("", queue.page, name="desk_queue"),
    path("live", queue.frame, name="desk_live"),
    path("find", queue.find, name="desk_find"),
    path("notices", notices.listed, name="desk_notices"),
    path("notices/read", notices.reading, name="desk_notices_read"),
    *settings_of("desk", shown),
    *approvals_in("desk", shown),
    path("cases/<str:ref>/messages", announcements.of_case, name="desk_case_messages"),
    path("announcements", announcements.listed, name="desk_announcements"),
    path("announcements/<str:ref>/seen", announcements.seen, name="desk_announcement_seen"),
    *promises_in("desk", shown, EVERY),
    *compensation_in("desk", shown),
    *deliveries_in("desk", shown),
    *proofs_in("desk", shown),
    path("proposals", proposals.listed, name="desk_proposals"),
    path("proposals/<str:ref>/charge", proposals.asking, name="desk_proposal_charge"),
    path("proposals/<str:ref>/dismissal", proposals.dismissal, name="desk_proposal_dismissal"),
    path("charges/<str:ref>/link", charges.link, name="desk_charge_link"),
    path("charges/<str:ref>/links/<str:link>/end", charges.link_end, name="desk_charge_link_end"),
    path("cases", queue.every, name="desk_cases"),
    path("cases/<str:ref>", cases.case, name="desk_case"),
    path("cases/<str:ref>/ledger", books.of_case, name="desk_case_ledger"),
    path("cases/<str:ref>/review", cases.review, name="desk_call"),
    path("cases/<str:ref>/appeal", appeals.entry, name="desk_appeal_entry"),
    path("cases/<str:ref>/appeal/entry", appeals.entering, name="desk_appeal_entering"),
    path("appeals", appeals.listed, name="desk_appeals"),
    path("appeals/<str:ref>", appeals.page, name="desk_appeal"),
    path("appeals/<str:ref>/admission", appeals.admission, name="desk_appeal_admission"),
    path("appeals/<str:ref>/upholding", appeals.upholding, name="desk_appeal_upholding"),
    path("appeals/<str:ref>/changing", appeals.changing, name="desk_appeal_changing"),
    path("appeals/<str:ref>/sending-back", appeals.sending_back, name="desk_appeal_sending_back"),
    path("reviews/<str:ref>", reviews.page, name="desk_review"),
    path("reviews/<str:ref>/ruling", reviews.ruling, name="desk_ruling"),
    path("reviews/<str:ref>/round-end", reviews.round_end, name="desk_round_end"),
    path("reviews/<str:ref>/replies-end", reviews.replies_end, name="desk_replies_end"),
    path("reviews/<str:ref>/reassignment", reviews.reassignment, name="desk_reassignment"),
    path("parcels", moving.parcels, name="desk_parcels"),
    path("parcels/<str:ref>/report", moving.report, name="desk_report"),
    path("repairs", repairs.page, name="desk_repairs"),
    path("experts", experts.page, name="desk_experts"),
    path("experts/calls", experts.calling, name="desk_expert_calling"),
    path("experts/<str:ref>/join", experts.joining, name="desk_expert_joining"),
    path("experts/<str:ref>/pass", experts.passing, name="desk_expert_passing"),
    path("experts/<str:ref>/advice", experts.advising, name="desk_expert_advising"),
    path("experts/<str:ref>/dropping", experts.dropping, name="desk_expert_dropping"),
    path("tasks", tasks.listed, name="desk_tasks"),
    path("tasks/of/<str:ref>", tasks.of_case, name="desk_tasks_of"),
    path("tasks/<str:ref>", tasks.one, name="desk_task"),
    *(path(f"tasks/<str:ref>/{noun}", tasks.act, {"noun": noun}, name=f"desk_task_{noun}") for noun in tasks.ACTS),
    path("complaints", complaints.listed, name="desk_complaints"),
    path("complaints/of/<str:ref>", complaints.of_case, name="desk_complaints_of"),
    path("complaints/<str:ref>", complaints.one, name="desk_complaint"),
    path("complaints/<str:ref>/file", complaints.file, name="desk_complaint_file"),
    *(path(f"complaints/<str:ref>/{noun}", complaints.act, {"noun": noun}, name=f"desk_complaint_{noun}") for noun in complaints.ACTS),
    path("charges", charges.listed, name="desk_charges"),
    path("charges/of/<str:ref>", charges.ask, name="desk_charges_of"),
    path("charges/<str:ref>", charges.one, name="desk_charge"),
    path("charges/<str:ref>/admission", charges.admission, name="desk_charge_admission"),
    *whole_in("desk", shown),
    path("incidents", incidents.listed, name="desk_incidents"),
    path("incidents/new", incidents.opening, name="desk_incident_new"),
    path("incidents/<str:ref>", incidents.one, name="desk_incident"),
    *(path(f"incidents/<str:ref>/{noun}", incidents.doing, {"noun": noun}, name=f"desk_incident_{noun}") for noun in incidents.ACTS),
    path("charges/<str:ref>/denial", charges.denial, name="desk_charge_denial"),
    path("charges/<str:ref>/deduction", charges.deduction, name="desk_charge_deduction"),
    path("charges/<str:ref>/payment", charges.payment, name="desk_charge_payment"),
    path("charges/<str:ref>/giving-back", charges.giving_back, name="desk_charge_giving_back"),
    *(
        path(f"charges/<str:ref>/{noun}", charges.decision, {"noun": noun}, name=f"desk_charge_{noun}")
        for noun in ("liability", "excuse", "write-off")
    ),
    path("refunds", money.refunds, name="desk_refunds"),
    path("refunds/<str:ref>", money.refund, name="desk_refund"),
    path("refunds/<str:ref>/retry", money.recheck, name="desk_retry"),
    path("refunds/<str:ref>/taking", money.taking, name="desk_refund_taking"),
    path("refunds/<str:ref>/owner", money.owner, name="desk_refund_owner"),
    path("refunds/<str:ref>/redirection", money.redirection, name="desk_redirection"),
    path("chargebacks", money.chargebacks, name="desk_chargebacks"),
    path("chargebacks/<str:ref>", money.chargeback, name="desk_chargeback"),
    path("chargebacks/<str:ref>/answer", money.answer, name="desk_chargeback_answer"),
]
