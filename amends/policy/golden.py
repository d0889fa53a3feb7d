"""The golden cases: facts that the law has answered, and what must come out. Every version of a pack must pass them.

They stand as data in packs/golden/ and ship with the packs: cases.toml holds the checks of the stories that golden.json tells (and
texts.toml in Chinese), matrix.toml and tables.toml checks of single rules. Tests, drafts, the office page and the tool that makes cells
wrong all run the same `golden_checks` and `run`. How one expectation is compared: golden_expect.py and golden_tables.py.
Pure but for reading those files; deciding is `decide`'s.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from amends.kernel.calendars import Calendar, DayKind
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.policy.golden_expect import Seen, answers
from amends.policy.golden_stories import Told, told
from amends.policy.golden_tables import cells, duties, ends, found, register, stamps
from amends.policy.rules.decide import decide
from amends.policy.rules.facts import Facts
from amends.policy.rules.packs import Pack
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import SHIPPED, Stack, chosen, read_shelf, stacked

FOLDER = SHIPPED / "golden"
SISTERS = ("matrix.toml", "tables.toml")  # checks of rules, beside those of stories
ZONE = ZoneInfo("Asia/Shanghai")
KINDS = ("decision", "amount", "clock", "duty", "text")
LOOKED_UP_ON = date(2026, 11, 1)
# Days that a check names for short; each becomes noon of that day in Shanghai.
DAYS = {
    "signed": "signed_at", "asked": "asked_at", "bought": "order_at", "installed": "installed_at", "opened": "opened_at",
    "noticed": "noticed_at", "received_back": "received_back_at",
}  # fmt: skip


class Laid(NamedTuple):
    """Which packs a check wants laid upon each other: a law, a platform's pack, and more by id (promises, a shop)."""

    jurisdiction: str
    platform: str | None
    more: tuple[str, ...]
    on: date


StackOf = Callable[[Laid], Stack]


class Mismatch(NamedTuple):
    """One thing that came out otherwise. `binding` is False where the expectation is a proposal of ours (tag I): a notice, no refusal."""

    check: str
    text: Text
    binding: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a golden case. `tag` and `source` say where the expectation comes from; `raw` is what cases.toml writes."""

    ref: str
    number: int
    kind: str
    tag: str
    source: str
    title: Text
    laid: Laid
    answered: bool
    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.ref}.{self.number}"

    @property
    def binding(self) -> bool:
        """A story binds unless it is an interpretation of ours; a check of a rule binds where the rule was read in the law."""
        return self.tag == "P" or (self.tag != "I" and self.ref.startswith("G-"))

    @property
    def pin(self) -> bool:
        """Holds what ships word for word, not the law: names, sources, proposals of ours. A new version may say them otherwise."""
        return bool(self.raw.get("pin", False))


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case for a reader: `story` and `outcome` as its source tells them, none of a rule; `later`, why no pack answers it yet."""

    ref: str
    jurisdiction: str
    title: Text
    story: Text | None
    outcome: Text | None
    source: str
    tag: str
    later: Text | None
    checks: tuple[Check, ...]


@lru_cache(maxsize=1)
def _documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """cases.toml with the checks by rule of its sister files, and the stories by id."""
    cases = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))
    for name in SISTERS:
        for ref, checks in tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["cases"].items():
            cases["cases"].setdefault(ref, []).extend(checks)
    stories = {story["id"]: story for story in json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))}
    return cases, stories


@lru_cache(maxsize=1)
def _told() -> dict[str, Told]:
    """The stories in both languages. Refuses as `told` does."""
    return told(_documents()[1], tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=2)
def golden_checks(pins: bool = False) -> tuple[Check, ...]:
    """Every check, in the order in which the files have them; those of [later] with `answered` False. With `pins` also those that hold
    what ships word for word: for tests, not for drafts."""
    document, stories = _documents()
    made: list[Check] = []
    for ref, raws in document["cases"].items():
        spread = [one for raw in raws for one in _each(raw)]
        made += [_check(document, stories, ref, number, raw) for number, raw in enumerate(spread)]
    return tuple(check for check in made if pins or not check.pin)


