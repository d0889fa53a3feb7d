"""The places in braces that sentences of notices have: what each means, which rows can fill it, and the words that go there.

A place that a row can't fill would be an empty hole in a letter, so built-in sentences are checked on import and edited ones before they
are kept. Not about values of a case: composing fills them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from amends.cases.waiting_words import LIMITS, SILENCE
from amends.cases.words import stage_name, verb_name
from amends.kernel.parties import NAMES, Party
from amends.kernel.tables import TableError
from amends.kernel.texts import Text, say
from amends.liability.rules import CHARGE_BACK_TO
from amends.notices.rules.sentences import SENTENCES, Told
from amends.notices.rules.table import BESIDE, ITS_OWN, LIVES, Row, every_row, row_of

BY_RULE = "review.rule_by_default"
FIRST_RESULTS = frozenset({"case.approve", "case.refuse", "case.ask_proof", "case.rule", BY_RULE})
"""What is told with its basis: the result of a first look, be it the merchant's or the platform's."""
LONGEST = {"subj": 40, "body": 400}
ONE_LINE = say("这里只能写一行。", "This is one line: no line breaks.")
"""What is said of a subject or title with a line break: it becomes the header of a mail."""
_PLACE = re.compile(r"\{([a-z]+)\}")


class Place(NamedTuple):
    """What stands there, for people who write sentences, and how it looks."""

    means: Text
    example: Text


PLACES: Mapping[str, Place] = {
    "case": Place(say("售后单号", "the case's number"), say("AS-7K2M-9Q4T", "AS-7K2M-9Q4T")),
    "shop": Place(say("商家名称", "the merchant's name"), say("山野小铺", "Hillside Shop")),
    "due": Place(say("要在什么时候之前", "the time by which somebody has to act"),
                 say("6月3日 10:00（北京时间）", "3 Jun 10:00 (Beijing time)")),
    "silence": Place(say("到时没有处理会怎样", "what follows if nobody does"), say("自动交平台裁决", "goes to the platform for a ruling")),
    "left": Place(say("还剩多少时间", "how long that is from now"), say("24 小时", "24 hours")),
    "sum": Place(say("金额", "the sum"), say("¥128.00", "CNY 128.00")),
    "next": Place(say("接下来是什么、到什么时候", "what comes next, and by when"),
                  say("接下来：等商家提供退货地址，最晚 6月3日 10:00（北京时间）。",
                      "Next: waiting for the return address, until 3 Jun 10:00 (Beijing time).")),
    "until": Place(say("已经过去的时限", "the limit that ran out"), say("6月1日 10:00（北京时间）", "1 Jun 10:00 (Beijing time)")),
    "who": Place(say("谁没有处理", "who did not act"), say("商家", "merchant")),
    "rule": Place(say("按哪条规则", "under which rule"), say("商家答复时限 48 小时", "time to answer: 48 hours")),
    "reason": Place(say("改期的原因", "why a time was changed"), say("配件缺货", "a part is out of stock")),
    "basis": Place(say("怎样理解问题、按什么标准、做过什么、不同意怎么办", "the problem, the standard, the steps, the way to appeal"),
                   say("我们理解的问题：破损。标准：CN-QUAL-01。", "The problem as understood: damaged. The standard: CN-QUAL-01.")),
    "address": Place(say("接收地址的主机名", "the host of a webhook receiver"), say("hooks.example.com", "hooks.example.com")),
}  # fmt: skip
SHORTER = {"lapse": say("诉求终止", "the claim ends")}
"""The sentence has said already that nothing was sent back."""
SUMS = frozenset({"case.apply", "case.approve", "case.grant_at_once", "refund.intend", "refund.pay", "repair.quote",
"case.announce_deduction",
                  "case.contest_deduction", "case.remind_deduction", "case.alarm_deduction",
                  "case.uphold_deduction", "case.withdraw_deduction", "charge_back_to.give_back",
                  "case.return_supplement", "advance.book_debt", "advance.remind_debt", "advance.settle_debt"} | {
    f"{CHARGE_BACK_TO.name}.{verb}" for verb in CHARGE_BACK_TO.all_verbs
})  # fmt: skip
"""Lines whose facts always hold a sum."""


def places_of(row: Row) -> frozenset[str]:
    """The places that a sentence of this row may have, because they can be filled."""
    if row.when == "stamp.alarm":
        return frozenset({"shop", "case"})
    if row.when in BESIDE:
        return frozenset({"shop", "case", "address", "until"})
    if row.when == "case.revise_promise":
        return frozenset({"case", "shop", "due", "until", "who", "reason"})
    if row.when == "extension.grant_extension":
        return frozenset({"case", "shop", "due", "until"})
    due = {"due", "silence"} if row.due_of else set()
    left = {"left", "who", "rule"} if row.due_of == ITS_OWN and row.urgency == "remind" else set()
    lapse = {"until", "who", "rule"} if row.by_lapse else set()
    return frozenset(
        {
            "case",
            "shop",
            "next",
            *due,
            *left,
            *lapse,
            *({"sum"} if row.when in SUMS else ()),
            *({"basis"} if has_basis(row) else ()),
        }
    )


def has_basis(row: Row) -> bool:
    """Whether it tells a result that somebody, or the policy in the arbiters' place, looked for; what silence decides nobody looked at."""
    return row.when in FIRST_RESULTS and (not row.by_lapse or row.when == BY_RULE)


