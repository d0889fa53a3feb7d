"""What silence does, in words that name the sum, and where a limit stands written. The verbs are the tables' own; nothing is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.waiting_words import LIMITS, SILENCE
from amends.cases.words import verb_name
from amends.compensation.rules import POINTS
from amends.kernel.limits import Limit
from amends.kernel.money import Money
from amends.kernel.texts import Text, say
from amends.policy.queries import Terms
from amends.policy.rules.answers import ClockRow


def money_text(minor: int, currency: str) -> Text:
    """The sum in both languages, for a place in a sentence."""
    if currency == POINTS:
        return say("{n} 积分", "{n} points", n=minor)
    sum_ = Money(minor, currency)
    return say(sum_.into("zh"), sum_.into("en"))


def words_of_silence(limit: str, verb: str, *, remedy: str = "", amount_minor: int = 0, currency: str = "CNY") -> Text:
    """What follows by itself when `limit` runs out and the clock makes `verb`; with the sum where money follows from it."""
    sum_ = money_text(amount_minor, currency)
    if verb == "approve":
        if not amount_minor:
            return say("自动同意", "approved by itself")
        if remedy == "return_refund":
            return say("自动同意，退货后退 {sum}", "approved by itself, {sum} after the return", sum=sum_)
        return say("自动同意，退 {sum}", "approved by itself, {sum} is refunded", sum=sum_)
    if verb == "accept" and amount_minor:
        return say("视为合格，退 {sum}", "the goods count as accepted, {sum} is refunded", sum=sum_)
    if verb == "keep_goods" and amount_minor:
        return say("视为买下，退 {sum}", "the goods count as bought, {sum} is refunded", sum=sum_)
    return SILENCE.get(verb) or verb_name("case", verb)


def legal_clause(clock: ClockRow) -> dict[str, Any]:
    """The duty of the law as a clause chip: its article, how long it is, and where it was read."""
    text = say(
        "法定时限 {length}，与平台时限并行，先到的先算。来源：{source}。",
        "The law gives {length}; it runs beside the platform's limit, and the nearer one counts. Source: {source}.",
        length=Limit.parse(clock.legal_value).in_words(), source=clock.legal_source,
    )  # fmt: skip
    return {"key": clock.article or say("法定时限", "the law's limit"), "text": text, "url": ""}


def limit_clause(name: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The limit as a clause chip: what it is called, how long it is on this case, and which rules it was read from."""
    length = Limit.parse(terms["limits"][name]).in_words()
    clock = Terms(dict(terms)).clock(name)
    text = say(
        "本单适用 {length}。规则版本：{versions}。{source}",
        "{length} on this case. Rules: {versions}. {source}",
        length=length,
        versions=", ".join(terms["versions"]),
        source=say("来源：{where} [{tag}]。", "Source: {where} [{tag}].", where=clock.source, tag=clock.tag) if clock else say("", ""),
    )
    return {"key": LIMITS.get(name) or say("时限", "limit"), "text": text, "url": ""}
