"""The parts of a decision: reasons, sums as columns of lines, what is said of a remedy and of a claim to compensation; each as JSON.

Light tuples, because one page asks for hundreds. Nothing is decided here (decide.py), nor is the whole put together (decision.py).
Sums are integer minor units, instants are UTC. What reads JSON also reads what older versions stamped on cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.policy.rules.facts import Lane, Remedy, TenderShare


class Reason(NamedTuple):
    """One rule that spoke: whether it holds, in words, with the article behind it, where the rule was read and how surely.

    `source` and `tag` are those of the clause (P read in the text of the law, S secondary, I interpretation, G general knowledge); empty
    where the decision was stamped before they were kept.
    """

    rule_id: str
    clause: str
    text: Text
    holds: bool
    article: Text
    source: str = ""
    tag: str = ""


class SumRow(NamedTuple):
    """One line of a sum; the rows of an answer add up to its amount exactly."""

    text: Text
    minor: int
    note: Text | None
    clause: str


class Question(NamedTuple):
    """A fact still needed. `flag` names the flag; `bad_share` and `weighed_again` ask for Facts.bad_share_bps and Facts.weighing."""

    flag: str
    text: Text


class Settlement(NamedTuple):
    """One way to settle a part return under a lost promise (apportioned, recalculated): a column whose rows add up to `minor`."""

    name: str
    text: Text
    minor: int
    rows: tuple[SumRow, ...]
    chosen: bool


class RemedyAnswer(NamedTuple):
    """What the rules say of one remedy. `amount_minor` is what it brings at most, 0 where it brings goods or nothing.

    `return_freight` is the party that bears the way back, None where nothing goes back. `outbound_freight_minor` and `packaging_minor`
    are contained in the amount. `until` is the end of the window that the right rests on. `lane` says who looks at it, never whether it
    is open; where the remedy is not open, a person has to agree to it. `settlements` holds both columns of a part return that loses a
    promise. `back_to` divides the amount over the means of payment, and gives coupons back in kind.
    """

    remedy: Remedy
    open: bool
    reasons: tuple[Reason, ...]
    opens_by: Text | None = None
    amount_minor: int = 0
    sum_rows: tuple[SumRow, ...] = ()
    return_freight: Party | None = None
    freight_clause: str = ""
    outbound_freight_minor: int = 0
    ships_back: bool = False
    evidence_min: int = 0
    until: datetime | None = None
    lane: Lane = Lane.ASSISTED
    lane_reasons: tuple[Reason, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    back_to: tuple[TenderShare, ...] = ()
    packaging_minor: int = 0

    @property
    def automatic(self) -> bool:
        """Nobody has to look at it."""
        return self.lane in (Lane.INSTANT, Lane.AUTOMATIC)


class ClaimAnswer(NamedTuple):
    """What the rules say of a sum beside the remedies: three times the price for fraud, say. The rows add up to `amount_minor`.

    `first_asked`: whoever is asked first pays first, and has recourse afterwards; otherwise the merchant pays. `asks` are the facts
    that could still open it.
    """

    name: str
    title: Text
    open: bool
    reasons: tuple[Reason, ...]
    opens_by: Text | None = None
    amount_minor: int = 0
    sum_rows: tuple[SumRow, ...] = ()
    first_asked: bool = False
    asks: tuple[Question, ...] = ()


class SilencePick(NamedTuple):
    """One row of what silence means; None fits every remedy or state."""

    limit: str
    remedy: Remedy | None
    shipped: bool | None
    received: bool | None
    verb: str


class PausePick(NamedTuple):
    """Days of the market on which the clocks of `limits` stand still: first and last, both inclusive, as ISO dates."""

    limits: tuple[str, ...]
    first: str
    last: str


class ClockRow(NamedTuple):
    """A limit of the rules with the duty of the law that runs beside it; empty and None where no duty does."""

    limit: str
    value: str
    source: str
    tag: str
    legal_name: str = ""
    legal_value: str = ""
    legal_source: str = ""
    article: Text | None = None


def text_out(text: Text) -> dict[str, Any]:
    """A text with its places unfilled and their values beside it."""
    out: dict[str, Any] = {"zh": text.zh, "en": text.en}
    if text.values:
        out["values"] = {name: text_out(v) if isinstance(v, Text) else v for name, v in text.values.items()}
    return out


def text_in(raw: Mapping[str, Any]) -> Text:
    """The text that `text_out` wrote."""
    values = {name: text_in(v) if isinstance(v, dict) else v for name, v in raw.get("values", {}).items()}
    return say(raw["zh"], raw["en"], **values)


def reason_out(reason: Reason) -> list[Any]:
    return [reason.rule_id, reason.clause, text_out(reason.text), reason.holds, text_out(reason.article), reason.source, reason.tag]


def reason_in(raw: Sequence[Any]) -> Reason:
    rule_id, clause, text, holds, article, *origin = raw
    return Reason(rule_id, clause, text_in(text), holds, text_in(article), *origin)


def answer_out(answer: RemedyAnswer) -> dict[str, Any]:
    raw = answer._asdict()
    raw["reasons"], raw["lane_reasons"] = _reasons_out(answer.reasons), _reasons_out(answer.lane_reasons)
    raw["opens_by"] = answer.opens_by and text_out(answer.opens_by)
    raw["sum_rows"] = _rows_out(answer.sum_rows)
    raw["until"] = answer.until and answer.until.isoformat()
    raw["settlements"] = [[s.name, text_out(s.text), s.minor, _rows_out(s.rows), s.chosen] for s in answer.settlements]
    raw["back_to"] = [list(share) for share in answer.back_to]
    if not answer.packaging_minor:
        del raw["packaging_minor"]  # most orders know none, and what was stamped before there was any stays as it is
    return raw


def answer_in(raw: Mapping[str, Any]) -> RemedyAnswer:
    """The answer that `answer_out` wrote; one from before there were lanes knew only whether anybody had to look."""
    given = dict(raw)
    if "automatic" in given:
        given.setdefault("lane", Lane.AUTOMATIC if given.pop("automatic") else Lane.ASSISTED)
    given["remedy"], given["lane"] = Remedy(given["remedy"]), Lane(given["lane"])
    given["reasons"], given["lane_reasons"] = _reasons_in(given["reasons"]), _reasons_in(given.get("lane_reasons", ()))
    given["opens_by"] = given["opens_by"] and text_in(given["opens_by"])
    given["sum_rows"] = _rows_in(given["sum_rows"])
    given["return_freight"] = given["return_freight"] and Party(given["return_freight"])
    given["until"] = instant_in(given["until"])
    columns = given.get("settlements", ())
    given["settlements"] = tuple(Settlement(name, text_in(t), minor, _rows_in(rows), chosen) for name, t, minor, rows, chosen in columns)
    given["back_to"] = tuple(TenderShare(*share) for share in given.get("back_to", ()))
    return RemedyAnswer(**given)


def claim_out(claim: ClaimAnswer) -> dict[str, Any]:
    raw = claim._asdict()
    raw["title"], raw["opens_by"] = text_out(claim.title), claim.opens_by and text_out(claim.opens_by)
    raw["reasons"], raw["sum_rows"] = _reasons_out(claim.reasons), _rows_out(claim.sum_rows)
    raw["asks"] = [[flag, text_out(text)] for flag, text in claim.asks]
    return raw


def claim_in(raw: Mapping[str, Any]) -> ClaimAnswer:
    given = dict(raw)
    given["title"], given["opens_by"] = text_in(given["title"]), given["opens_by"] and text_in(given["opens_by"])
    given["reasons"], given["sum_rows"] = _reasons_in(given["reasons"]), _rows_in(given["sum_rows"])
    given["asks"] = tuple(Question(flag, text_in(text)) for flag, text in given["asks"])
    return ClaimAnswer(**given)


def instant_in(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _reasons_out(reasons: Sequence[Reason]) -> list[list[Any]]:
    return [reason_out(reason) for reason in reasons]


def _reasons_in(raw: Sequence[Sequence[Any]]) -> tuple[Reason, ...]:
    return tuple(reason_in(each) for each in raw)


def _rows_out(rows: Sequence[SumRow]) -> list[list[Any]]:
    return [[text_out(row.text), row.minor, row.note and text_out(row.note), row.clause] for row in rows]


def _rows_in(raw: Sequence[Sequence[Any]]) -> tuple[SumRow, ...]:
    return tuple(SumRow(text_in(text), minor, note and text_in(note), clause) for text, minor, note, clause in raw)
