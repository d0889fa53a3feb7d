"""What a ruling's form says, read into the fields of the verb: parts for each heard unit, sums beside them, shares, findings, blocks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import QueryDict

from amends.cases.models import Case
from amends.kernel.money import Money, MoneyError
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.judged import HeardUnit, judged
from amends.rulings.models import Review
from amends.rulings.queries import AGAINST, FOR
from amends.rulings.rules.splitting import BEARS

MIXED = "parts"
SHORT = (FOR, AGAINST)
MONEY = ("refund_only", "return_refund", "price_adjustment")


def judged_shown(case: Case, actor: Actor, lives: Collection[str]) -> dict[str, Any]:
    """What a side's page shows of the newest review beside the case, and the proofs that are asked of this very side."""
    if "review" not in lives:
        return {"judged": None, "wanted": []}
    rows = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).select_related("reasons", "reasons_also").order_by("-pk")
    row = rows.first()
    if row is None:
        return {"judged": None, "wanted": []}
    row.case = case
    seen = judged(row, actor)
    return {"judged": seen, "wanted": [one for one in seen.requests if one.mine]}


def typed_ruling(data: QueryDict, heard: tuple[HeardUnit, ...], currency: str) -> dict[str, Any]:
    """The form as the fields of `rule`. Raises Unprocessable for a sum or share that can't be read."""
    outcome = data.get("outcome", "")
    fields: dict[str, Any] = {
        "liable": data.get("liable", ""), "clause": data.get("clause", ""), "words": data.get("words", ""),
        "words_en": data.get("words_en", ""), "blocks": data.getlist("blocks"), "bears": typed_shares(data),
        "found": {name[6:]: value for name, value in data.items() if name.startswith("found-") and isinstance(value, str) and value},
    }  # fmt: skip
    if outcome != MIXED:
        return {**fields, "outcome": outcome}
    return {**fields, "parts": typed_parts(data, heard, currency)}


def typed_parts(data: QueryDict, heard: tuple[HeardUnit, ...], currency: str) -> list[dict[str, Any]]:
    """The parts of the form: one for each heard unit, and a sum beside them where one is named."""
    parts = []
    for unit in heard:
        remedy, written = data.get(f"remedy-{unit.id}", "") or "none", str(data.get(f"amount-{unit.id}", "")).strip()
        part: dict[str, Any] = {"remedy": remedy, "units": [unit.id]}
        if written and remedy in MONEY:
            part["amount_minor"] = _minor(written, currency, "parts")
        parts.append(part)
    if written := str(data.get("sum_amount", "")).strip():
        bearer = data.get("sum_by", "") or "merchant"
        parts.append({"remedy": "goodwill", "amount_minor": _minor(written, currency, "parts"), "borne_by": bearer})
    if written := str(data.get("freight_amount", "")).strip():
        line = int(data.get("freight_line", "1") or 1) if str(data.get("freight_line", "1")).isdecimal() else 0
        parts.append({"remedy": "extra", "line": line, "part": "freight", "amount_minor": _minor(written, currency, "parts")})
    return parts


def typed_shares(data: QueryDict) -> dict[str, int]:
    """The shares, written in per cent with two decimals at most, as hundredths of a per cent."""
    found = {}
    for party in BEARS:
        written = str(data.get(f"share-{party}", "")).strip().rstrip("%").strip()
        if not written:
            continue
        whole, _, part = written.partition(".")
        if not (whole.isascii() and whole.isdecimal() and len(whole) <= 3 and len(part) <= 2 and (part == "" or part.isdecimal())):
            raise _wrong("bears", say("份额请写成 70 或 33.5 的样子。", "Write a share like 70 or 33.5."), "share_wrong")
        found[party] = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return found


def _minor(written: str, currency: str, field: str) -> int:
    try:
        return Money.parse(written, currency).minor
    except MoneyError as wrong:
        raise _wrong(field, wrong.text, "wrong_amount") from wrong


def _wrong(field: str, text: Text, code: str) -> Unprocessable:
    return Unprocessable.field(field, text, code=code)