def silence_words(verb: str) -> Text:
    """What the clock does when nobody acts, to stand in a sentence after `到时没有…，` and `Otherwise: `."""
    return SHORTER.get(verb) or SILENCE.get(verb) or verb_name("case", verb)


def who_waited(limit: str) -> Text:
    """Who had to act under a limit; both sides are `双方 / both sides`."""
    waited = next((stage.waits_for for life in LIVES.values() for stage in life.stages.values() if stage.limit == limit), ())
    return NAMES[waited[0]] if len(waited) == 1 else say("双方", "both sides") if waited else NAMES[Party.PLATFORM]


def rule_words(limit: str, length: Text | None = None) -> Text:
    """The rule that a lapse followed: the limit by its name and, where it is known, its length in the case's own terms."""
    name = LIMITS.get(limit) or say("时限", "limit")
    return say("{name} {length}", "{name}: {length}", name=name, length=length) if length is not None else name


def left_words(left: timedelta) -> Text:
    """How long somebody has, in the largest whole unit that is not too coarse: days from two days on, then hours, then minutes."""
    minutes = max(int(left.total_seconds() // 60), 1)
    for size, zh, en in ((24 * 60, "天", "day"), (60, "小时", "hour"), (1, "分钟", "minute")):
        if minutes >= 2 * size or size == 1:
            n = minutes // size
            return say(f"{n} {zh}", f"{n} {en}" + ("" if n == 1 else "s"))
    raise AssertionError(minutes)


def next_words(life: str, stage: str, due: Text | None) -> Text:
    """What comes next, as a sentence: the nearest thing that the case waits for, or that there is nothing left."""
    if not life:
        return say("接下来的每一步都会通知你。", "You will be told of each step that follows.")
    if due is None:
        return say("接下来：{stage}。", "Next: {stage}.", stage=stage_name(life, stage))
    return say("接下来：{stage}，最晚 {due}。", "Next: {stage}, until {due}.", stage=stage_name(life, stage), due=due)


def check_wording(kind: str, audience: str, *, subject_zh: str, subject_en: str, body_zh: str, body_en: str) -> list[tuple[str, Text]]:
    """What is wrong with a text that the office wrote for this row, as (field, why); empty where it can be used.

    Wrong: a language missing, too long, a line break in a subject, a brace that is no place, a place that this kind can't fill,
    a body without the deadline that the built-in one tells. Raises KeyError for a kind or audience that the table does not have.
    """
    row = row_of(kind, audience)
    fields = {"subject_zh": subject_zh, "subject_en": subject_en, "body_zh": body_zh, "body_en": body_en}
    wrong = [(name, why) for name, text in fields.items() for why in _wrong(text, row, LONGEST[name[:4]])]
    wrong += [(name, ONE_LINE) for name in ("subject_zh", "subject_en") if has_breaks(fields[name])]
    return wrong + _missing(row, fields)


def has_breaks(text: str) -> bool:
    """Whether it stands on more than one line, whatever breaks it."""
    return len(text.splitlines()) > 1


def _wrong(text: str, row: Row, longest: int) -> list[Text]:
    if not text.strip():
        return [say("两种语言都要写。", "Both languages are needed.")]
    wrong = []
    if len(text) > longest:
        wrong.append(say("太长：最多 {n} 个字符。", "Too long: {n} characters at most.", n=longest))
    bare = _PLACE.sub("", text)
    if "{" in bare or "}" in bare:
        wrong.append(say("花括号里只能是占位名，例如 {example}。", "Braces hold the name of a place and nothing else, like {example}.",
                         example="{case}"))  # fmt: skip
    return wrong + [_no_such(name, row) for name in _unknown(text, row)]


def _unknown(text: str, row: Row) -> list[str]:
    return sorted(set(_PLACE.findall(text)) - places_of(row))


def _no_such(name: str, row: Row) -> Text:
    have = "、".join(f"{{{place}}}" for place in sorted(places_of(row)))
    return say("这条通知没有 {place}，可以用：{have}。", "This notice has no {place}; it has {have}.", place=f"{{{name}}}", have=have)


def _missing(row: Row, fields: Mapping[str, str]) -> list[tuple[str, Text]]:
    """A notice that tells a time and what silence means may be worded anew, but not lose them."""
    needed = [place for place in ("due", "silence", "until") if f"{{{place}}}" in SENTENCES[row.words].body.zh]
    return [
        (
            name,
            say(
                "这里要写出 {place}（{means}）。", "{place} has to be said here ({means}).", place=f"{{{place}}}", means=PLACES[place].means
            ),
        )
        for name in ("body_zh", "body_en")
        for place in needed
        if fields[name].strip() and f"{{{place}}}" not in fields[name]
    ]


def _check(all_rows: Iterable[Row]) -> None:
    for row in all_rows:
        told: Told = SENTENCES[row.words]
        texts = {"subject_zh": told.subject.zh, "subject_en": told.subject.en, "body_zh": told.body.zh, "body_en": told.body.en}
        for field, why in check_wording(row.kind, row.to, **texts):
            raise TableError(f"{row.kind} {row.to} {row.words}.{field}: {why}")


_check(every_row())
