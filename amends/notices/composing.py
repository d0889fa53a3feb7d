"""The words of a message: the notices that it carries, in one language and at the length that its channel has, and the way to the case.

Pure but for the notices' own words (queries.py, wording.py). What goes out is put together once, at the first attempt (verbs/sending.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from amends.kernel.texts import Text, say
from amends.notices.models import Message, Notice
from amends.notices.queries import in_words
from amends.notices.rules.words import Audience, Channel, Urgency
from amends.notices.unsubscribing import unsubscribe_path
from amends.plumbing.addresses import public_host, public_url
from amends.plumbing.messages.port import Outgoing

PLACES = {Audience.CONSUMER.value: "/portal/cases/", Audience.MERCHANT.value: "/console/cases/"}
AT_THE_DESK = "/desk/cases/"
MOST_PRESSING = {urgency.value: place for place, urgency in enumerate(Urgency)}


class Composed(NamedTuple):
    """What a message says: a subject of one line, and plain text."""

    subject: str
    text: str


def compose(notices: Sequence[Notice], *, language: str, channel: Channel | str) -> Composed:
    """These notices about one case (at least one, saved or not; their `merchant` at hand) for a reader of `language`.

    A mail holds all of them, oldest first, the case's page and why it was sent; a text message, push or WeChat message holds the most
    pressing one and how many more there are.
    """
    first = min(notices, key=lambda notice: MOST_PRESSING[notice.urgency])
    if Channel(channel) is Channel.MAIL:
        return _mail(notices, first, language)
    told = in_words(first)
    more = [_more(len(notices) - 1).into(language)] if len(notices) > 1 else []
    return Composed(told.subject.into(language), "".join([told.body.into(language), *more]))


def outgoing(message: Message, keys: dict[str, str]) -> Outgoing:
    """The message as its channel takes it: under its key, with the page to open, and for a mail with the headers that say what it is."""
    news = message.urgency == Urgency.NEWS and message.user_id is not None
    unsubscribe = public_url(unsubscribe_path(message.user_id)) if news and message.user_id is not None else ""
    return Outgoing(
        key=message.ref, channel=message.channel, to=message.address, keys=keys,
        language="zh" if message.language.lower().startswith("zh") else "en", subject=message.subject, text=message.body,
        url=url_of(message), urgency=message.urgency, unsubscribe=unsubscribe,
        headers=_headers(message, unsubscribe) if message.channel == Channel.MAIL else {},
    )  # fmt: skip


def url_of(message: Message) -> str:
    """The page that the message is about: its reader's own page of the case, else the front door."""
    item = next((item for item in message.items if "case" in item), None)
    return _page(item["party"], item["case"]) if item else public_url("/")


def message_id(ref: str) -> str:
    """The Message-ID of a mail, for ever the same for one message: a mailbox knows a double by it, and a bounce names it."""
    return f"<{ref.lower()}@{public_host()}>"


def _page(party: str, case: str) -> str:
    return public_url(f"{PLACES.get(party, AT_THE_DESK)}{case}")


def _mail(notices: Sequence[Notice], first: Notice, language: str) -> Composed:
    told = [in_words(notice) for notice in notices]
    subject = say("{subject}（{case}）", "{subject} ({case})", subject=in_words(first).subject, case=first.facts["case"])
    bodies = dict.fromkeys(one.body.into(language) for one in told)
    foot = say(
        "你收到这封邮件，因为你是售后单 {case} 的{who}。这封邮件由系统发出，回复请到售后单页面。",
        "You receive this because you are the {who} of case {case}. It was sent by a machine; please answer on the case's page.",
        case=first.facts["case"], who=WHO.get(first.party, WHO["platform"]),
    )  # fmt: skip
    return Composed(subject.into(language), "\n\n".join([*bodies, _page(first.party, first.facts["case"]), "-- \n" + foot.into(language)]))


def _more(count: int) -> Text:
    if count == 1:
        return say("这一单还有 1 条新进展。", " There is one more piece of news about this case.")
    return say(f"这一单还有 {count} 条新进展。", f" There are {count} more pieces of news about this case.")


def _headers(message: Message, unsubscribe: str) -> dict[str, str]:
    """RFC 3834: answers to this one are not wanted; RFC 8058: one press stops news. One thread in the mailbox for one case."""
    headers = {"Message-ID": message_id(message.ref), "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    case = next((item["case"] for item in message.items if "case" in item), "")
    if case:
        headers["References"] = f"<{case.lower()}@{public_host()}>"
    if unsubscribe:
        headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


WHO = {
    "consumer": say("消费者", "consumer"),
    "merchant": say("商家", "merchant"),
    "platform": say("处理人", "handler"),
}
