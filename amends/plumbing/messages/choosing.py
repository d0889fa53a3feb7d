"""Which channels outside this installation has: a URL of the environment for each, else the simulator of the data folder, else none.

What is not set up is said to be so, with the reason; it is never pretended. Not about sending.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from amends.kernel.texts import Text, say
from amends.plumbing.database import home
from amends.plumbing.kept import kept
from amends.plumbing.messages import push, sms_aliyun, sms_twilio, smtp, wechat
from amends.plumbing.messages.places import Misconfigured, read_place
from amends.plumbing.messages.port import Channel, Outgoing

SETTINGS = {"mail": "AMENDS_SMTP_URL", "sms": "AMENDS_SMS_URL", "wechat": "AMENDS_WECHAT_URL", "push": "AMENDS_VAPID_SUBJECT"}
SERVICES: dict[str, Callable[[str], Channel]] = {
    "smtp": smtp.smtp, "smtps": smtp.smtp, "aliyun": sms_aliyun.aliyun, "twilio": sms_twilio.twilio, "wechat": wechat.wechat,
}  # fmt: skip
WORDS: dict[str, Callable[[Outgoing], str]] = {
    "smtp": smtp.words_sent, "aliyun": sms_aliyun.words_sent, "twilio": sms_twilio.words_sent, "webpush": push.words_sent,
}  # fmt: skip
OF_CHANNEL = {"mail": ("smtp", "smtps"), "sms": ("aliyun", "twilio"), "wechat": ("wechat",)}
PROVIDERS = {
    "smtp": say("邮件服务器（SMTP）", "Mail server (SMTP)"),
    "aliyun": say("阿里云短信", "Alibaba Cloud SMS"),
    "twilio": say("Twilio 短信", "Twilio SMS"),
    "webpush": say("浏览器推送（Web Push）", "Browser push (Web Push)"),
    "wechat": say("微信公众号模板消息", "WeChat template message"),
}


class SetUp(NamedTuple):
    """How a channel stands: its provider ("" where there is none), whether that is a simulator, and a sentence that says so."""

    provider: str
    simulated: bool
    words: Text


def channel(name: str) -> Channel | None:
    """The channel mail, sms, push or wechat as it is set up now; a simulator restarted elsewhere is found anew. None: none."""
    try:
        return _found(name)
    except Misconfigured:
        return None


def set_up() -> dict[str, SetUp]:
    """How each channel stands, for people."""
    return {name: _standing(name) for name in SETTINGS}


def words_sent(name: str, out: Outgoing) -> str:
    """What a person would read of the message over the channel as it is set up; the uncut text where it is not."""
    found = channel(name)
    if isinstance(found, wechat.WeChat):
        return wechat.words_sent(out, found.fields)
    return WORDS[found.provider](out) if found else out.text


def vapid_public_key() -> str:
    """What a page subscribes to push with; the key pair is made once, AMENDS_HOME/vapid.pem."""
    return push.application_server_key(push.vapid_key(home() / "vapid.pem").encode())


def takes_endpoint(endpoint: str) -> bool:
    """Whether a push subscription with this endpoint may be kept: a known push service, or the simulator that runs."""
    return push.may_push_to(endpoint, nearby=str(simulated().get("push", "")))


def hook_secret() -> str:
    """What the address for Alibaba Cloud's reports holds: AMENDS_MESSAGES_SECRET, else made once in AMENDS_HOME/messages.secret."""
    return os.environ.get("AMENDS_MESSAGES_SECRET") or kept(home() / "messages.secret", lambda: secrets.token_urlsafe(32))


def wechat_token() -> str:
    """The word that WeChat signs its calls with: `token` of AMENDS_WECHAT_URL, else the secret above (cut to the 32 signs WeChat takes)."""
    try:
        place = read_place(os.environ.get("AMENDS_WECHAT_URL") or _simulated_url("wechat"), schemes=["wechat"])
    except Misconfigured:
        return hook_secret()[:32]
    return place.options.get("token") or hook_secret()[:32]


def secret_of(scheme: str) -> str:
    """The secret of the SMS service where it is the one that is set up, else ""; for checking what the service signs."""
    for url in (os.environ.get("AMENDS_SMS_URL", ""), _simulated_url(scheme)):
        try:
            return read_place(url, schemes=[scheme]).secret
        except Misconfigured:
            continue
    return ""


def simulated() -> Mapping[str, str]:
    """What a running simulator wrote into AMENDS_HOME/messages.json: its address, and a URL for each service; empty where none runs."""
    try:
        told = json.loads((home() / "messages.json").read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _found(name: str) -> Channel | None:
    given = os.environ.get(SETTINGS[name], "").strip()
    if name == "push":
        nearby = str(simulated().get("push", ""))
        subject = given or (nearby and "mailto:nobody@localhost")
        return _push(home() / "vapid.pem", _subject(subject), nearby, os.getpid()) if subject else None
    url = given or _simulated_url({"mail": "smtp", "sms": "aliyun", "wechat": "wechat"}[name])
    return _kept(name, url, os.getpid()) if url else None


@lru_cache(maxsize=16)
def _kept(name: str, url: str, _pid: int) -> Channel:
    scheme = url.partition("://")[0]
    if scheme not in OF_CHANNEL[name]:
        known = ", ".join(f"{one}://" for one in OF_CHANNEL[name])
        raise Misconfigured(say("地址应以 {known} 开头。", "The address begins with one of {known}.", known=known))
    return SERVICES[scheme](url)


@lru_cache(maxsize=4)
def _push(key: Path, subject: str, nearby: str, _pid: int) -> Channel:
    return push.Push(key, subject, nearby)


def _subject(text: str) -> str:
    if not text.startswith(("mailto:", "https://")):
        raise Misconfigured(say("应为 mailto: 或 https:// 地址。", "A mailto: or https:// address is wanted."))
    return text


def _simulated_url(scheme: str) -> str:
    return str(simulated().get(scheme, ""))


def _standing(name: str) -> SetUp:
    setting = SETTINGS[name]
    try:
        found = _found(name)
    except Misconfigured as wrong:
        return SetUp("", False, say("{setting} 无法使用：{why}", "{setting} cannot be used: {why}", setting=setting, why=wrong.text))
    if found is None:
        none = say("未设置：没有 {setting}，也没有运行中的模拟器。", "Not set up: no {setting}, and no simulator runs.", setting=setting)
        return SetUp("", False, none)
    provider = PROVIDERS[found.provider]
    if os.environ.get(setting):
        return SetUp(found.provider, False, provider)
    return SetUp(found.provider, True, say("模拟器：{provider}", "Simulator: {provider}", provider=provider))
