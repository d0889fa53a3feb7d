"""Where the desk's pages live. An act is a noun: POST /desk/reviews/RV-…/ruling."""

from __future__ import annotations

from django.urls import path

from amends.desk import announcements, cases, moving, notices, queue, reviews
from amends.desk.page import shown
from amends.faces.approving.rooms import approvals_in
from amends.faces.compensating.rooms import compensation_in
from amends.faces.promising.page import EVERY
from amends.faces.promising.rooms import promises_in
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
    path("cases", queue.every, name="desk_cases"),
    path("cases/<str:ref>", cases.case, name="desk_case"),
    path("cases/<str:ref>/review", cases.review, name="desk_call"),
    path("reviews/<str:ref>", reviews.page, name="desk_review"),
    path("reviews/<str:ref>/ruling", reviews.ruling, name="desk_ruling"),
    path("reviews/<str:ref>/round-end", reviews.round_end, name="desk_round_end"),
    path("reviews/<str:ref>/replies-end", reviews.replies_end, name="desk_replies_end"),
    path("reviews/<str:ref>/reassignment", reviews.reassignment, name="desk_reassignment"),
    path("parcels", moving.parcels, name="desk_parcels"),
    path("parcels/<str:ref>/report", moving.report, name="desk_report"),
    path("refunds", moving.refunds, name="desk_refunds"),
    path("refunds/<str:ref>/retry", moving.another_try, name="desk_retry"),
]