@lru_cache(maxsize=1)
def golden_cases() -> tuple[Case, ...]:
    """The cases of golden.json, then the rules that have checks of their own; each with its checks. Refuses one that lacks a language."""
    document, stories = _documents()
    by_ref: dict[str, list[Check]] = {}
    for check in golden_checks():
        by_ref.setdefault(check.ref, []).append(check)
    return tuple(_case(document, stories.get(ref, {}), ref, tuple(by_ref.get(ref, ()))) for ref in dict.fromkeys((*stories, *by_ref)))


def run(check: Check, stack_of: StackOf, kinder: bool = False) -> list[Mismatch]:
    """What comes out otherwise than `check` says; nothing is right. With `kinder` an outcome that is better for the consumer is right
    too: so a draft of a promise, a platform or a shop is held against the law. A check that no pack answers yet says nothing."""
    if not check.answered:
        return []
    try:
        stack = stack_of(check.laid)
        texts = list(_differences(check, stack, kinder))
    except Refusal as refusal:
        texts = [refusal.text]
    return [Mismatch(check.id, say("{ref}：{what}", "{ref}: {what}", ref=check.id, what=text), check.binding) for text in texts]


def failing(checks: Sequence[Check], stack_of: StackOf, kinder: bool = False) -> list[Mismatch]:
    """All that comes out otherwise, over many checks."""
    return [wrong for check in checks for wrong in run(check, stack_of, kinder)]


def of_packs(packs: Sequence[Pack]) -> StackOf:
    """The stacks that checks ask for, of `packs`; each is laid once. Refuses as `chosen` and `stacked` do, every time it is asked for."""
    known: dict[Laid, Stack] = {}

    def stack_of(laid: Laid) -> Stack:
        if laid not in known:
            base = chosen(packs, laid.jurisdiction, laid.platform, None, laid.on)
            more = [pack for name in laid.more for pack in packs if pack.id == name and pack.in_force(laid.on) and pack not in base]
            known[laid] = stacked([*base, *{pack.id: pack for pack in more}.values()])
        return known[laid]

    return stack_of


@lru_cache(maxsize=1)
def _shipped() -> StackOf:
    return of_packs(read_shelf([SHIPPED]).packs)


def shipped(laid: Laid) -> Stack:
    """The stack of the packs that ship with Amends, as `laid` wants it."""
    return _shipped()(laid)


def with_pack(draft: Pack, base: StackOf = shipped) -> StackOf:
    """`base` with `draft` in the place of the pack of its id; a lower pack that no check names is laid on every stack of its market."""
    known: dict[Laid, Stack] = {}

    def stack_of(laid: Laid) -> Stack:
        if laid not in known:
            known[laid] = _replaced(base(laid), draft)
        return known[laid]

    return stack_of


def _replaced(stack: Stack, draft: Pack) -> Stack:
    ids = [pack.id for pack in stack.packs]
    if draft.id in ids:
        return stacked([draft if pack.id == draft.id else pack for pack in stack.packs])
    named = {name for check in golden_checks() for name in (check.laid.platform, *check.laid.more) if name}
    if draft.id in named or draft.layer is Layer.LAW or draft.cells.jurisdiction != stack.packs[0].cells.jurisdiction:
        return stack
    return stacked([*stack.packs, draft])


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """China's days as the cases touch them, from the State Council's notice; nine to six on working days."""
    days = dict.fromkeys(_documents()[0]["calendar"]["worked"], DayKind.MAKEUP)
    for first, last in _documents()[0]["calendar"]["off"]:
        for number in range((last - first).days + 1):
            days[first + timedelta(days=number)] = DayKind.HOLIDAY
    return Calendar("cn", ZONE, {weekday: [(time(9), time(18))] for weekday in range(5)}, days, date(2026, 12, 31))


