"""Who may judge a case, and who of them is asked: plain values in, a choice with reasons out. No database, no clock.

Invariants
 1. Nobody judges who worked on the case, took part in an earlier look at it, is related to the merchant, or is one of its sides.
 2. Skill, language, rank and load order those who may; only where everybody is full is somebody asked beyond their load.
 3. Whoever has the highest rank of them is asked last, and of equals the lowest rank first: an appeal needs somebody of higher rank who
    took no part.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from amends.kernel.texts import Text, say
from amends.policy.rules.words import GOODS_NAMES, ISSUE_NAMES

SKILLS: dict[str, Text] = {
    **{goods.value: name for goods, name in GOODS_NAMES.items()}, **{issue.value: name for issue, name in ISSUE_NAMES.items()},
}  # fmt: skip
"""What an arbiter or a testing body can know: a class of goods or an issue, by the keys that a case has for them."""
LANGUAGE_NAMES: dict[str, Text] = {"zh": say("中文", "Chinese"), "en": say("英文", "English")}


class Bar(StrEnum):
    """Why somebody may not judge a case, the gravest first."""

    PARTY = "party"
    RELATED = "related"
    WORKED_ON = "worked_on"
    TOOK_PART = "took_part"
    RANK = "rank"
    AWAY = "away"


BARS: dict[Bar, Text] = {
    Bar.PARTY: say("是本单的一方", "is a party of this case"),
    Bar.RELATED: say("与商家有关联", "is related to the merchant"),
    Bar.WORKED_ON: say("处理过这份售后单", "worked on this case"),
    Bar.TOOK_PART: say("参与过之前的裁决", "took part in an earlier ruling on it"),
    Bar.RANK: say("级别不够", "has not the rank for it"),
    Bar.AWAY: say("不在岗", "is away"),
}
FOR_GOOD = frozenset({Bar.PARTY, Bar.RELATED, Bar.WORKED_ON, Bar.TOOK_PART, Bar.RANK})
"""Bars of the person; one who is away may still give a ruling that is theirs to give."""
REFUSED: dict[Bar, Text] = {
    Bar.PARTY: say(
        "你与这份售后单的一方有关，不能代表平台处理。", "You belong to a party of this case and cannot act in it for the platform."
    ),
    Bar.RELATED: say("你与这个商家有关联，不能参与它的裁决。", "You are related to this merchant and have no part in its cases."),
    Bar.WORKED_ON: say("你处理过这份售后单，要由别人裁决。", "You worked on this case; somebody else has to judge it."),
    Bar.TOOK_PART: say("你参与过本单之前的裁决，这次由别人来看。", "You took part in an earlier ruling here; this look is another's."),
    Bar.RANK: say("要由级别更高的人来看。", "This needs somebody of higher rank."),
    Bar.AWAY: say("你登记为不在岗。", "You are on record as away."),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One arbiter as the record has them. `bars` are facts about them and the case; `load` are the reviews that they owe now.

    No skills at all means that they judge anything; no languages, that they read every one.
    """

    user_id: int
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    rank: int = 1
    load: int = 0
    load_most: int = 20
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case asks of its judge: any of these skills (a goods class, an issue), a language, and a rank above `above_rank`."""

    skills: frozenset[str]
    language: str = ""
    above_rank: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """How well somebody fits. `bars` empty: they may be asked. The rest says why they come before or after others; `is_last_resort`: nobody
    who may be asked stands above them, so that an appeal against their ruling had no examiner."""

    candidate: Candidate
    bars: tuple[Bar, ...]
    skilled: bool
    generalist: bool
    speaks: bool
    full: bool
    is_last_resort: bool = False

    @property
    def may(self) -> bool:
        return not self.bars

    @property
    def order(self) -> tuple[object, ...]:
        """The first of these is asked: not full, with somebody above for an appeal, skilled, speaking the language, of the lowest rank, the
        least loaded of them, then the longest known."""
        one = self.candidate
        share = one.load * 10_000 // max(1, one.load_most)
        fit = self.full, self.is_last_resort, not self.skilled, self.generalist, not self.speaks
        return *fit, one.rank, share, one.load, one.user_id


def weigh(candidate: Candidate, wanted: Wanted) -> Fit:
    """How this one fits what is wanted."""
    bars = [bar for bar in Bar if bar in candidate.bars]
    if candidate.rank <= wanted.above_rank:
        bars.append(Bar.RANK)
    generalist = not candidate.skills
    return Fit(
        candidate,
        tuple(bar for bar in Bar if bar in bars),
        skilled=generalist or bool(candidate.skills & wanted.skills),
        generalist=generalist,
        speaks=not candidate.languages or not wanted.language or wanted.language in candidate.languages,
        full=candidate.load >= candidate.load_most,
    )


def ranked(candidates: Sequence[Candidate], wanted: Wanted) -> list[Fit]:
    """Everybody, whoever is asked first standing first, and those who may not be asked behind."""
    fits = [weigh(one, wanted) for one in candidates]
    highest = max((fit.candidate.rank for fit in fits if fit.may), default=0)
    told = (replace(fit, is_last_resort=fit.candidate.rank >= highest) for fit in fits)
    return sorted(told, key=lambda fit: (not fit.may, *fit.order))


def chosen(candidates: Sequence[Candidate], wanted: Wanted, but: Collection[int] = ()) -> Fit | None:
    """Who is asked; None where nobody may be."""
    return next((fit for fit in ranked(candidates, wanted) if fit.may and fit.candidate.user_id not in but), None)


def why_chosen(fit: Fit) -> Text:
    """In a sentence, for whoever asks why it was this one."""
    skill = say("不限品类", "judges any goods") if fit.generalist else say("专长相符", "has the skill")
    skill = skill if fit.skilled else say("专长不符，没有更合适的人", "not a specialist, and none was free")
    tongue = say("语言相符", "reads the language") if fit.speaks else say("语言不符", "does not read the language")
    spared = say("级别更高的人留给申诉", "which leaves higher ranks for an appeal")
    above = say("没有级别更高的人可以看申诉", "with nobody above for an appeal") if fit.is_last_resort else spared
    return say(
        "{skill}，{tongue}，{rank} 级（{above}），手上 {n} 件", "{skill}, {tongue}, of rank {rank} ({above}), owes {n} others",
        skill=skill, tongue=tongue, rank=fit.candidate.rank, above=above, n=fit.candidate.load,
    )  # fmt: skip
