"""The answer to facts: what is open, why, how much, who pays the way, and under which versions. Stamped on a case as JSON.

Nothing here decides. Light tuples, because one page asks for hundreds; `to_json` and `from_json` lose nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from amends.kernel.limits import Limit
from amends.kernel.parties import Party
from amends.kernel.texts import Text, say
from amends.policy.rules.facts import Facts, Remedy


class Reason(NamedTuple):
    """One rule that spoke: whether it holds for the remedy, in words, with the article behind it."""

    rule_id: str
    clause: str
    text: Text
    holds: bool
    article: Text


class SumRow(NamedTuple):
    """One line of the sum; the rows of an answer add up to its amount exactly."""

    text: Text
    minor: int
    note: Text | None
    clause: str


class Question(NamedTuple):
    """A fact still needed. `flag` names the flag; `bad_share` and `weighed_again` ask for Facts.bad_share_bps and Facts.weighing."""

    flag: str
    text: Text


class RemedyAnswer(NamedTuple):
    """What the rules say of one remedy. `amount_minor` is what it brings at most, 0 where it brings goods or nothing.

    `return_freight` is the party that bears the way back, None where nothing goes back. `outbound_freight_minor` is contained in the
    amount. `until` is the end of the window that the right rests on.
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
    automatic: bool = False
    until: datetime | None = None


class SilencePick(NamedTuple):
    """One row of what silence means; None fits every remedy or state."""

    limit: str
    remedy: Remedy | None
    shipped: bool | None
    received: bool | None
    verb: str


class Decision(NamedTuple):
    """What the rules say of `facts`; pure, so that the same facts under the same versions say the same.

    `articles` holds the article of each clause that the sums and the freight rest on; reasons carry their own.
    """

    facts: Facts
    remedies: tuple[RemedyAnswer, ...]
    missing: tuple[Question, ...]
    window_ends: datetime | None
    proof_by: Party
    proof: Reason
    evidence: Text
    limits: Mapping[str, str]
    counts: Mapping[str, int]
    silence: tuple[SilencePick, ...]
    rolls: Mapping[str, str]
    articles: Mapping[str, Text]
    versions: tuple[str, ...]

    def answer(self, remedy: Remedy) -> RemedyAnswer:
        """What is said of `remedy`; KeyError where the decision was asked about another one only."""
        for each in self.remedies:
            if each.remedy is remedy:
                return each
        raise KeyError(remedy)

    @property
    def open_remedies(self) -> tuple[Remedy, ...]:
        return tuple(each.remedy for each in self.remedies if each.open)

    def limit(self, name: str) -> Limit:
        """How long `name` lasts for this case; KeyError for a limit that LIFECYCLE.md 14 does not have."""
        return Limit.parse(self.limits[name])

    def roll(self, party: Party) -> str:
        """Which way `party`'s days roll (kernel.calendars.Roll)."""
        return self.rolls["consumer" if party is Party.CONSUMER else "others"]

    def silence_verb(self, limit: str, remedy: Remedy, shipped: bool, received: bool, default: str) -> str:
        """The verb that the clock makes when `limit` runs out; `default` where no row speaks."""
        for row in self.silence:
            if row.limit == limit and row.remedy in (None, remedy) and row.shipped in (None, shipped) and row.received in (None, received):
                return row.verb
        return default

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "facts": self.facts.to_json(),
            "remedies": [_answer_out(each) for each in self.remedies],
            "missing": [[flag, text_out(text)] for flag, text in self.missing],
            "window_ends": self.window_ends and self.window_ends.isoformat(),
            "proof_by": self.proof_by.value,
            "proof": _reason_out(self.proof),
            "evidence": text_out(self.evidence),
            "limits": dict(self.limits),
            "counts": dict(self.counts),
            "silence": [[r.limit, r.remedy, r.shipped, r.received, r.verb] for r in self.silence],
            "rolls": dict(self.rolls),
            "articles": {name: text_out(text) for name, text in self.articles.items()},
            "versions": list(self.versions),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Decision:
        """The decision that `to_json` wrote, also years later and under other packs."""
        return cls(
            facts=Facts.from_json(raw["facts"]),
            remedies=tuple(_answer_in(each) for each in raw["remedies"]),
            missing=tuple(Question(flag, text_in(text)) for flag, text in raw["missing"]),
            window_ends=_instant(raw["window_ends"]),
            proof_by=Party(raw["proof_by"]),
            proof=_reason_in(raw["proof"]),
            evidence=text_in(raw["evidence"]),
            limits=MappingProxyType(dict(raw["limits"])),
            counts=MappingProxyType(dict(raw["counts"])),
            silence=tuple(SilencePick(a, b and Remedy(b), c, d, e) for a, b, c, d, e in raw["silence"]),
            rolls=MappingProxyType(dict(raw["rolls"])),
            articles=MappingProxyType({name: text_in(text) for name, text in raw["articles"].items()}),
            versions=tuple(raw["versions"]),
        )


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


def _reason_out(reason: Reason) -> list[Any]:
    return [reason.rule_id, reason.clause, text_out(reason.text), reason.holds, text_out(reason.article)]


def _reason_in(raw: list[Any]) -> Reason:
    rule_id, clause, text, holds, article = raw
    return Reason(rule_id, clause, text_in(text), holds, text_in(article))


def _answer_out(answer: RemedyAnswer) -> dict[str, Any]:
    raw = answer._asdict()
    raw["reasons"] = [_reason_out(reason) for reason in answer.reasons]
    raw["opens_by"] = answer.opens_by and text_out(answer.opens_by)
    raw["sum_rows"] = [[text_out(row.text), row.minor, row.note and text_out(row.note), row.clause] for row in answer.sum_rows]
    raw["until"] = answer.until and answer.until.isoformat()
    return raw


def _answer_in(raw: Mapping[str, Any]) -> RemedyAnswer:
    given = dict(raw)
    given["remedy"] = Remedy(given["remedy"])
    given["reasons"] = tuple(_reason_in(reason) for reason in given["reasons"])
    given["opens_by"] = given["opens_by"] and text_in(given["opens_by"])
    given["sum_rows"] = tuple(SumRow(text_in(t), m, n and text_in(n), c) for t, m, n, c in given["sum_rows"])
    given["return_freight"] = given["return_freight"] and Party(given["return_freight"])
    given["until"] = _instant(given["until"])
    return RemedyAnswer(**given)


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
