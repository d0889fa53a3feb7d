"""The timeline of a case in words: who did what, with the sum, the reason, the words and the limit that the line rests on.

Which lines a reader may see is decided by cases.queries.timeline; here they are only told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from amends.cases.models import Case
from amends.cases.queries import TimelineRow
from amends.cases.rules.told import REMIND
from amends.cases.verbs.answering import REFUSALS
from amends.cases.waiting_words import LIMITS
from amends.cases.words import verb_done
from amends.faces.case_view.limits import money_text
from amends.faces.case_view.shapes import Refused, Said, Told
from amends.faces.parties import LOOKS
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.notices.promises import REVISED_BY_HAND
from amends.notices.rules.promises import REASONS
from amends.policy.rules.facts import ISSUE_NAMES, REMEDY_NAMES, IssueType, Remedy
from amends.rulings.appealing import ENTERED
from amends.rulings.queries import OUTCOMES

HERE = ZoneInfo("Asia/Shanghai")
LONG = 90
ERASED = say("内容已删除", "The words were erased")
TIMES = say("{what}（{n} 件）", "{what} ({n} units)")
TITLED = say("{a}。{b}", "{a}. {b}")


def instant_text(at: datetime) -> Text:
    """The instant as both languages write it, for a place in a sentence."""
    here = at.astimezone(HERE)
    return say(f"{here.month}月{here.day}日 {here:%H:%M}", f"{here.day} {here:%b}, {here:%H:%M}")


def day_text(at: datetime) -> Text:
    """The day as both languages write it."""
    here = at.astimezone(HERE)
    return say(f"{here.month}月{here.day}日", f"{here.day} {here:%b}")


def told(case: Case, rows: Iterable[TimelineRow], *, consumer: Text, merchant: Text) -> tuple[Told, ...]:
    """Every line as a reader reads it, newest first."""
    names = {Party.CONSUMER: consumer, Party.MERCHANT: merchant}
    return tuple(_told(case, group, names.get(group[0].party) or LOOKS[group[0].party.value].name) for group in _folded(rows))


def _folded(rows: Iterable[TimelineRow]) -> list[list[TimelineRow]]:
    """The lines as they are, but reminders of one limit are one, where the last of them stood: they moved nothing."""
    groups: dict[tuple[str, ...], list[TimelineRow]] = {}
    for row in rows:
        key = (row.life, row.facts["limit"], row.facts["due_at"]) if row.verb == REMIND else (str(row.number),)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _reminded(group: Sequence[TimelineRow]) -> Text:
    """Who was reminded of what and when, for a line that stands for all reminders of one limit."""
    facts = group[0].facts
    parties = [NAMES[Party(party)] for party in facts["to"].split(",")]
    who = parties[0] if len(parties) == 1 else say("双方", "both sides")
    named = LIMITS.get(facts["limit"]) or say("时限", "limit")
    limit = say(named.zh.removeprefix(who.zh), named.en)  # who was reminded is not named twice
    due = instant_text(datetime.fromisoformat(facts["due_at"]))
    if len(group) == 1:
        return say("提醒{who}：{limit}到 {due} 为止", "To {who}: {limit} until {due}", who=who, limit=limit, due=due)
    return say(
        "提醒{who} {n} 次（第一次 {first}）：{limit}到 {due} 为止", "To {who}, {n} times (first {first}): {limit} until {due}",
        who=who, n=len(group), first=instant_text(group[-1].made_at), limit=limit, due=due,
    )  # fmt: skip


def _told(case: Case, group: Sequence[TimelineRow], who: Text) -> Told:
    row = group[0]
    words = f"“{row.words}”" if row.words else ""
    detail = _reminded(group) if row.verb == REMIND else _detail(case, row)
    body: Text | str = ERASED if row.erased else detail or words
    if detail and words:
        body = TITLED.filled(a=detail, b=words)
    verb = TIMES.filled(what=row.what, n=row.times) if row.times > 1 else row.what
    audience, audience_words = _audience(row.audience)
    return Told(row.number, row.party.value, who, verb, row.made_at, body, audience, audience_words, len(words) > LONG, (), row.hash)


def _unit(facts: Mapping[str, Any]) -> str:
    """Of a grant `unit` is the number of a piece, elsewhere the unit of account."""
    unit = facts.get("unit")
    return unit if isinstance(unit, str) else ""


def _detail(case: Case, row: TimelineRow) -> Text | None:
    """What the facts of the line add, in words."""
    facts = row.facts
    if row.verb == "apply":
        return say(
            "{issue}，要求{remedy}，{n} 件，{sum}", "{issue}; {remedy}, units: {n}, {sum}", issue=ISSUE_NAMES[IssueType(facts["issue"])],
            remedy=REMEDY_NAMES[Remedy(facts["remedy"])], n=facts["units"], sum=money_text(facts["amount_minor"], facts["currency"]),
        )  # fmt: skip
    if row.verb == REVISED_BY_HAND:
        return say(
            "{limit}：原来说 {before} 前，现在说 {due} 前（{reason}）", "{limit}: it was {before}, now {due} ({reason})",
            limit=LIMITS.get(facts["limit"]) or say("时限", "limit"), before=instant_text(datetime.fromisoformat(facts["told_at"])),
            due=instant_text(datetime.fromisoformat(facts["due_at"])), reason=REASONS[facts["reason"]],
        )  # fmt: skip
    if row.verb == "breach":
        who, what = NAMES[Party(facts["who"])], verb_done(facts["of"], facts["move"])
        return say("没有履行的是{who}；接着：{what}", "Not done by the {who}; what followed: {what}", who=who, what=what)
    if "came_at" in facts:
        return say(
            "{at} 通过{way}提出，由客服登记", "By {way} of {at}, entered by an agent", way=ENTERED[facts["entered_from"]],
            at=instant_text(datetime.fromisoformat(facts["came_at"])),
        )  # fmt: skip
    if facts.get("reason") in REFUSALS:
        return REFUSALS[facts["reason"]]
    if row.party is Party.CLOCK and "limit" in facts:
        limit = LIMITS.get(facts["limit"]) or say("时限", "limit")
        return say("到时没有回应（{limit}）", "No answer in time ({limit})", limit=limit)
    if "waybill" in facts:
        return say("{carrier} {waybill}", "{carrier} {waybill}", carrier=facts.get("carrier", ""), waybill=facts["waybill"])
    if facts.get("outcome") in OUTCOMES:
        return say("结论：{outcome}", "Outcome: {outcome}", outcome=OUTCOMES[facts["outcome"]])
    if "score" in facts:
        return say("{n} 分，满分 5 分", "{n} of 5", n=facts["score"])
    minor = facts.get("reduced_minor") or facts.get("amount_minor")
    if isinstance(minor, int) and minor:
        unit = str(facts.get("unit_of_account") or facts.get("currency") or _unit(facts) or case.currency)
        return money_text(minor, unit.split(".")[0])
    return None


SIDES = ("consumer", "merchant")


def _audience(audience: Sequence[str]) -> tuple[str, Text | None]:
    """'all', 'some' with its names, or 'inside'."""
    readers = [party for party in audience if party]
    if all(side in readers for side in SIDES):
        return "all", None
    sides = [side for side in SIDES if side in readers]
    return ("some", say("{side}、平台", "{side} and platform", side=NAMES[Party(sides[0])])) if sides else ("inside", None)


def said_by(rows: Iterable[TimelineRow], verbs: Iterable[str], party: Party) -> tuple[Said, ...]:
    """What this side wrote with these verbs, oldest first."""
    wanted = set(verbs)
    mine = [row for row in rows if row.verb in wanted and row.party is party and (row.words or row.erased)]
    return tuple(Said(row.party.value, row.made_at, row.words, row.erased) for row in reversed(mine))


def refused(rows: Iterable[TimelineRow]) -> Refused | None:
    """The newest refusal of the claim."""
    row = next((row for row in rows if row.life == "case" and row.verb == "refuse"), None)
    return Refused(REFUSALS.get(row.facts["reason"], REFUSALS["other"]), row.words, row.made_at) if row else None
