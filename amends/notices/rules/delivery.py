"""The life of one message as a table: what each answer makes of each state. Not about when to send or look: verbs/sending.py is.

    queued ──claim──▶ sending ──answer──▶ accepted ──report──▶ delivered | failed | bounced
      ▲                  └──no answer──▶ unsure ──look──▶ the same      queued ──▶ dropped (not sent at all)
      └────again────────────┴───────────────┘

Invariants
 1. Answers that tell an end (accepted, delivered, failed, bounced) may come in any order and any number of times and lead to one state:
    the later knowledge in the order accepted < failed < bounced < delivered wins. Whoever has the message in hand was reached.
 2. `again` (surely not taken, may be tried later) and `unheard` (nobody knows) never undo what is known.
 3. A state that is over has no `next_at`; every other one has.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from amends.kernel.tables import TableError, rows
from amends.kernel.texts import Text, say
from amends.notices.rules.inbound_reasons import REASONS as MAIL_REASONS

ANSWERS = """
state      accepted   delivered  failed     bounced    again     unheard
queued     accepted   delivered  failed     bounced    queued    queued
sending    accepted   delivered  failed     bounced    queued    unsure
unsure     accepted   delivered  failed     bounced    queued    unsure
accepted   accepted   delivered  failed     bounced    accepted  accepted
failed     failed     delivered  failed     bounced    failed    failed
bounced    bounced    delivered  bounced    bounced    bounced   bounced
delivered  delivered  delivered  delivered  delivered  delivered delivered
dropped    accepted   delivered  failed     bounced    dropped   dropped
"""
ENDINGS = ("accepted", "delivered", "failed", "bounced")


def parsed(table: str) -> dict[tuple[str, str], str]:
    """(state, answer) -> state. Raises TableError where a state is unknown or where the order of two endings would matter."""
    lines = [line for line in table.splitlines() if line.strip()]
    answers = lines[0].split()[1:]
    found = {(state, answer): cell for state, *cells in rows(table) for answer, cell in zip(answers, cells, strict=True)}
    states = {state for state, _ in found}
    for (state, answer), becomes in found.items():
        if becomes not in states:
            raise TableError(f"{state}, {answer}: no such state {becomes}")
        if found[becomes, answer] != becomes and answer in ENDINGS:
            raise TableError(f"{state}, {answer}: told twice it would be {found[becomes, answer]}")
    for state, one, other in product(sorted(states), ENDINGS, ENDINGS):
        if found[found[state, one], other] != found[found[state, other], one]:
            raise TableError(f"{state}: {one} and {other} end differently in the other order")
    return found


BECOMES: Mapping[tuple[str, str], str] = parsed(ANSWERS)
STATES: tuple[str, ...] = tuple(dict.fromkeys(state for state, _ in BECOMES))
OVER = frozenset({"delivered", "failed", "bounced", "dropped"})
"""Nothing more is done by itself; a late answer is still written down. `accepted` is over too, once no report is waited for."""
MISSED = frozenset({"failed", "bounced"})
OPEN = frozenset({"queued", "sending", "unsure"})


def after(state: str, answer: str) -> str:
    """The state that `answer` (accepted, delivered, failed, bounced, again, unheard) leads to from `state`."""
    return BECOMES[state, answer]


STATE_NAMES: Mapping[str, Text] = {
    "queued": say("等待发送", "waiting"),
    "sending": say("正在发送", "being sent"),
    "unsure": say("结果未知，正在核对", "not certain, being looked up"),
    "accepted": say("已交给服务商", "handed to the service"),
    "delivered": say("已送达", "delivered"),
    "failed": say("未送达", "not delivered"),
    "bounced": say("被退回", "bounced"),
    "dropped": say("没有发送", "not sent"),
}
REASONS: Mapping[str, Text] = {
    "not_set_up": say("这种方式没有配置", "this channel is not set up"),
    "gone": say("这个地址已停用", "the address is no longer in use"),
    "done": say("要做的事已经做完", "what it asked for has been done"),
    "too_late": say("时限已过", "the limit has passed"),
    "stopped": say("收件人不再接收这类通知", "the person stopped this kind of notice"),
    "withdrawn": say("公告已撤回", "the announcement was withdrawn"),
    "arrived": say("先前的一条后来送达", "the one before it arrived after all"),
    "unheard": say("服务商一直没有回音", "the service never answered"),
    "overdue": say("没有送达回执", "no delivery report came"),
    "fault": say("我们的程序出错", "a fault of ours"),
    "bad_address": say("地址写法不对", "this is no address"),
    "bad_words": say("内容无法发送", "the words cannot be sent"),
    "bad_subscription": say("浏览器推送的登记无效", "the browser's registration is not valid"),
    "unknown_push_service": say("不是已知的浏览器推送服务", "this is no known push service"),
    "sign_in_not_ascii": say("邮件服务器的用户名或密码不能这样写", "the mail server's user name or password cannot be written so"),
    "no_starttls_or_sign_in": say("邮件服务器不支持加密或登录", "the mail server offers no encryption or no sign-in"),
    "certificate_not_trusted": say("服务器证书不受信任", "the server's certificate is not trusted"),
    "no_connection": say("连不上服务商", "the service cannot be reached"),
    "connection_broke": say("连接中断", "the connection broke"),
    "timeout": say("等待服务商超时", "the service took too long"),
    "no_token": say("没有取得服务商的令牌", "the service gave no token"),
}


def reason_in_words(reason: str) -> Text | None:
    """The reason for a reader, of a mail that came back with its status; a service's own code is shown as it is. None where none is."""
    if not reason:
        return None
    word, _, status = reason.partition(" ")
    if reason not in REASONS and word in MAIL_REASONS:
        words = MAIL_REASONS[word]
        return say("{words}，{status}", "{words}, {status}", words=words, status=status) if status else words
    return REASONS.get(reason) or say("服务商代码 {code}", "the service's code {code}", code=reason)


A_CODE = "code"
"""A message of this kind is forgotten once the service has it: whoever reads the log must not read the code."""


def may_resend(kind: str, state: str, ref: str) -> bool:
    """Whether a message has ended and may go once more: never a code, whose words are gone, nor one that is kept from before."""
    return kind != A_CODE and bool(ref) and (state in OVER or state == "accepted")
