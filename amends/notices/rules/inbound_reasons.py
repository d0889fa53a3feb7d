"""Why a mail did not arrive, from what mail servers say: enhanced status codes (RFC 3463), SMTP codes, and words in two languages.

Final means that this address will not be reached again, so that nothing more is sent to it: no such mailbox, no such domain, a mailbox
that was switched off. A full mailbox or a mail that was taken for spam is a failure of this mail and not of the address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from amends.kernel.texts import Text, say

REASONS: Mapping[str, Text] = {
    "unknown_mailbox": say("收件地址不存在", "no such mailbox"),
    "no_such_domain": say("收件域名不存在", "no such domain"),
    "disabled": say("收件邮箱已停用", "the mailbox is switched off"),
    "full": say("收件邮箱已满", "the mailbox is full"),
    "refused": say("对方服务器拒收", "refused by the receiving server"),
    "too_large": say("邮件太大", "the mail is too large"),
    "expired": say("多次尝试仍未送达", "given up after many tries"),
    "delayed": say("还没有送达，对方服务器仍在尝试", "not there yet; the servers go on trying"),
    "auto_reply": say("自动回复", "an automatic reply"),
    "challenge": say("要求发件人验证", "asks the sender to prove itself"),
    "receipt": say("阅读回执", "a receipt"),
    "list": say("邮件列表或群发", "a list or bulk mail"),
    "machine": say("程序发出的邮件", "sent by a machine"),
    "spam": say("被标记为垃圾邮件", "marked as spam"),
    "loop": say("在服务器之间打转", "going round in circles"),
    "unreadable": say("没有可读的内容", "nothing readable in it"),
    "complaint": say("收件人投诉为垃圾邮件", "reported as spam by its reader"),
    "other": say("没有说明原因", "for no reason given"),
}

FINAL = frozenset({"unknown_mailbox", "no_such_domain", "disabled"})

_BY_STATUS = (
    (re.compile(r"^\d\.1\.(2|8)$"), "no_such_domain"),
    (re.compile(r"^\d\.1\."), "unknown_mailbox"),
    (re.compile(r"^\d\.2\.1$"), "disabled"),
    (re.compile(r"^\d\.2\.2$"), "full"),
    (re.compile(r"^\d\.(2\.3|3\.4)$"), "too_large"),
    (re.compile(r"^\d\.4\.(4|3)$"), "no_such_domain"),
    (re.compile(r"^\d\.4\.[17]$"), "expired"),
    (re.compile(r"^\d\.7\."), "refused"),
)
_BY_WORDS = (
    ("full", r"over ?quota|quota exceed|exceeded.{0,20}quota|mailbox (is )?full|insufficient (system )?storage"
             r"|out of storage|邮箱(空间)?已?满|空间不足|容量(已满|不足)"),
    ("too_large", r"too (large|big)|size limit|exceeds? (the )?(maximum )?(message )?size|超(过|出).{0,12}大小|邮件过大"),
    ("disabled", r"(account|mailbox|user|address|recipient).{0,30}(disabled|inactive|deactivated|suspended|discontinued|locked)"
                 r"|(邮箱|帐号|账号|账户|用户).{0,6}(停用|禁用|注销|冻结|锁定)"),
    ("no_such_domain", r"(domain|host)( name)?.{0,20}(not found|unknown|does ?n.t exist|does not exist)|unrouteable|unroutable"
                       r"|nxdomain|no mx|域名.{0,6}(不存在|无法解析|解析失败)"),
    ("unknown_mailbox", r"user.{0,12}unknown|unknown (user|recipient|mailbox|address)|no such (user|mailbox|recipient|address|person)"
                        r"|(user|mailbox|recipient|account|address).{0,40}(not found|does ?n.t exist|does not exist|invalid|not exist)"
                        r"|invalid (mailbox|recipient|address)|no mailbox here|mailbox unavailable|recipient (address )?rejected"
                        r"|(收件人|收信人|用户|邮箱|帐号|账号|地址).{0,12}(不存在|不正确|有误|无效)|无此用户|找不到.{0,6}(收件人|用户|邮箱)"),
    ("expired", r"retry time(out)?|time(d)? ?out|message expired|delivery time expired|could not be delivered (for|within)|retried for"
                r"|多次尝试|超时"),
    ("refused", r"spam|blocked|black ?list|block ?list|policy|reputation|dmarc|\bspf\b|rejected|denied|垃圾|拒收|拒绝|黑名单|频率"),
)  # fmt: skip
_WORDS = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in _BY_WORDS)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\d.,:/-])([45][0-7]\d)(?=[ \-#:,;.）)])(?!\.\d)")


def status_in(text: str) -> str:
    """The first enhanced status code in the text, else the class of the first SMTP code as `5.0.0`; empty where there is neither."""
    if match := _ENHANCED.search(text):
        return match[1]
    return f"{match[1][0]}.0.0" if (match := _SMTP.search(text)) else ""


def reason_of(status: str, words: str) -> str:
    """Why, as a key of REASONS: the words of the server where they are plain, else what its code means."""
    by_code = next((reason for pattern, reason in _BY_STATUS if pattern.match(status)), "")
    by_words = next((reason for reason, pattern in _WORDS if pattern.search(words)), "")
    if by_code in ("", "unknown_mailbox", "disabled") and by_words in ("full", "disabled", "too_large"):
        return by_words
    # A server that refuses for policy may word it as a rejected recipient; one that says 5.7 means its policy.
    return by_code or by_words or "other"


def is_final(status: str, reason: str) -> bool:
    """Whether the address is not to be used again; a code that calls itself temporary is believed."""
    return reason in FINAL and not status.startswith("4")
