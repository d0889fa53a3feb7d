"""How an expectation of a golden case is compared with what came out: one small function for each word that cases.toml may use.

Each yields a sentence where it came out otherwise. `kinder` lets pass what is better for the consumer. Nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from amends.kernel.calendars import Calendar, Roll, due
from amends.kernel.limits import Limit
from amends.kernel.texts import Text, say
from amends.policy.rules.decision import Decision
from amends.policy.rules.explain import explain
from amends.policy.rules.facts import GoodsClass, Remedy
from amends.policy.rules.stack import Stack

Found = Iterator[Text]


class Seen(NamedTuple):
    """What there is to look at: the rules, the decision, the days."""

    stack: Stack
    decision: Decision
    calendar: Calendar


def answers(expect: Mapping[str, Any], seen: Seen, kinder: bool) -> Found:
    """Everything about a decision that is not as `expect` has it. KeyError for a word that no comparison knows."""
    for word, wanted in expect.items():
        yield from WORDS[word](wanted, seen, kinder)


def _not(what: str, wanted: object, got: object) -> Text:
    return say("{what} 应为 {wanted}，得到 {got}。", "{what} should be {wanted}, it is {got}.", what=what, wanted=str(wanted), got=str(got))


def _open(wanted: list[str], seen: Seen, kinder: bool) -> Found:
    for name in wanted:
        if not seen.decision.answer(Remedy(name)).open:
            yield _not(name, "open", "closed")


def _closed(wanted: list[str], seen: Seen, kinder: bool) -> Found:
    for name in wanted:
        if seen.decision.answer(Remedy(name)).open and not kinder:
            yield _not(name, "closed", "open")


def _amount(wanted: Mapping[str, int], seen: Seen, kinder: bool) -> Found:
    for name, minor in wanted.items():
        answer = seen.decision.answer(Remedy(name))
        if answer.amount_minor != minor and not (kinder and answer.amount_minor > minor):
            yield _not(f"amount.{name}", minor, answer.amount_minor)
        if sum(row.minor for row in answer.sum_rows) != answer.amount_minor:
            yield _not(f"sum_rows.{name}", answer.amount_minor, sum(row.minor for row in answer.sum_rows))


def _rows(wanted: Mapping[str, Mapping[str, int]], seen: Seen, kinder: bool) -> Found:
    """By clause: what the lines of a remedy's sum come to."""
    for name, lines in wanted.items():
        got: dict[str, int] = {}
        for row in seen.decision.answer(Remedy(name)).sum_rows:
            got[row.clause] = got.get(row.clause, 0) + row.minor
        for clause, minor in lines.items():
            if got.get(clause, 0) != minor and not kinder:
                yield _not(f"rows.{name}.{clause}", minor, got.get(clause, 0))


