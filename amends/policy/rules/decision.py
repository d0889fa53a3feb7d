"""The answer to facts: what is open, why, how much, who pays the way, and under which versions. Stamped on a case as JSON.

Nothing here decides. `to_json` and `from_json` lose nothing, and `from_json` opens what was stamped before some parts were there. The
parts are in answers.py and can be had from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from amends.kernel.limits import Limit
from amends.kernel.parties import Party
from amends.kernel.texts import Text
from amends.policy.rules.answers import (
    ClaimAnswer,
    ClockRow,
    PausePick,
    Question,
    Reason,
    RemedyAnswer,
    Settlement,
    SilencePick,
    SumRow,
    answer_in,
    answer_out,
    claim_in,
    claim_out,
    instant_in,
    reason_in,
    reason_out,
    text_in,
    text_out,
)
from amends.policy.rules.clocks import clock_rows
from amends.policy.rules.facts import Facts, Lane, Remedy

if TYPE_CHECKING:  # a stack is compiled to the reasons of this file
    from amends.policy.rules.stack import Stack

__all__ = [
    "ClaimAnswer",
    "ClockRow",
    "Decision",
    "Outcome",
    "PausePick",
    "Question",
    "Reason",
    "RemedyAnswer",
    "Settlement",
    "SilencePick",
    "SumRow",
    "text_in",
    "text_out",
]


class Outcome(NamedTuple):
    """A decision without its explanation, for counting millions: what is open, its sum in minor units, and who looks at it.

    `claims_minor` is what the claims that are open come to; `merchant_ships` are the open remedies whose way back the merchant pays.
    """

    open: frozenset[Remedy]
    amounts: Mapping[Remedy, int]
    lanes: Mapping[Remedy, Lane]
    claims_minor: int = 0
    merchant_ships: frozenset[Remedy] = frozenset()


class Decision(NamedTuple):
    """What the rules say of `facts`; pure, so that the same facts under the same versions say the same.

    `articles` holds the article of each clause that the sums and the freight rest on; reasons carry their own. `claims` are sums beside
    the remedies; they change nothing about those. `pauses` are the days on which clocks stand still.
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
    claims: tuple[ClaimAnswer, ...] = ()
    pauses: tuple[PausePick, ...] = ()

    def answer(self, remedy: Remedy) -> RemedyAnswer:
        """What is said of `remedy`; KeyError where the decision was asked about another one only."""
        for each in self.remedies:
            if each.remedy is remedy:
                return each
        raise KeyError(remedy)

    def claim(self, name: str) -> ClaimAnswer:
        """What is said of the claim `name`; KeyError where the rules have none of that name for such a matter."""
        for each in self.claims:
            if each.name == name:
                return each
        raise KeyError(name)

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

    def clocks(self, stack: Stack) -> tuple[ClockRow, ...]:
        """Every limit as it stands for this case, and the duty of the law beside it; `stack` is the one that it was decided under."""
        return clock_rows(stack.terms, self.limits)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "facts": self.facts.to_json(),
            "remedies": [answer_out(each) for each in self.remedies],
            "missing": [[flag, text_out(text)] for flag, text in self.missing],
            "window_ends": self.window_ends and self.window_ends.isoformat(),
            "proof_by": self.proof_by.value,
            "proof": reason_out(self.proof),
            "evidence": text_out(self.evidence),
            "limits": dict(self.limits),
            "counts": dict(self.counts),
            "silence": [[r.limit, r.remedy, r.shipped, r.received, r.verb] for r in self.silence],
            "rolls": dict(self.rolls),
            "articles": {name: text_out(text) for name, text in self.articles.items()},
            "versions": list(self.versions),
            "claims": [claim_out(each) for each in self.claims],
            "pauses": [[list(limits), first, last] for limits, first, last in self.pauses],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Decision:
        """The decision that `to_json` wrote, also years later and under other packs."""
        return cls(
            facts=Facts.from_json(raw["facts"]),
            remedies=tuple(answer_in(each) for each in raw["remedies"]),
            missing=tuple(Question(flag, text_in(text)) for flag, text in raw["missing"]),
            window_ends=instant_in(raw["window_ends"]),
            proof_by=Party(raw["proof_by"]),
            proof=reason_in(raw["proof"]),
            evidence=text_in(raw["evidence"]),
            limits=MappingProxyType(dict(raw["limits"])),
            counts=MappingProxyType(dict(raw["counts"])),
            silence=tuple(SilencePick(a, b and Remedy(b), c, d, e) for a, b, c, d, e in raw["silence"]),
            rolls=MappingProxyType(dict(raw["rolls"])),
            articles=MappingProxyType({name: text_in(text) for name, text in raw["articles"].items()}),
            versions=tuple(raw["versions"]),
            claims=tuple(claim_in(each) for each in raw.get("claims", ())),
            pauses=tuple(PausePick(tuple(limits), first, last) for limits, first, last in raw.get("pauses", ())),
        )