def facts_of(check: Check) -> Facts:
    """The facts of a check as `decide` takes them. Left out: general goods, shipped, received, asked on the day of signing."""
    raw = {"goods_class": "general", "shipped": True, "received": True, **check.raw["facts"]}
    for short, name in DAYS.items():
        if short in raw:
            raw[name] = noon(raw.pop(short))
    known = raw.get("signed_at") or raw.get("asked_at") or noon(date(2026, 3, 2))
    raw = {"asked_at": known, "order_at": known - timedelta(days=3), **raw}
    return Facts.from_json({name: v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for name, v in raw.items()})


def noon(day: date | datetime) -> datetime:
    """An instant as it is; of a day, noon in Shanghai."""
    return day if isinstance(day, datetime) else datetime.combine(day, time(12), ZONE)


def _differences(check: Check, stack: Stack, kinder: bool) -> Iterator[Text]:
    raw = check.raw
    if "facts" in raw:
        facts = facts_of(check)
        yield from answers(raw["expect"], Seen(stack, decide(stack, facts, calendar()), calendar()), kinder)
    if "clock" in raw:
        yield from ends(raw["clock"], stack, calendar(), noon, kinder)
    if "cells" in raw and not kinder:
        yield from cells(raw["cells"], stack)
    if "packs" in raw and not kinder:
        yield from stamps(raw["packs"], stack)
    if "duties" in raw and not kinder:
        yield from duties(raw["duties"], stack)
    if "clauses" in raw and not kinder:
        yield from found(raw["clauses"], stack)
    if "register" in raw and not kinder:
        yield from register(_documents()[0], stack)


def _each(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """One check for every value that `each` spreads a fact over."""
    spread = [raw]
    for name, values in raw.get("each", {}).items():
        spread = [{**one, "facts": {**one["facts"], name: value}} for one in spread for value in values]
    return spread


def _check(document: Mapping[str, Any], stories: Mapping[str, Any], ref: str, number: int, raw: Mapping[str, Any]) -> Check:
    rule = document["rules"].get(ref, {})
    story = stories.get(ref, {})
    tag = raw.get("tag") or rule.get("tag") or _tag(story.get("conf", "I"))
    source = raw.get("source") or rule.get("basis") or story.get("basis", ref)
    laid = Laid(_jurisdiction(story), raw.get("platform"), tuple(raw.get("more", ())), raw.get("on", LOOKED_UP_ON))
    return Check(ref, number, raw["kind"], tag, source, _title(document, ref), laid, ref not in document["later"], raw)


def _case(document: Mapping[str, Any], story: Mapping[str, Any], ref: str, checks: tuple[Check, ...]) -> Case:
    rule = document["rules"].get(ref, {})
    why, words = document["later"].get(ref), _told().get(ref)
    return Case(
        ref, _jurisdiction(story), _title(document, ref), words and words.facts, words and words.expect,
        story.get("basis") or rule.get("basis", ref), story.get("conf") or rule.get("tag", "I"), why and say(why["zh"], why["en"]), checks,
    )  # fmt: skip


def _tag(confidence: str) -> str:
    """The strongest of the tags of a story: what was read in the law binds, whatever else is needed beside it."""
    return next((tag for tag in "PSGI" if tag in confidence.split("+")), "I")


def _jurisdiction(story: Mapping[str, Any]) -> str:
    market = story.get("jur", "CN")
    return market if market in ("CN", "EU", "UK", "US") else {"Amazon": "US", "eBay": "US"}.get(market, "CN")


def _title(document: Mapping[str, Any], ref: str) -> Text:
    title = document["titles"].get(ref) or document["rules"].get(ref, {}).get("title") or {"zh": ref, "en": ref}
    return say(title["zh"], title["en"])
