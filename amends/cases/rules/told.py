"""Lines of the timeline that are no moves: something happened, and no stage changed by it. Tables name them as they name verbs."""

from __future__ import annotations

REMIND = "remind"
"""Whoever a life waits for was reminded of its limit (clockwork.py); every life has this line."""

APPROVING = (
    "ask_approval", "remind_approval", "grant_approval", "refuse_approval", "lapse_approval", "withdraw_approval", "void_approval",
    "ask_colleague", "remind_colleague", "grant_colleague", "refuse_colleague", "lapse_colleague", "withdraw_colleague", "void_colleague",
    "break_glass", "review_glass", "alarm_glass",
)  # fmt: skip
"""What happens to a decision about money that somebody else has to approve: of the platform's people, of a shop's, and behind broken
glass."""

GIVING = (
    "compensate", "revoke_voucher", "expire_voucher", "warn_voucher", "ask_supplement", "pay_supplement", "lapse_supplement",
    "drop_supplement", "return_supplement",
)  # fmt: skip
"""What is given beside the claim and becomes of it, and what a consumer is asked to pay on top."""

CONTESTING = ("contest_deduction", "remind_deduction", "alarm_deduction", "uphold_deduction", "withdraw_deduction")
"""What becomes of a deduction that the merchant contests, and what the platform answers."""

WAY_BACK = (
    "ask_label", "buy_label", "fail_label", "void_label", "confirm_pickup", "change_pickup", "prove_freight", "add_parcel", "travel_with",
    "ask_destroy", "waive_return", "ask_intercept", "fail_intercept", "refuse_parcel", "miss_address", "arrive_late",
)  # fmt: skip
"""What is arranged about a parcel while it stays where it is: its label, its courier, its company, and that it need not come."""

JOINING = ("take_in", "let_out", "give_part", "carry_over", "link_case", "unlink_case")
"""What becomes of a case beside others: it took one in or let it out, gave a part away, was linked, or got what went to another number."""

INCIDENTS = ("hang_on", "let_off", "tell_incident", "close_incident")
"""A case hangs on an incident, one cause of many cases, and what its sides are told of it."""

VISITS = ("book_visit", "start_visit", "move_visit", "cancel_visit", "miss_visit", "finish_visit")
"""What becomes of a technician's appointments while a repair goes on."""

JUDGING = ("entrust", "want_of_consumer", "want_of_merchant", "accept_ruling", "bear_share")
"""Who has a review, what an arbiter wants of one side, one of two acceptances, and what the platform bears of its cost."""

ERRANDS = ("reach_carrier", "ask_by_hand", "turn_down")
"""What became of something that was asked of a carrier about a delivery."""
TURN_UP = "turn_up"
"""What counts as lost was delivered after all: it changes nobody's rights by itself, and everybody has to know."""

TOLD: dict[str, tuple[str, ...]] = {
    "case": (
        "attach", "answer_survey", "mail_in", "revise_promise", "announce_deduction", "give_payee", "answer_chargeback",
        "turn_repair", "choose_repair_way", "breach", "say_words", REMIND,
        *APPROVING, *GIVING, *CONTESTING, *JOINING, *INCIDENTS,
    ),
    "grant": (REMIND,),
    "offer": (REMIND,),
    "extension": (REMIND,),
    "return_shipment": (*WAY_BACK, REMIND),
    "inspection": ("dispose", REMIND),
    "replacement": ("send_elsewhere", REMIND),
    "advance": ("book_debt", "remind_debt", "settle_debt", REMIND),
    "repair": (*VISITS, REMIND),
    "loan": (REMIND,),
    "consultation": ("ask_consent", "give_consent", "refuse_consent", REMIND),
    "task": ("own_task", "free_task", REMIND),
    "complaint": ("own_complaint", "note_acceptance", "note_testing", REMIND),
    "refund": ("ask_payee", "assign", "recheck", "come_back_late", REMIND),
    "review": (*JUDGING, REMIND),
    "appeal": ("reply_appeal", "note_caller", "entrust", "want_examiner", REMIND),
    "charge_back_to": ("give_back", REMIND),
    "delivery": (*ERRANDS, TURN_UP, REMIND),
}  # fmt: skip
"""For each life the lines that `tell` may write about it, beside its verbs."""


def is_told(life: str, what: str) -> bool:
    """Whether `what` is a line of this life that is no move."""
    return what in TOLD.get(life, ())
