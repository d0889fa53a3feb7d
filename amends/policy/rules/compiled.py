"""`Stack`: packs that hold together, law first, compiled to tables that decisions read; and `stacked`, which refuses what does not stand.

Not about which packs hold on a day (stack.py). What a stack remembers (window ends by day of signing, verdicts by facts that are alike)
only saves time: forgetting it changes no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from amends.kernel.calendars import Calendar, Roll, due
from amends.kernel.limits import LONGEST, SECONDS_IN, Limit, Unit
from amends.kernel.texts import Text, say
from amends.policy.rules.checks import check_names, check_whole
from amends.policy.rules.coherence import check_laid, check_rows, check_silences
from amends.policy.rules.decision import Reason, SilencePick
from amends.policy.rules.facts import GoodsClass, IssueType, Remedy, State
from amends.policy.rules.layers import against, laid, unkind
from amends.policy.rules.packs import Pack, PackRefused, Problem
from amends.policy.rules.schema import Layer, PackCells, Right

REMEMBERED = 20_000


class Spoken(NamedTuple):
    """A clause ready to be said."""

    rule: str
    article: Text
    yes: Text
    no: Text
    opens: Text | None
    source: str
    tag: str


class WindowTable(NamedTuple):
    name: str
    length: Limit
    roll: Roll
    words: Text
    clause: str
    counts_from: str


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Packs in force together, law first. Built by `stacked`; `terms` are the cells as they stand, the rest is compiled from them."""

    packs: tuple[Pack, ...]
    terms: PackCells
    clauses: Mapping[str, Spoken]
    windows: Mapping[str, WindowTable]
    counts: Mapping[str, int]
    silence: tuple[SilencePick, ...]
    rolls: Mapping[str, str]
    versions: tuple[str, ...]
    rights: Mapping[tuple[IssueType, State], Mapping[Remedy, tuple[Right, ...]]]
    voluntary: Mapping[tuple[Remedy, State], Reason]
    yes: Mapping[str, Reason]
    no: Mapping[str, Reason]
    shows: Mapping[IssueType, Text]
    asks: Mapping[str, Text]
    verdicts: dict[Any, Any] = field(default_factory=dict)
    _said: dict[tuple[str, bool, int | None], tuple[Reason, ...]] = field(default_factory=dict)
    _articles: dict[frozenset[str], Mapping[str, Text]] = field(default_factory=dict)
    _ends: dict[date, Mapping[str, datetime]] = field(default_factory=dict)
    _ends_of: list[Calendar] = field(default_factory=list)
    _limits: dict[tuple[GoodsClass, bool], Mapping[str, str]] = field(default_factory=dict)

    def limits(self, goods_class: GoodsClass, shipped: bool) -> Mapping[str, str]:
        """Every limit as it stands for these goods."""
        known = self._limits.get((goods_class, shipped))
        if known is None:
            picked = {name: cell.for_case(goods_class, shipped=shipped) for name, cell in self.terms.limits.items()}
            known = self._limits[goods_class, shipped] = MappingProxyType(picked)
        return known

    def window_ends(self, signed_at: datetime, day: date, calendar: Calendar) -> Mapping[str, datetime]:
        """When each window ends that began at `signed_at`, on `day` of the calendar; days count alike all day long, so a day is kept."""
        if not self._ends_of or self._ends_of[0] is not calendar:
            self._ends.clear()
            self._ends_of[:] = [calendar]
        known = self._ends.get(day)
        if known is None:
            if len(self._ends) > REMEMBERED:
                self._ends.clear()
            known = {n: due(signed_at, w.length, calendar, roll=w.roll).at for n, w in self.windows.items()}
            if not any(w.length.unit in SECONDS_IN for w in self.windows.values()):
                self._ends[day] = known
        return known

    def within(self, name: str, holds: bool, days: int | None) -> tuple[Reason, ...]:
        """What the clause of window `name` says on day `days` since signing; nothing where it would count days that have not begun."""
        known = self._said.get((name, holds, days))
        if known is None:
            window, words = self.windows[name], (self.yes if holds else self.no)[self.windows[name].clause]
            if days is not None:
                words = words._replace(text=words.text.filled(days=_ago(days), length=window.words))
            counts = "{" in words.text.zh + words.text.en
            known = self._said[name, holds, days] = () if days is None and counts else (words,)
        return known

    def articles_of(self, clauses: frozenset[str]) -> Mapping[str, Text]:
        """The article of each of `clauses`."""
        known = self._articles.get(clauses)
        if known is None:
            known = self._articles[clauses] = MappingProxyType({name: self.clauses[name].article for name in sorted(clauses)})
        return known

    def remember(self, key: Any, verdict: Any) -> None:
        """Keep a verdict for facts that are alike."""
        if len(self.verdicts) > REMEMBERED:
            self.verdicts.clear()
        self.verdicts[key] = verdict


