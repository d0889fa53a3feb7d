"""The form of a ruling, and of one that an appeal puts in its place: its rows as they are shown, and what was typed as the verb's fields
(parts for each heard unit, freight and sums beside them, shares, findings, building blocks)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.http import QueryDict

from amends.cases.models import Case
from amends.cases.rules.mix import FOR_UNITS, FREIGHT_AND_PACKAGING, NONE, POINTS, STAYS
from amends.kernel.money import Money, MoneyError
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.judged import EXTRAS, PART_NAMES, HeardUnit, extras_left, heard_now, judged
from amends.rulings.mixing_of import Costs, cost_of_ruling
from amends.rulings.models import ArbiterProfile, Review
from amends.rulings.queries import AGAINST, FOR
from amends.rulings.rules.assigning import LANGUAGE_NAMES, SKILLS
from amends.rulings.rules.blocks import BLOCKS, GROUPS
from amends.rulings.rules.splitting import BEARS
from amends.rulings.verbs.deciding import reasons_text

MIXED = "parts"
SHORT = (FOR, AGAINST)
MONEY = ("refund_only", "return_refund", STAYS)
REMEDIES = ("refund_only", "return_refund", STAYS, "exchange", "resend", "repair")
"""What a heard unit can be given, in the order of the form; none of it stands last."""
IN_MONEY = ("goodwill", "voucher")
"""Sums beyond the order that are typed as money; points are counted."""
MERCHANT, PLATFORM = Party.MERCHANT.value, Party.PLATFORM.value
LONGEST_POINTS = 9


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


ANY = say("不限", "any")
"""What stands for skills or languages of whoever named none."""


def named_skills(keys: Iterable[str]) -> Text | None:
    """Skills in words, one after the other; None without any."""
    return _listed([SKILLS.get(key) or Text(key, key) for key in keys])


def named_languages(row: ArbiterProfile) -> Text | None:
    """The languages that this arbiter reads, in words; None where it is every one."""
    return _listed([LANGUAGE_NAMES[key] for key in row.languages])


def skill_choices(chosen: Iterable[str]) -> list[tuple[str, Text, bool]]:
    """Every skill that there is, with whether it was chosen."""
    here = set(chosen)
    return [(key, name, key in here) for key, name in SKILLS.items()]


def _listed(names: Sequence[Text]) -> Text | None:
    zh, en = "、".join(one.into("zh") for one in names), ", ".join(one.into("en") for one in names)
    return Text(zh, en) if names else None


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
    """The parts of the form: one for each heard unit; freight and packaging of lines, and sums beyond the order, where they are named."""
    parts: list[dict[str, Any]] = []
    for unit in heard:
        remedy, written = data.get(f"remedy-{unit.id}", "") or NONE, _written(data, f"amount-{unit.id}")
        part: dict[str, Any] = {"remedy": remedy, "units": [unit.id]}
        if written and remedy in MONEY:
            part["amount_minor"] = _minor(written, currency)
        elif remedy == STAYS:
            text = say("差价要写明金额：{name}。", "A price adjustment needs its sum: {name}.", name=unit.name)
            raise _wrong("parts", text, "amount_missing")
        parts.append(part)
    for name in data:
        kind, _, line = name.partition("-")
        if kind in EXTRAS and line.isascii() and line.isdecimal() and len(line) < 6 and (written := _written(data, name)):
            parts.append({"remedy": FREIGHT_AND_PACKAGING, "line": int(line), "part": kind, "amount_minor": _minor(written, currency)})
    for remedy in IN_MONEY:
        if written := _written(data, remedy):
            bearer = data.get(f"{remedy}_by", "") or MERCHANT
            parts.append({"remedy": remedy, "amount_minor": _minor(written, currency), "borne_by": bearer})
    if written := _written(data, POINTS):
        if not (written.isascii() and written.isdecimal() and len(written) <= LONGEST_POINTS):
            raise _wrong("parts", say("积分须为整数。", "Points are a whole number."), "wrong_amount")
        parts.append({"remedy": POINTS, "amount_minor": int(written), "borne_by": PLATFORM})
    return parts


def typed_shares(data: QueryDict) -> dict[str, int]:
    """The shares, written in per cent with two decimals at most, as hundredths of a per cent."""
    found = {}
    for party in BEARS:
        written = _written(data, f"share-{party}").rstrip("%").strip()
        if not written:
            continue
        whole, _, part = written.partition(".")
        if not (whole.isascii() and whole.isdecimal() and len(whole) <= 3 and len(part) <= 2 and (part == "" or part.isdecimal())):
            raise _wrong("bears", say("份额请写成 70 或 33.5 的样子。", "Write a share like 70 or 33.5."), "share_wrong")
        found[party] = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return found


def typed_costs(review: Review, data: QueryDict, by: Actor) -> Costs:
    """What the ruling as it is typed now would cost, and whom; while no outcome is chosen, what a ruling against the claim would. Raises
    Unprocessable where something of it can't be."""
    fields = typed_ruling(data, heard_now(review), review.case.currency)
    outcome = fields.get("outcome", "")
    short, told = outcome if outcome in SHORT else AGAINST, fields["bears"]
    return cost_of_ruling(review, short, fields.get("parts"), told, by, liable=fields["liable"])


