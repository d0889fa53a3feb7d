"""How the tables of packs are held against golden cases: periods counted from a day, cells, clauses, duties, and the register of rules.

The register (sections rules, tags, short and readings of cases.toml) says for every rule what it rests on, how surely that was read, and
which clauses speak for it. Every cell that names a source is held against it. What is compared with a decision: golden_expect.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from amends.kernel.calendars import Calendar, Hold, Roll, due
from amends.kernel.limits import Limit
from amends.kernel.texts import Text
from amends.policy.golden_expect import otherwise
from amends.policy.rules.facts import GoodsClass
from amends.policy.rules.stack import Stack

Found = Iterator[Text]
SOURCED = ("clauses", "limits", "duties", "counts", "windows", "goods", "traits", "promises", "issues", "freight")


def ends(clock: Mapping[str, Any], stack: Stack, calendar: Calendar, noon: Callable[[Any], datetime], kinder: bool) -> Found:
    """The period of a table of the pack, counted from a day, does not end when `clock` says."""
    section, name = clock["limit"].split(".")
    goods_class = GoodsClass(clock.get("goods_class", "general"))
    duty = stack.terms.duties.get(name) if section == "duties" else None
    written = duty.value if duty else stack.limits(goods_class, clock.get("shipped", True)).get(name)
    if written is None:
        yield otherwise(clock["limit"], clock.get("last"), None)
        return
    who = clock.get("who", "others")
    holds = [
        Hold(calendar.start_of(row.first), calendar.start_of(row.last + timedelta(days=1)))
        for row in stack.terms.pauses.rows
        if name in row.limits
    ]
    got = due(noon(clock["start"]), Limit.parse(written), calendar, roll=Roll(stack.rolls[who]), holds=holds).at
    right = clock["at"] if "at" in clock else calendar.start_of(clock["last"] + timedelta(days=1))
    if got != right and not (kinder and (got > right if who == "consumer" else got < right)):
        yield otherwise(clock["limit"], right.isoformat(), got.isoformat())


def cells(wanted: Mapping[str, Any], stack: Stack) -> Found:
    """Cells of the rules as they stand, by path: `limits.consumer_proves.value`, or several of one entry at once."""
    for path, value in wanted.items():
        for name, right in value.items() if isinstance(value, Mapping) else [("", value)]:
            here = f"{path}.{name}" if name else path
            if (got := cell_at(stack, here)) != right:
                yield otherwise(here, right, got)


def stamps(wanted: Mapping[str, Mapping[str, str]], stack: Stack) -> Found:
    """The packs that are laid, each with its layer, market and version."""
    laid = {pack.id: pack for pack in stack.packs}
    for name, fields in wanted.items():
        for field, right in fields.items():
            got = getattr(laid[name].cells, field) if name in laid else None
            if str(got) != right:
                yield otherwise(f"{name}.{field}", right, got)


def duties(wanted: Mapping[str, Mapping[str, Any]], stack: Stack) -> Found:
    """What must be done or kept, by whom, how long, and the clause that says so."""
    for name, row in wanted.items():
        duty = stack.terms.duties.get(name)
        for field, value in row.items():
            got = list(got) if isinstance(got := getattr(duty, field, None), tuple) else got
            if got != value:
                yield otherwise(f"duties.{name}.{field}", value, got)


def cell_at(stack: Stack, path: str) -> Any:
    """The cell at a dotted path, as plain values; None where there is none. A row of a table is named by its number."""
    here: Any = stack.terms
    for step in path.split("."):
        if isinstance(here, Mapping):
            here = next((value for key, value in here.items() if str(key) == step), None)
        elif isinstance(here, tuple):
            here = here[int(step)] if int(step) < len(here) else None
        else:
            here = getattr(here, step, None)
    return list(here) if isinstance(here, tuple) else here.isoformat() if isinstance(here, date) else here


def found(wanted: Mapping[str, Mapping[str, str]], stack: Stack) -> Found:
    """Clauses that must be there, and words that each must say, in one language or the other."""
    for name, says in wanted.items():
        clause = stack.terms.clauses.get(name)
        if clause is None:
            yield otherwise(f"clauses.{name}", "there", None)
            continue
        for part, words in says.items():
            text = getattr(clause, part)
            said = str(text) if text is None or isinstance(text, str) else f"{text.zh} {text.en}"
            if words != said if isinstance(text, str) else words not in said:
                yield otherwise(f"clauses.{name}.{part}", words, said)


def register(document: Mapping[str, Any], stack: Stack) -> Found:
    """Every cell cites what the register has for it, under the tag that its source has, and no clause of the register is missing."""
    rules, readings = document["rules"], document["readings"]
    packs = {pack.id for pack in stack.packs}
    said = [(rule, {"cn": one.get("clauses", ()), **one.get("in", {})}) for rule, one in rules.items()]
    speaks = {name: rule for rule, by_pack in said for pack in packs & by_pack.keys() for name in by_pack[pack]}
    for name in speaks.keys() - stack.terms.clauses.keys():
        yield otherwise(f"clauses.{name}", "there", None)
    for name, clause in stack.terms.clauses.items():
        if speaks.get(name) != clause.rule:
            yield otherwise(f"clauses.{name}.rule", speaks.get(name), clause.rule)
            continue
        cited, basis = _parts(clause.source), _parts(rules[clause.rule]["basis"])
        if not all(any(_within(part, known) for known in basis) for part in cited):
            yield otherwise(f"clauses.{name}.source", rules[clause.rule]["basis"], clause.source)
        if wrong := _article(document["short"], clause.article, cited):
            yield otherwise(f"clauses.{name}.article", wrong, f"{clause.article.zh} / {clause.article.en}")
    for path, cell in _sourced(stack):
        right = readings.get(path) or _tag(document, cell.source)
        if right is None:
            yield otherwise(f"{path}.source", "a source of the register", cell.source)
        elif cell.tag != right:
            yield otherwise(f"{path}.tag", right, cell.tag)


def _parts(source: str) -> list[str]:
    """`L3 6, 7; L2 19(1)` as `L3 6`, `L3 7`, `L2 19(1)`."""
    made: list[str] = []
    for group in source.split(";"):
        parts = [part.strip() for part in group.split(",")]
        code = match[0] if (match := re.match(r"[LN]\d+ ", parts[0])) else ""
        made += [parts[0], *(code + part for part in parts[1:])]
    return made


def _within(part: str, known: str) -> bool:
    """`L1 25` and `L1 25(3)` speak of one article; `L1 2` and `L1 25` don't."""
    short, long = sorted((part, known), key=len)
    return long == short or (long.startswith(short) and long[len(short)] == "(")


