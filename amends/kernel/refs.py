"""Public references: typed, unguessable, easy to read aloud. `AS-7K3F-9Q2M` is a case (售后单).

Crockford's signs without I, L, O, U and Z: 31 of them, a prime, so that the last sign, a check sign modulo 31, betrays every single
slip of the pen and every swap of neighbours.
Not the database's keys: those never leave the house.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
KINDS = {
    "AS": "case", "OR": "order", "RT": "return shipment", "RF": "refund", "RV": "review", "AL": "appeal", "EV": "evidence",
    "ME": "merchant", "CU": "consumer", "PR": "product", "DE": "decision", "SV": "survey", "US": "user",
    "PD": "policy draft", "SM": "simulation", "MG": "message", "AN": "announcement", "WE": "webhook endpoint", "WD": "webhook delivery",
    "BE": "bearer", "CB": "charge back to", "DM": "deposit move", "IN": "insurance",
    "VC": "voucher", "SU": "supplement", "DS": "chargeback of a bank", "PY": "payee",
    "AP": "approval",
    "ST": "statement", "RC": "reconciliation run", "DF": "difference", "BB": "bank batch",
    "BT": "batch of a receiving desk", "UP": "unknown parcel",
    "RX": "replacement", "AV": "advance",
    "DL": "delivery put right", "PP": "proposal of liability", "LK": "link to answer by",
    "AD": "return address", "LB": "label", "PU": "pick-up",
    "RE": "repair", "WS": "workshop", "TE": "technician", "VT": "visit of a technician", "LU": "loan unit", "LN": "loan",
    "CN": "consultation", "PQ": "proof request", "TB": "testing body", "TO": "test order", "PF": "proof file",
    "TK": "task", "CM": "complaint of an authority",
    "EX": "extension", "IC": "incident",
    "OF": "offer", "SD": "something said", "QR": "quick reply",
}  # fmt: skip
_SHAPE = re.compile(rf"^({'|'.join(KINDS)})-([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})$")


def new_ref(kind: str) -> str:
    """A fresh reference of `kind` (a key of KINDS), of 54 random bits."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of reference {kind!r}")
    body = "".join(secrets.choice(ALPHABET) for _ in range(11))
    return _shaped(kind, body + _check_sign(kind, body))


def clean_ref(text: str) -> str | None:
    """`text` as a person typed it (lower case, spaces, O for 0) as a well-formed reference, or None where it cannot be one."""
    letters = re.sub(r"[\s_-]", "", text.upper())
    kind, body = letters[:2], letters[2:].translate(str.maketrans("OIL", "011"))
    if kind not in KINDS or len(body) != 12 or set(body) - set(ALPHABET):
        return None
    return _shaped(kind, body) if _check_sign(kind, body[:-1]) == body[-1] else None


def is_ref(text: str, kind: str | None = None) -> bool:
    """Whether `text` is written exactly as a reference (of `kind`)."""
    match = _SHAPE.match(text)
    return bool(match) and (kind is None or text[:2] == kind) and clean_ref(text) == text


def _shaped(kind: str, body: str) -> str:
    return f"{kind}-{body[:4]}-{body[4:8]}-{body[8:]}"


def _check_sign(kind: str, body: str) -> str:
    total = 0
    for place, letter in enumerate(kind + body, 1):
        total += place * (ord(letter) if place <= 2 else ALPHABET.index(letter))
    return ALPHABET[total % 31]
