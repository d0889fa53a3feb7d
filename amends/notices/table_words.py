"""The table of notices in words, for pages, papers and programs: when, on what condition, to whom, how, about whose limit."""

from __future__ import annotations

from dataclasses import dataclass

from amends.cases.words import stage_name, verb_done
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.notices.rules.lives import SILENT
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.sentences import SENTENCES, Told
from amends.notices.rules.table import ALONE, BESIDE, ITS_OWN, LIVES, Row, every_row
from amends.notices.rules.words import AUDIENCE_NAMES, CHANNEL_NAMES, URGENCY_NAMES, Channel, Urgency

BESIDE_NAMES: dict[str, Text] = {
    "webhook.alarm": say("Webhook 接收端没有应答", "a receiver of webhooks does not answer"),
    "webhook.given_up": say("一条 Webhook 投递被放弃", "a webhook was given up"),
    "stamp.alarm": say("时间戳机构没有盖章", "an authority gives no time stamps"),
    "mail.reply": say("有人回复了邮件", "a person answered a mail"),
}
NOT_OF_A_LIFE = "-"
BEARING = {
    "@to": say("费用向商家追偿", "a cost is asked of the merchant"),
    "@for": say("替商家追偿", "a cost of the merchant is asked of another"),
}


@dataclass(frozen=True, slots=True)
class InWords:
    """A row as people read it. `life` is NOT_OF_A_LIFE for what no timeline has; `due_of` None where the sentence names no limit."""

    row: Row
    life: str
    when: Text
    given: tuple[Text, ...]
    to: Text
    urgency: Text
    due_of: Text | None
    told: Told


def table() -> list[InWords]:
    """Every row in the order of the table, with the built-in sentences."""
    return [in_words(row) for row in every_row()]


def in_words(row: Row) -> InWords:
    """One row."""
    return InWords(
        row, life_of(row.when), when_words(row.when), tuple(_condition(row, one) for one in row.given), AUDIENCE_NAMES[row.to],
        URGENCY_NAMES[row.urgency], _due_of(row), SENTENCES[row.words],
    )  # fmt: skip


def silent() -> list[tuple[str, Text, Text]]:
    """What tells nobody: `life.verb`, what happened, why nobody is told."""
    return [(when, when_words(when), reason) for when, reason in SILENT.items()]


def life_of(when: str) -> str:
    """The life whose timeline has this line."""
    return NOT_OF_A_LIFE if when in BESIDE else when.partition(".")[0]


def when_words(when: str) -> Text:
    """What happened, as it completes a sentence: `同意了诉求 / approved the claim`."""
    life, _, verb = when.partition(".")
    return BESIDE_NAMES.get(when) or say(when, when) if when in BESIDE else verb_done(life, verb)


def channels_words(urgency: Urgency) -> Text:
    """Where it goes: groups side by side, in each the next channel only where the one before fails."""
    groups = [_either(group) for group in ROUTES[urgency].groups]
    return _joined([CHANNEL_NAMES[Channel.PAGE], *groups], "；", "; ")


def _either(group: tuple[Channel, ...]) -> Text:
    return _joined([CHANNEL_NAMES[channel] for channel in group], "，不成则", ", else ")


def _joined(texts: list[Text], zh: str, en: str) -> Text:
    return Text(zh.join(text.into("zh") for text in texts), en.join(text.into("en") for text in texts))


def _due_of(row: Row) -> Text | None:
    if row.due_of == ITS_OWN:
        return say("所提醒的时限", "the limit it speaks of")
    return NAMES[Party(row.due_of)] if row.due_of else None


def _condition(row: Row, name: str) -> Text:
    if name == ALONE:
        return say("同时没有告诉更要紧的", "nothing more pressing is told at once")
    if name.startswith("!"):
        return say("不是：{what}", "not: {what}", what=_condition(row, name[1:]))
    if name.startswith(">"):
        return say("之后等{party}", "then waits for the {party}", party=NAMES[Party(name[1:])])
    if name in BEARING:
        return BEARING[name]
    if name == Party.CLOCK.value:
        return say("到时没有人处理", "nobody acted in time")
    if name in list(Party):
        return say("由{party}", "by the {party}", party=NAMES[Party(name)])
    life = row.when.partition(".")[0]
    return say("到“{stage}”", "now “{stage}”", stage=stage_name(life, name)) if life in LIVES else say(name, name)