def _article(short: Mapping[str, Mapping[str, str]], article: Any, cited: list[str]) -> str | None:
    """What the article's name should be like, where it is not that of something cited, in both languages."""
    for part in cited:
        code = part.split(" ")[0]
        name = short.get(code) or next((short[key] for key in short if key.endswith(".") and code.startswith(key)), None)
        if name is None or not (article.zh.startswith(name["zh"]) and article.en.startswith(name["en"])):
            continue
        numbers = set(re.findall(r"\d+", article.zh[len(name["zh"]) :]))
        known = {match[0] for one in cited if (match := re.match(r"\d+", one.removeprefix(code).strip()))}
        if numbers == set(re.findall(r"\d+", article.en[len(name["en"]) :])) and numbers <= known:
            return None
    return "; ".join(cited)


def _sourced(stack: Stack) -> Iterator[tuple[str, Any]]:
    terms = stack.terms
    for section in SOURCED:
        for name, cell in getattr(terms, section).items():
            yield f"{section}.{name}", cell
    for section in ("day_counting", "settlement", "automatic"):
        if (cell := getattr(terms, section)) is not None:
            yield section, cell
    for number, row in enumerate(terms.pauses.rows):
        yield f"pauses.rows.{number}", row


def _tag(document: Mapping[str, Any], source: str) -> str | None:
    """The tag of the weakest thing cited; None where the register does not know it."""
    tags = []
    for part in _parts(source):
        code = part.split(" ")[0]
        rule = document["rules"].get(part) or document["rules"].get(code)
        tag = rule["tag"] if rule else document["tags"].get(code) or document["tags"].get(code.split(".")[0] + ".")
        if tag is None:
            return None
        tags.append(tag)
    return max(tags, key="PSGI".index) if tags else None
