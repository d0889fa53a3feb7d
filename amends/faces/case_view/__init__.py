"""One case for one reader, with everything that a face shows of it: `case_view(ref, actor)`. Pages and the API read cases from here."""

from amends.cases.waiting_words import LIMITS
from amends.faces.case_view.limits import limit_clause, money_text, words_of_silence
from amends.faces.case_view.shapes import (
    Act,
    CaseView,
    ClaimedLine,
    Decided,
    InspectedUnit,
    Parcel,
    Piece,
    RefundRow,
    Refused,
    ReviewView,
    Said,
    Side,
    Spoken,
    Step,
    SumRow,
    SurveyView,
    Told,
    Turn,
)
from amends.faces.case_view.view import case_view, evidence_items

__all__ = [
    "LIMITS",
    "Act",
    "CaseView",
    "ClaimedLine",
    "Decided",
    "InspectedUnit",
    "Parcel",
    "Piece",
    "RefundRow",
    "Refused",
    "ReviewView",
    "Said",
    "Side",
    "Spoken",
    "Step",
    "SumRow",
    "SurveyView",
    "Told",
    "Turn",
    "case_view",
    "evidence_items",
    "limit_clause",
    "money_text",
    "words_of_silence",
]