def _freight(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, party in wanted.items():
        got = seen.decision.answer(Remedy(name)).return_freight
        if got != party and not (kinder and party == "consumer"):
            yield _not(f"freight.{name}", party, got)


def _freight_clause(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, clause in wanted.items():
        got = seen.decision.answer(Remedy(name)).freight_clause
        if got != clause and not kinder:
            yield _not(f"freight_clause.{name}", clause, got)


def _rule(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, rule in wanted.items():
        got = [reason.rule_id for reason in seen.decision.answer(Remedy(name)).reasons]
        if rule not in got and not kinder:
            yield _not(f"rule.{name}", rule, ", ".join(got))


def _clause(wanted: Mapping[str, list[str]], seen: Seen, kinder: bool) -> Found:
    """Every clause that spoke, in any order."""
    for name, clauses in wanted.items():
        got = sorted(reason.clause for reason in seen.decision.answer(Remedy(name)).reasons)
        if got != sorted(clauses) and not kinder:
            yield _not(f"clause.{name}", ", ".join(sorted(clauses)), ", ".join(got))


def _until(wanted: Mapping[str, date], seen: Seen, kinder: bool) -> Found:
    for name, last in wanted.items():
        got, right = seen.decision.answer(Remedy(name)).until, seen.calendar.start_of(last + timedelta(days=1))
        if got != right and not (kinder and got is not None and got > right):
            yield _not(f"until.{name}", right.isoformat(), got and got.isoformat())


def _says(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, words in wanted.items():
        sentences = explain(seen.decision, Remedy(name))
        said = " ".join(text.into("zh") + " " + text.into("en") for text in sentences)
        if words not in said and not kinder:
            yield _not(f"says.{name}", words, said)


def _missing(wanted: list[str], seen: Seen, kinder: bool) -> Found:
    got = [question.flag for question in seen.decision.missing]
    if got != wanted and not kinder:
        yield _not("missing", ", ".join(wanted), ", ".join(got))


def _proof(wanted: str, seen: Seen, kinder: bool) -> Found:
    if seen.decision.proof_by != wanted and not (kinder and wanted == "consumer"):
        yield _not("proof_by", wanted, seen.decision.proof_by)


def _proof_clause(wanted: str, seen: Seen, kinder: bool) -> Found:
    if seen.decision.proof.clause != wanted and not kinder:
        yield _not("proof_clause", wanted, seen.decision.proof.clause)


def _note(wanted: str, seen: Seen, kinder: bool) -> Found:
    rows = [row for answer in seen.decision.remedies for row in answer.sum_rows]
    if not any(row.clause == wanted and row.note for row in rows):
        yield _not("note", wanted, ", ".join(row.clause for row in rows if row.note))


def _evidence(wanted: int, seen: Seen, kinder: bool) -> Found:
    got = max((answer.evidence_min for answer in seen.decision.remedies), default=0)
    if got != wanted and not (kinder and got < wanted):
        yield _not("evidence_min", wanted, got)


def _shows(wanted: str, seen: Seen, kinder: bool) -> Found:
    said = seen.decision.evidence.into("zh") + " " + seen.decision.evidence.into("en")
    if wanted not in said and not kinder:
        yield _not("shows", wanted, said)


def _silence(wanted: Mapping[str, Mapping[str, str]], seen: Seen, kinder: bool) -> Found:
    """By limit and remedy: what the clock does, `none` where no row speaks."""
    facts = seen.decision.facts
    for limit, verbs in wanted.items():
        for name, verb in verbs.items():
            got = seen.decision.silence_verb(limit, Remedy(name), facts.shipped, facts.received, "none")
            if got != verb and not kinder:
                yield _not(f"silence.{limit}.{name}", verb, got)


def _automatic(wanted: Mapping[str, bool], seen: Seen, kinder: bool) -> Found:
    for name, is_so in wanted.items():
        got = seen.decision.answer(Remedy(name)).automatic
        if got is not is_so and not kinder:
            yield _not(f"automatic.{name}", is_so, got)


def _opens_by(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, words in wanted.items():
        text = seen.decision.answer(Remedy(name)).opens_by
        if (text is None or words not in text.into("zh")) and not kinder:
            yield _not(f"opens_by.{name}", words, text and text.into("zh"))


WORDS: dict[str, Callable[[Any, Seen, bool], Found]] = {
    "open": _open,
    "closed": _closed,
    "amount": _amount,
    "rows": _rows,
    "freight": _freight,
    "freight_clause": _freight_clause,
    "rule": _rule,
    "clause": _clause,
    "until": _until,
    "says": _says,
    "missing": _missing,
    "proof_by": _proof,
    "proof_clause": _proof_clause,
    "note": _note,
    "evidence_min": _evidence,
    "shows": _shows,
    "silence": _silence,
    "automatic": _automatic,
    "opens_by": _opens_by,
}


def ends(clock: Mapping[str, Any], stack: Stack, calendar: Calendar, noon: Callable[[Any], datetime], kinder: bool) -> Found:
    """The period of a table of the pack, counted from a day, does not end when `clock` says."""
    section, name = clock["limit"].split(".")
    goods_class = GoodsClass(clock.get("goods_class", "general"))
    duty = stack.terms.duties.get(name) if section == "duties" else None
    written = duty.value if duty else stack.limits(goods_class, clock.get("shipped", True)).get(name)
    if written is None:
        yield _not(clock["limit"], clock.get("last"), None)
        return
    who = clock.get("who", "others")
    got = due(noon(clock["start"]), Limit.parse(written), calendar, roll=Roll(stack.rolls[who])).at
    right = clock["at"] if "at" in clock else calendar.start_of(clock["last"] + timedelta(days=1))
    if got != right and not (kinder and (got > right if who == "consumer" else got < right)):
        yield _not(clock["limit"], right.isoformat(), got.isoformat())


def cells(wanted: Mapping[str, Any], stack: Stack) -> Found:
    """Cells of the rules as they stand, by path: `limits.consumer_proves.value`."""
    for path, value in wanted.items():
        got = cell_at(stack, path)
        if got != value:
            yield _not(path, value, got)


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
            yield _not(f"clauses.{name}", "there", None)
            continue
        for part, words in says.items():
            text = getattr(clause, part)
            said = "" if text is None else f"{text.zh} {text.en}"
            if words not in said:
                yield _not(f"clauses.{name}.{part}", words, said)


def register(document: Mapping[str, Any], stack: Stack) -> Found:
    """Every cell of the law cites what the register of rules has for it, under the tag that its source has."""
    rules, readings = document["rules"], document["readings"]
    for name, clause in stack.terms.clauses.items():
        rule = rules.get(clause.rule)
        if rule is None or name not in rule.get("clauses", ()):
            yield _not(f"clauses.{name}.rule", next((r for r, one in rules.items() if name in one.get("clauses", ())), "?"), clause.rule)
            continue
        cited, basis = _parts(clause.source), _parts(rule["basis"])
        if not all(any(_within(part, known) for known in basis) for part in cited):
            yield _not(f"clauses.{name}.source", rule["basis"], clause.source)
        if wrong := _article(document["short"], clause.article, cited):
            yield _not(f"clauses.{name}.article", wrong, clause.article.zh)
    for path, cell in _sourced(stack):
        right = readings.get(path) or _tag(document, cell.source)
        if right is None:
            yield _not(f"{path}.source", "a source of the register", cell.source)
        elif cell.tag != right:
            yield _not(f"{path}.tag", right, cell.tag)


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
    for section in ("clauses", "limits", "duties", "counts", "windows", "goods", "issues", "freight"):
        for name, cell in getattr(terms, section).items():
            yield f"{section}.{name}", cell
    for section in ("day_counting", "settlement", "automatic"):
        if (cell := getattr(terms, section)) is not None:
            yield section, cell


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
