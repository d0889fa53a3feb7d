"""Where the counter's pages live: a workshop's day and jobs, each act a POST."""

from __future__ import annotations

from django.urls import path

from amends.counter import answering, jobs, lending, testing, visits

urlpatterns = [
    path("answers/<str:secret>", answering.page, name="counter_answer"),
    path("answers/<str:secret>/opening", answering.opening, name="counter_answer_opening"),
    path("tests/<str:secret>", testing.page, name="counter_test"),
    path("tests/<str:secret>/opening", testing.opening, name="counter_test_opening"),
    path("", visits.today, name="counter"),
    path("days/<str:day>", visits.one_day, name="counter_day"),
    path("visits/<str:ref>/start", visits.start, name="counter_start"),
    path("visits/<str:ref>/end", visits.end, name="counter_end"),
    path("visits/<str:ref>/absence", visits.absence, name="counter_absence"),
    path("jobs", jobs.listed, name="counter_jobs"),
    path("jobs/<str:ref>", jobs.one, name="counter_job"),
    path("jobs/<str:ref>/times", visits.times, name="counter_times"),
    path("jobs/<str:ref>/diagnosis", jobs.diagnosis, name="counter_diagnosis"),
    path("jobs/<str:ref>/quote", jobs.quote, name="counter_quote"),
    path("jobs/<str:ref>/parts", jobs.parts, name="counter_parts"),
    path("jobs/<str:ref>/parts-arrival", jobs.parts_arrival, name="counter_parts_arrival"),
    path("jobs/<str:ref>/hand-back", jobs.handing_back, name="counter_hand_back"),
    path("jobs/<str:ref>/failure", jobs.failure, name="counter_failure"),
    path("jobs/<str:ref>/photos/<str:evidence>", jobs.photo, name="counter_photo"),
    path("jobs/<str:ref>/loan", lending.promise, name="counter_loan"),
    path("loans/<str:ref>/hand-out", lending.handing_out, name="counter_loan_out"),
    path("loans/<str:ref>/return", lending.coming_back, name="counter_loan_back"),
]
