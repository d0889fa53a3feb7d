"""What a consumer typed into the application, as the claim that the policy is asked about, with the questions that it still needs.

The order answers what it can; only what the policy asks for is asked. Nothing is written and nothing decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.http import QueryDict

from amends.cases.claims import Considered, LineClaim, consider
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Order
from amends.policy.rules.facts import Remedy, Weighing

PIECES, WANTED = "n-", "wanted-"
BAD_SHARE, WEIGHED = "bad_share", "weighed_again"
# About the parcel as a whole: asked once, whatever is in it.
OF_THE_PARCEL = frozenset({"signed_by_consumer", "reminded"})
YES, NO = "yes", "no"
MOST_GRAMS = 1_000_000
UNANSWERED = say("请回答这个问题。", "Please answer this.")
A_NUMBER = say("请填写件数。", "Please give the number of pieces.")
A_SHARE = say("请填 1 到 100 的整数。", "Give a whole number from 1 to 100.")
GRAMS = say("请填整数克数，1 到 {most}。", "Give whole grams, from 1 to {most}.", most=f"{MOST_GRAMS:,}")


@dataclass(frozen=True, slots=True)
class Wish:
    """The form as it was typed: pieces by line, the issue, the answers by name, the remedy."""

    pieces: Mapping[int, str]
    issue: str
    typed: Mapping[str, str]
    remedy: str
    asks_person: bool = False
    wanted: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: QueryDict) -> Wish:
        """Everything that a form of the application can hold; foreign fields are left alone."""
        pieces = {int(name[2:]): str(value).strip() for name, value in data.items() if _is_pieces(name)}
        typed = {name: str(value).strip() for name, value in data.items() if name.startswith("q-")}
        return cls(pieces, str(data.get("issue", "")), typed, str(data.get("remedy", "")), data.get("person") == YES, _wanted(data))

    def quantities(self) -> dict[int, int]:
        """Pieces by line where at least one is wanted. Raises Unprocessable for what is no number."""
        found: dict[int, int] = {}
        for position, value in self.pieces.items():
            try:
                count = int(value or "0")
            except ValueError as wrong:
                raise Unprocessable.field("quantity", A_NUMBER, code="wrong_quantity") from wrong
            if count:
                found[position] = count
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the policy with what was answered; `kind` is 'flag', 'bad_share' or 'weighed_again'."""

    name: str
    kind: str
    flag: str
    text: Text
    article: Text | None
    value: str
    second: str
    error: Text | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claim with its answers, considered; `lines` is what `apply` takes."""

    considered: Considered
    lines: tuple[LineClaim, ...]
    questions: tuple[Asked, ...]

    def with_errors(self) -> tuple[Asked, ...]:
        """The questions; those that nobody answered say so."""
        return tuple(one if one.error or not _is_open(one) else replace(one, error=UNANSWERED) for one in self.questions)


def _is_pieces(name: str) -> bool:
    """`n-` and the position of a line; no order has a line of more digits."""
    return name.startswith(PIECES) and name[2:].isdecimal() and len(name) < 9


def _wanted(data: QueryDict) -> dict[int, str]:
    """By line the article that is wanted in exchange: `wanted-` and the position."""
    named = {name[len(WANTED) :]: str(value).strip()[:20] for name, value in data.items() if name.startswith(WANTED)}
    return {int(name): ref for name, ref in named.items() if ref and name.isascii() and name.isdecimal() and len(name) < 7}


def _is_open(one: Asked) -> bool:
    return not one.value or (one.kind == WEIGHED and not one.second)


def claim(order: Order, wish: Wish, *, at: datetime) -> Claimed:
    """The claim under all answers that were given; a new answer may raise a new question, so it is asked until nothing new comes.

    Raises Unprocessable where lines, quantities or the issue can't be taken.
    """
    wanted = wish.wanted if wish.remedy == Remedy.EXCHANGE else {}
    lines = {position: LineClaim(position, count, wanted=wanted.get(position, "")) for position, count in wish.quantities().items()}
    asked: dict[str, Asked] = {}
    while True:
        considered = consider(order, list(lines.values()), wish.issue, at=at, asks_person=wish.asks_person)
        several = len(considered.lines) > 1
        fresh: dict[str, Asked] = {}
        for decided in considered.lines:
            position, article = decided.line.position, say(decided.line.name_zh, decided.line.name_en)
            for question in decided.decision.missing:
                about = 0 if question.flag in OF_THE_PARCEL else position
                name = f"q-{about}-{question.flag}"
                if name not in asked:
                    fresh[name] = _asked(name, question.flag, question.text, article if several and about else None, wish.typed)
        asked |= fresh
        answered = [one for one in fresh.values() if not one.error and not _is_open(one)]
        if not answered:
            return Claimed(considered, tuple(lines.values()), tuple(asked.values()))
        for one in answered:
            about = int(one.name.split("-")[1])
            for position in [about] if about else list(lines):
                lines[position] = _told(lines[position], one)


def _asked(name: str, flag: str, text: Text, article: Text | None, typed: Mapping[str, str]) -> Asked:
    kind = flag if flag in (BAD_SHARE, WEIGHED) else "flag"
    value, second = typed.get(name, ""), typed.get(f"{name}-2", "")
    if kind == "flag":
        return Asked(name, kind, flag, text, article, value if value in (YES, NO) else "", "", None)
    if kind == BAD_SHARE:
        return Asked(name, kind, flag, text, article, value, "", None if not value or _whole(value, 1, 100) else A_SHARE)
    right = all(not given or _whole(given, least, MOST_GRAMS) for given, least in ((value, 1), (second, 0)))
    return Asked(name, kind, flag, text, article, value, second, None if right else GRAMS)


def _whole(value: str, least: int, most: int) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 9 and least <= int(value) <= most


def _told(line: LineClaim, one: Asked) -> LineClaim:
    if one.kind == BAD_SHARE:
        return replace(line, bad_share_bps=int(one.value) * 100)
    if one.kind == WEIGHED:
        return replace(line, weighing=Weighing(int(one.value), int(one.second)))
    return replace(line, flags={**line.flags, one.flag: one.value == YES})
