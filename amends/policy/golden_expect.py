"""How an expectation about a decision is compared with what came out: one small function for each word that cases.toml may use.

Each yields a sentence where it came out otherwise. `kinder` lets pass what is better for the consumer. Nothing is decided here.
What is compared with the packs' tables instead: golden_tables.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from amends.kernel.calendars import Calendar
from amends.kernel.texts import Text, say
from amends.policy.rules.decision import Decision
from amends.policy.rules.explain import explain
from amends.policy.rules.facts import Remedy
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


def otherwise(what: str, wanted: object, got: object) -> Text:
    return say("{what} 应为 {wanted}，得到 {got}。", "{what} should be {wanted}, it is {got}.", what=what, wanted=str(wanted), got=str(got))


def _open(wanted: list[str], seen: Seen, kinder: bool) -> Found:
    for name in wanted:
        if not seen.decision.answer(Remedy(name)).open:
            yield otherwise(name, "open", "closed")


def _exactly(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    """Every open remedy with the clause of its row, its sum and who pays the way back (`quality_return 5600 merchant`), and no other.

    `- allowed` says of a closed one which clauses spoke; a sum of `*` is any.
    """
    for answer in seen.decision.remedies:
        name, right = str(answer.remedy), wanted.get(str(answer.remedy), "-")
        if answer.open:
            got = f"{answer.reasons[0].clause} {answer.amount_minor} {answer.return_freight or '-'}"
        else:
            got = " ".join(["-", *sorted(reason.clause for reason in answer.reasons)]) if name in wanted else "-"
        same = got == right or ("*" in right and [right.split()[0], right.split()[2]] == got.split()[::2])
        if not same and not (kinder and (answer.open or right.startswith("-"))):
            yield otherwise(name, right, got)


def _closed(wanted: list[str], seen: Seen, kinder: bool) -> Found:
    for name in wanted:
        if seen.decision.answer(Remedy(name)).open and not kinder:
            yield otherwise(name, "closed", "open")


def _amount(wanted: Mapping[str, int], seen: Seen, kinder: bool) -> Found:
    for name, minor in wanted.items():
        answer = seen.decision.answer(Remedy(name))
        if answer.amount_minor != minor and not (kinder and answer.amount_minor > minor):
            yield otherwise(f"amount.{name}", minor, answer.amount_minor)
        if sum(row.minor for row in answer.sum_rows) != answer.amount_minor:
            yield otherwise(f"sum_rows.{name}", answer.amount_minor, sum(row.minor for row in answer.sum_rows))


def _rows(wanted: Mapping[str, Mapping[str, int]], seen: Seen, kinder: bool) -> Found:
    """By clause: what the lines of a remedy's sum come to."""
    for name, lines in wanted.items():
        got: dict[str, int] = {}
        for row in seen.decision.answer(Remedy(name)).sum_rows:
            got[row.clause] = got.get(row.clause, 0) + row.minor
        for clause, minor in lines.items():
            if got.get(clause, 0) != minor and not kinder:
                yield otherwise(f"rows.{name}.{clause}", minor, got.get(clause, 0))


