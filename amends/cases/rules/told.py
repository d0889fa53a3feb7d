"""Lines of the timeline that are no moves: something happened, and no stage changed by it. Tables name them as they name verbs."""

from __future__ import annotations

REMIND = "remind"
"""Whoever a life waits for was reminded of its limit (clockwork.py); every life has this line."""

TOLD: dict[str, tuple[str, ...]] = {
    "case": ("attach", "answer_survey", "mail_in", "revise_promise", REMIND),
    "grant": (REMIND,),
    "return_shipment": (REMIND,),
    "inspection": (REMIND,),
    "refund": (REMIND,),
    "review": (REMIND,),
}
"""For each life the lines that `tell` may write about it, beside its verbs."""


def is_told(life: str, what: str) -> bool:
    """Whether `what` is a line of this life that is no move."""
    return what in TOLD.get(life, ())
