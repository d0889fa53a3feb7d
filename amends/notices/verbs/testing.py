"""A test of what would be sent: the preview of a row about a real case, sent to whoever asks and to nobody else."""

from __future__ import annotations

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.notices.models import Message
from amends.notices.previewing import preview
from amends.notices.queries_people import reachable
from amends.notices.rules.words import CHANNEL_NAMES, Channel
from amends.notices.rules.writers import only_senders
from amends.notices.verbs.planning import send_one
from amends.people.rules import Actor

KIND = "test"


def send_test(case_ref: str, kind: str, party: str, *, language: str, channel: str, by: Actor) -> Message:
    """The words of this row about this case are on their way to the sender's own address, marked as a test.

    Refuses NotYourMove to all but administrators and supervisors, NotFound and Unprocessable as `preview`, and Unprocessable for the page
    (nothing is sent there) or a channel over which the sender can't be reached.
    """
    only_senders(by)
    found = preview(case_ref, kind, party, language=language, channel=channel, by=by)
    user = by.user_id or 0
    own = reachable([user]).get(user, {}).get(found.channel, [])
    if found.channel is Channel.PAGE or not own:
        raise Unprocessable.field(
            "channel",
            say("你自己没有可用的{name}地址，先在通知设置里添加。", "You have no address for {name}; add one in your settings.",
                name=CHANNEL_NAMES[found.channel]),
            code="not_reachable",
        )  # fmt: skip
    marked, plain = f"【试发】{found.subject}", f"[Test] {found.subject}"
    return send_one(
        user_id=user, channel=found.channel.value, address=own[0].address, contact_id=own[0].contact_id,
        subject=say("{s}", "{s}", s=marked if found.language == "zh" else plain), body=say("{b}", "{b}", b=found.text),
        kind=KIND, language="zh-hans" if found.language == "zh" else "en",
    )  # fmt: skip