def _ago(days: int) -> Text:
    """So many days, as windows say it."""
    if not days:
        return say("当天", "less than a day")
    return Limit(days, Unit.DAYS).in_words() if days <= LONGEST[Unit.DAYS] else say("多年", "many years")


def stacked(packs: Sequence[Pack]) -> Stack:
    """The packs in force together. Refuses (PackRefused) names that lead nowhere, a law with holes, packs of one layer that contradict
    each other, a layer less kind than one above, and a platform that would force refunds without return on merchants.
    """
    law, *others = sorted(packs, key=lambda pack: list(Layer).index(pack.layer))
    problems = [*_order(law, others)]
    terms = law.cells
    if not problems:
        problems = [
            law.problem(path, text)
            for path, text in (
                *check_names(terms, terms),
                *check_rows(terms),
                *check_laid(terms, terms),
                *check_silences(terms),
                *check_whole(terms),
            )
        ]
    above: list[Pack] = [law]
    for pack in others if not problems else ():
        under = laid(terms, pack.cells)
        found = (*check_names(pack.cells, under), *check_rows(pack.cells), *check_laid(pack.cells, under))
        problems += [pack.problem(path, text) for path, text in (*found, *against(above, pack), *unkind(terms, above, pack))]
        terms = under
        above.append(pack)
    if problems:
        raise PackRefused(problems)
    return _compiled((law, *others), terms)


def _order(law: Pack, others: Sequence[Pack]) -> Iterator[Problem]:
    """One law on top, everything below it of the same market."""
    if law.layer is not Layer.LAW:
        yield law.problem(("layer",), say('最上层应是 layer = "law" 的规则包。', 'The topmost pack should have layer = "law".'))
    for pack in others:
        if pack.layer is Layer.LAW:
            yield pack.problem(
                ("layer",), say("一个市场只有一部法律，已有 {file}。", "A market has one law; there is {file}.", file=law.file)
            )
        if pack.cells.jurisdiction != law.cells.jurisdiction:
            right = say("应与法律相同：{code}。", "It should be that of the law: {code}.", code=law.cells.jurisdiction)
            yield pack.problem(("jurisdiction",), right)


def _compiled(packs: tuple[Pack, ...], terms: PackCells) -> Stack:
    counting = terms.day_counting
    if counting is None:
        raise ValueError("check_whole lets no law pass without day_counting")
    clauses = {
        name: Spoken(
            cell.rule, cell.article.text, cell.yes.text, cell.no.text, cell.opens.text if cell.opens else None, cell.source, cell.tag
        )
        for name, cell in terms.clauses.items()
    }
    windows = {}
    for name, cell in terms.windows.items():
        limit = Limit.parse(cell.length)
        windows[name] = WindowTable(name, limit, cell.roll or counting.consumer, limit.in_words(), cell.clause, cell.counts_from)
    voluntary: dict[tuple[Remedy, State], Reason] = {}
    no = {name: Reason(c.rule, name, c.no, False, c.article, c.source, c.tag) for name, c in clauses.items()}
    for row in terms.voluntary.rows:
        for state in row.states:
            voluntary.setdefault((row.remedy, state), no[row.clause])
    return Stack(
        packs=packs,
        terms=terms,
        clauses=clauses,
        windows=windows,
        counts=MappingProxyType({name: cell.value for name, cell in terms.counts.items()}),
        silence=tuple(SilencePick(r.limit, _any(r.remedy), _any(r.shipped), _any(r.received), r.verb) for r in terms.silence.rows),
        rolls=MappingProxyType({"consumer": counting.consumer.value, "others": counting.others.value}),
        versions=tuple(pack.stamp for pack in packs),
        rights={(issue, state): _rights(terms, issue, state) for issue in IssueType for state in State},
        voluntary=voluntary,
        yes={name: Reason(c.rule, name, c.yes, True, c.article, c.source, c.tag) for name, c in clauses.items()},
        no=no,
        shows={issue: cell.show.text for issue, cell in terms.issues.items()},
        asks={flag: cell.ask.text for flag, cell in terms.questions.items()},
    )


def _any(cell: Any) -> Any:
    return None if cell == "any" else cell


def _rights(terms: PackCells, issue: IssueType, state: State) -> Mapping[Remedy, tuple[Right, ...]]:
    fit = [row for row in terms.rights.rows if state in row.states and (issue in row.issues or issue.group in row.groups)]
    return {remedy: tuple(row for row in fit if row.remedy is remedy) for remedy in Remedy}