# ── the form's rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def unit_rows(heard: tuple[HeardUnit, ...], typed: QueryDict) -> list[dict[str, Any]]:
    """Each heard unit with what may be chosen for it, as it was typed or as it was asked. A contested finding is answered in its own
    remedy, or with nothing."""
    return [
        {
            "unit": unit, "remedy": typed.get(f"remedy-{unit.id}", unit.remedy), "amount": typed.get(f"amount-{unit.id}", ""),
            "choices": [
                (key, PART_NAMES[key]) for key in dict.fromkeys((unit.remedy, *REMEDIES, NONE))
                if key in FOR_UNITS | {STAYS} and (not unit.contested or key in (unit.remedy, NONE))
            ],
        }
        for unit in heard
    ]  # fmt: skip


def besides(case: Case, typed: QueryDict) -> dict[str, Any]:
    """What a ruling can give beside its units: freight and packaging that are left of the claimed lines, and sums beyond the order."""
    return {
        "extras": [(f"{one.part}-{one.line}", one, EXTRAS[one.part], typed.get(f"{one.part}-{one.line}", "")) for one in extras_left(case)],
        "sums": [(remedy, PART_NAMES[remedy], typed.get(remedy, ""), typed.get(f"{remedy}_by", MERCHANT)) for remedy in IN_MONEY],
        "givers": [(key, NAMES[Party(key)]) for key in (MERCHANT, PLATFORM)], "points": typed.get(POINTS, ""),
    }  # fmt: skip


def share_rows(typed: QueryDict) -> list[tuple[str, Text, str]]:
    """Whoever may bear it, with the share as it was typed."""
    return [(party, NAMES[Party(party)], str(typed.get(f"share-{party}", ""))) for party in BEARS]


def block_rows(typed: QueryDict, case: Case) -> list[tuple[Text, list[tuple[str, Text, bool]]]]:
    """The building blocks in their groups, as they would read in this case, with those that were picked."""
    chosen, clause = set(typed.getlist("blocks")), _written(typed, "clause") or "…"
    rows = [(key, block.group, reasons_text(case, [{"key": key}], clause), key in chosen) for key, block in BLOCKS.items()]
    return [(name, [(key, text, on) for key, mine, text, on in rows if mine == group]) for group, name in GROUPS.items()]


def _written(data: QueryDict, name: str) -> str:
    return str(data.get(name, "")).strip()


def _minor(written: str, currency: str) -> int:
    try:
        return Money.parse(written, currency).minor
    except MoneyError as wrong:
        raise _wrong("parts", wrong.text, "wrong_amount") from wrong


def _wrong(field: str, text: Text, code: str) -> Unprocessable:
    return Unprocessable.field(field, text, code=code)
