"""Pieces that go out again in the plays: a difference either way, none on the shelf, one ahead of its return, a part sent after."""

from __future__ import annotations

from amends.management.demo.goods.going_back import accept, come, post, receive
from amends.management.demo.goods.telling import CARRIER, Play, Tale, approve, told
from amends.replacements import verbs
from amends.replacements.ahead import ask_ahead


def run_out(tale: Tale) -> None:
    """There is none, and the shop names what there is instead."""
    verbs.run_out(tale.piece.ref, by=tale.shop)


def ahead(tale: Tale) -> None:
    """The consumer wants the new piece before the old one is back."""
    ask_ahead(tale.case.ref, by=tale.consumer)


def send(tale: Tale) -> None:
    """The piece left the house."""
    waybill = tale.waybill
    verbs.ship(tale.piece.ref, carrier=CARRIER, waybill=waybill, by=tale.shop)
    told(tale, waybill, "accepted", "深圳", "快件已揽收")


def arrive(tale: Tale) -> None:
    """The consumer has it."""
    told(tale, tale.piece.waybill, "delivered", "深圳", "快件已签收")


BACK = ((94, approve), (84, post), (40, come), (38, receive))
FAULT = "右耳没有声音（模拟）"
PLAYS = (
    Play("dearer", "anna", "phone-128", "quality", "exchange", 98, (*BACK, (30, accept)), "replacement.packing",
         "死机，想换大一点的内存（模拟）", wants="phone-256"),
    Play("cheaper", "guest-1", "buds-white", "quality", "exchange", 98, (*BACK, (34, accept), (12, send)), "replacement.in_transit",
         FAULT, wants="buds-black"),
    Play("none left", "anna", "buds-green", "quality", "exchange", 98, (*BACK, (30, accept), (20, run_out)), "replacement.choosing", FAULT),
    Play("to be kept", "guest-3", "watch", "quality", "exchange", 98, (*BACK, (8, accept)), "replacement.reserving", "表带断了（模拟）"),
    Play("to be packed", "guest-2", "keyboard", "quality", "exchange", 98, (*BACK, (10, accept)), "replacement.packing",
         "多个键失灵（模拟）"),
    Play("to be tried", "guest-4", "buds-black", "quality", "exchange", 120,
         ((116, approve), (104, post), (76, come), (74, receive), (72, accept), (60, send), (20, arrive)), "replacement.arrived", FAULT),
    Play("sent ahead", "gold", "watch", "quality", "exchange", 40, ((36, approve), (34, ahead)), "advance.running", "走时不准（模拟）"),
    Play("sent ahead, on its way", "gold", "buds-white", "quality", "exchange", 40, ((36, approve), (34, ahead), (16, send)),
         "advance.running", FAULT),
    Play("a security is asked", "guest-2", "phone-128", "quality", "exchange", 16, ((12, approve), (8, ahead)), "advance.asked",
         "自动重启（模拟）"),
    Play("a part sent after", "anna", "kit", "missing_item", "resend", 30, ((26, approve), (14, send)), "replacement.in_transit",
         "套装里少了充电器（模拟）", claims=((3, 1),)),
)  # fmt: skip