def _freight(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, party in wanted.items():
        got = seen.decision.answer(Remedy(name)).return_freight
        if got != party and not (kinder and party == "consumer"):
            yield otherwise(f"freight.{name}", party, got)


def _freight_clause(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, clause in wanted.items():
        got = seen.decision.answer(Remedy(name)).freight_clause
        if got != clause and not kinder:
            yield otherwise(f"freight_clause.{name}", clause, got)


def _rule(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, rule in wanted.items():
        got = [reason.rule_id for reason in seen.decision.answer(Remedy(name)).reasons]
        if rule not in got and not kinder:
            yield otherwise(f"rule.{name}", rule, ", ".join(got))


def _clause(wanted: Mapping[str, list[str]], seen: Seen, kinder: bool) -> Found:
    """Every clause that spoke, in any order."""
    for name, clauses in wanted.items():
        got = sorted(reason.clause for reason in seen.decision.answer(Remedy(name)).reasons)
        if got != sorted(clauses) and not kinder:
            yield otherwise(f"clause.{name}", ", ".join(sorted(clauses)), ", ".join(got))


def _until(wanted: Mapping[str, date], seen: Seen, kinder: bool) -> Found:
    for name, last in wanted.items():
        got, right = seen.decision.answer(Remedy(name)).until, seen.calendar.start_of(last + timedelta(days=1))
        if got != right and not (kinder and got is not None and got > right):
            yield otherwise(f"until.{name}", right.isoformat(), got and got.isoformat())


def _says(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, words in wanted.items():
        sentences = explain(seen.decision, Remedy(name))
        said = " ".join(text.into("zh") + " " + text.into("en") for text in sentences)
        if words not in said and not kinder:
            yield otherwise(f"says.{name}", words, said)


def _missing(wanted: list[str], seen: Seen, kinder: bool) -> Found:
    got = [question.flag for question in seen.decision.missing]
    if got != wanted and not kinder:
        yield otherwise("missing", ", ".join(wanted), ", ".join(got))


def _proof(wanted: str, seen: Seen, kinder: bool) -> Found:
    if seen.decision.proof_by != wanted and not (kinder and wanted == "consumer"):
        yield otherwise("proof_by", wanted, seen.decision.proof_by)


def _proof_clause(wanted: str, seen: Seen, kinder: bool) -> Found:
    if seen.decision.proof.clause != wanted and not kinder:
        yield otherwise("proof_clause", wanted, seen.decision.proof.clause)


def _note(wanted: str, seen: Seen, kinder: bool) -> Found:
    rows = [row for answer in seen.decision.remedies for row in answer.sum_rows]
    if not any(row.clause == wanted and row.note for row in rows):
        yield otherwise("note", wanted, ", ".join(row.clause for row in rows if row.note))


def _evidence(wanted: int, seen: Seen, kinder: bool) -> Found:
    got = max((answer.evidence_min for answer in seen.decision.remedies), default=0)
    if got != wanted and not (kinder and got < wanted):
        yield otherwise("evidence_min", wanted, got)


def _shows(wanted: str, seen: Seen, kinder: bool) -> Found:
    said = seen.decision.evidence.into("zh") + " " + seen.decision.evidence.into("en")
    if wanted not in said and not kinder:
        yield otherwise("shows", wanted, said)


def _silence(wanted: Mapping[str, Mapping[str, str]], seen: Seen, kinder: bool) -> Found:
    """By limit and remedy: what the clock does, `none` where no row speaks."""
    facts = seen.decision.facts
    for limit, verbs in wanted.items():
        for name, verb in verbs.items():
            got = seen.decision.silence_verb(limit, Remedy(name), facts.shipped, facts.received, "none")
            if got != verb and not kinder:
                yield otherwise(f"silence.{limit}.{name}", verb, got)


def _automatic(wanted: Mapping[str, bool], seen: Seen, kinder: bool) -> Found:
    for name, is_so in wanted.items():
        got = seen.decision.answer(Remedy(name)).automatic
        if got is not is_so and not kinder:
            yield otherwise(f"automatic.{name}", is_so, got)


def _opens_by(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, words in wanted.items():
        text = seen.decision.answer(Remedy(name)).opens_by
        if (text is None or words not in text.into("zh")) and not kinder:
            yield otherwise(f"opens_by.{name}", words, text and text.into("zh"))


def _lane(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, lane in wanted.items():
        got = seen.decision.answer(Remedy(name)).lane
        if got != lane and not kinder:
            yield otherwise(f"lane.{name}", lane, got)


def _lane_clause(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    """The clause that sends an open remedy to its lane."""
    for name, clause in wanted.items():
        got = [reason.clause for reason in seen.decision.answer(Remedy(name)).lane_reasons]
        if got[:1] != [clause] and not kinder:
            yield otherwise(f"lane_clause.{name}", clause, ", ".join(got))


def _settlements(wanted: Mapping[str, Mapping[str, int]], seen: Seen, kinder: bool) -> Found:
    """Both columns of a part return; each must add up, and the kinder one is chosen."""
    for name, columns in wanted.items():
        there = {each.name: each for each in seen.decision.answer(Remedy(name)).settlements}
        got = {column: each.minor for column, each in there.items()}
        if got != columns:
            yield otherwise(f"settlements.{name}", dict(columns), got)
        for column, each in there.items():
            if sum(row.minor for row in each.rows) != each.minor:
                yield otherwise(f"settlements.{name}.{column}", each.minor, sum(row.minor for row in each.rows))


def _chosen(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    for name, column in wanted.items():
        got = [each.name for each in seen.decision.answer(Remedy(name)).settlements if each.chosen]
        if got != [column] and not kinder:
            yield otherwise(f"chosen.{name}", column, ", ".join(got))


def _back_to(wanted: Mapping[str, Mapping[str, int]], seen: Seen, kinder: bool) -> Found:
    """What goes back by each means of payment."""
    for name, shares in wanted.items():
        got = {share.kind: share.minor for share in seen.decision.answer(Remedy(name)).back_to}
        if got != shares and not kinder:
            yield otherwise(f"back_to.{name}", dict(shares), got)


def _claims(wanted: Mapping[str, int], seen: Seen, kinder: bool) -> Found:
    """By name: what an open claim comes to; -1 where it must not be open."""
    there = {claim.name: claim for claim in seen.decision.claims}
    for name, minor in wanted.items():
        claim = there.get(name)
        got = claim.amount_minor if claim and claim.open else -1
        if got != minor and not (kinder and got > minor):
            yield otherwise(f"claims.{name}", minor, got)
        if claim and sum(row.minor for row in claim.sum_rows) != claim.amount_minor:
            yield otherwise(f"claims.{name}.sum_rows", claim.amount_minor, sum(row.minor for row in claim.sum_rows))


def _claim_says(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    """By name: words of the title or the reasons of a claim."""
    there = {claim.name: claim for claim in seen.decision.claims}
    for name, words in wanted.items():
        claim = there.get(name)
        said = [claim.title, *(reason.text for reason in claim.reasons)] if claim else []
        if words not in " ".join(f"{text.into('zh')} {text.into('en')}" for text in said) and not kinder:
            yield otherwise(f"claim_says.{name}", words, " ".join(text.into("zh") for text in said))


def _claim_clauses(wanted: Mapping[str, list[str]], seen: Seen, kinder: bool) -> Found:
    there = {claim.name: claim for claim in seen.decision.claims}
    for name, clauses in wanted.items():
        got = sorted(reason.clause for reason in there[name].reasons) if name in there else []
        if got != sorted(clauses) and not kinder:
            yield otherwise(f"claim_clauses.{name}", ", ".join(sorted(clauses)), ", ".join(got))


def _asked_of(wanted: Mapping[str, list[str]], seen: Seen, kinder: bool) -> Found:
    """By claim: the facts that could still open it."""
    there = {claim.name: claim for claim in seen.decision.claims}
    for name, flags in wanted.items():
        got = [question.flag for question in there[name].asks] if name in there else []
        if got != flags and not kinder:
            yield otherwise(f"claim_asks.{name}", ", ".join(flags), ", ".join(got))


def _first_asked(wanted: Mapping[str, bool], seen: Seen, kinder: bool) -> Found:
    there = {claim.name: claim for claim in seen.decision.claims}
    for name, is_so in wanted.items():
        got = name in there and there[name].first_asked
        if got is not is_so and not kinder:
            yield otherwise(f"first_asked.{name}", is_so, got)


def _asks(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    """By flag: words of the question that is asked for it."""
    asked = {question.flag: question.text for question in seen.decision.missing}
    asked |= {question.flag: question.text for claim in seen.decision.claims for question in claim.asks}
    for flag, words in wanted.items():
        text = asked.get(flag)
        if (text is None or words not in f"{text.into('zh')} {text.into('en')}") and not kinder:
            yield otherwise(f"asks.{flag}", words, text and text.into("zh"))


def _limits(wanted: Mapping[str, str], seen: Seen, kinder: bool) -> Found:
    """How long parties have in a case of these facts."""
    for name, value in wanted.items():
        if seen.decision.limits.get(name) != value and not kinder:
            yield otherwise(f"limits.{name}", value, seen.decision.limits.get(name))


def _pauses(wanted: Mapping[str, list[str]], seen: Seen, kinder: bool) -> Found:
    """By limit: the days on which its clock stands still, as `first/last`."""
    for limit, spans in wanted.items():
        got = [f"{pause.first}/{pause.last}" for pause in seen.decision.pauses if limit in pause.limits]
        if got != spans and not kinder:
            yield otherwise(f"pauses.{limit}", ", ".join(spans), ", ".join(got))


WORDS: dict[str, Callable[[Any, Seen, bool], Found]] = {
    "open": _open,
    "exactly": _exactly,
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
    "lane": _lane,
    "lane_clause": _lane_clause,
    "settlements": _settlements,
    "chosen": _chosen,
    "back_to": _back_to,
    "claims": _claims,
    "claim_says": _claim_says,
    "claim_clauses": _claim_clauses,
    "claim_asks": _asked_of,
    "first_asked": _first_asked,
    "asks": _asks,
    "limits": _limits,
    "pauses": _pauses,
}
