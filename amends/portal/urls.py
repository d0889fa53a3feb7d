"""Where the consumer's pages live. Addresses are nouns; every act is a POST."""

from __future__ import annotations

from django.urls import path

from amends.faces.reaching.rooms import settings_of
from amends.portal import acts, announcements, applying, cases, money, notices, orders, purse

app_name = "portal"
urlpatterns = [
    path("", orders.home, name="home"),
    path("help/", notices.person, name="help"),
    path("notices/", notices.listed, name="notices"),
    path("notices/reading", notices.reading, name="reading"),
    path("announcements/", announcements.listed, name="announcements"),
    path("announcements/<str:ref>/seen", announcements.seen, name="announcement_seen"),
    *settings_of("portal", notices.framed),
    path("orders/<str:ref>/claim", applying.choose, name="choose"),
    path("orders/<str:ref>/claim/remedies", applying.remedies, name="remedies"),
    path("orders/<str:ref>/cases", applying.submit, name="submit"),
    path("purse/", purse.shown, name="purse"),
    path("purse/supplements/<str:ref>/payment", purse.payment, name="supplement"),
    path("cases/", cases.listed, name="cases"),
    path("cases/<str:ref>", cases.shown, name="case"),
    path("money/", money.page, name="money"),
    path("cases/<str:ref>/payees", money.payee, name="payee"),
    path("cases/<str:ref>/withdrawal", acts.withdrawal, name="withdrawal"),
    path("cases/<str:ref>/platform-call", acts.platform_call, name="platform_call"),
    path("cases/<str:ref>/person", acts.person, name="person"),
    path("cases/<str:ref>/refusal-acceptance", acts.refusal_acceptance, name="refusal_acceptance"),
    path("cases/<str:ref>/ruling-acceptance", acts.ruling_acceptance, name="ruling_acceptance"),
    path("cases/<str:ref>/proof", acts.proof, name="proof"),
    path("cases/<str:ref>/statements/<str:review>", acts.statement, name="statement"),
    path("cases/<str:ref>/rating", acts.rating, name="rating"),
    path("cases/<str:ref>/parcels/<str:parcel>/dispatch", acts.dispatch, name="dispatch"),
    path("cases/<str:ref>/parcels/<str:parcel>/pickup", acts.pickup, name="pickup"),
    path("cases/<str:ref>/parcels/<str:parcel>/pickup/cancellation", acts.pickup_cancellation, name="pickup_cancellation"),
    path("cases/<str:ref>/parcels/<str:parcel>/collection", acts.collection, name="collection"),
    path("cases/<str:ref>/findings/<int:finding>/acceptance", acts.finding_acceptance, name="finding_acceptance"),
    path("cases/<str:ref>/findings/<int:finding>/objection", acts.objection, name="objection"),
]
