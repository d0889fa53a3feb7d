"""What an address looks like on each channel, and how it is written once and for all, so that one address is one row.

Pure. Not about whose it is: the code that is sent there proves that.
"""

from __future__ import annotations

import base64
import binascii
import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from amends.kernel.texts import Text, say
from amends.notices.rules.words import Channel

HOME_REGION = "CN"
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.UNKNOWN}
MAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}$")
OPENID = re.compile(r"^[A-Za-z0-9_-]{20,64}$")
BASE64 = re.compile(r"^[A-Za-z0-9_-]+={0,2}$")

NO_NUMBER = say(
    "这不像一个能收短信的手机号。国内 11 位，国外以 + 和国家代码开头。",
    "This does not look like a number that takes text messages: 11 digits in China, else + and the country's code first.",
)
FIXED_LINE = say("这是固定电话，收不到短信。请填手机号。", "This is a fixed line, which takes no text messages. Give a mobile number.")
NO_MAIL = say("这不像一个邮箱地址，例如 name@example.com。", "This does not look like an e-mail address, such as name@example.com.")
NO_OPENID = say(
    "openid 是 20 到 64 位字母、数字、- 和 _，由店铺的公众号给出。",
    "An openid is 20 to 64 letters, digits, - and _; the shop's official account gives it.",
)
NOT_TYPED = say("浏览器推送在浏览器里打开，不能手写地址。", "Push is turned on in the browser; its address is not typed.")
NO_KEYS = say("浏览器给出的推送密钥不完整。", "The push keys that the browser gave are incomplete.")


class NotAnAddress(ValueError):
    """The channel has no such address; `text` says what would be right."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def tidy(channel: Channel, typed: str) -> str:
    """The address as it is kept: E.164, a mail with its domain in small letters, an openid. Raises NotAnAddress for anything else."""
    typed = typed.strip()
    if channel is Channel.SMS:
        return _number(typed)
    if channel is Channel.MAIL:
        return _mail(typed)
    if channel is Channel.WECHAT and OPENID.match(typed):
        return typed
    raise NotAnAddress(NO_OPENID if channel is Channel.WECHAT else NOT_TYPED)


def written(channel: Channel, address: str) -> str:
    """The address as a person reads it: `+86 138 1234 5678`, an openid by its end."""
    if channel is Channel.SMS:
        return phonenumbers.format_number(phonenumbers.parse(address), PhoneNumberFormat.INTERNATIONAL)
    return f"…{address[-6:]}" if channel is Channel.WECHAT else address


def push_keys(p256dh: str, auth: str) -> dict[str, str]:
    """The two keys of a subscription as RFC 8291 wants them: a point of 65 octets and a secret of 16. Raises NotAnAddress otherwise."""
    point, secret = _octets(p256dh), _octets(auth)
    if len(point) != 65 or point[0] != 4 or len(secret) != 16:
        raise NotAnAddress(NO_KEYS)
    return {"p256dh": p256dh.rstrip("="), "auth": auth.rstrip("=")}


def _number(typed: str) -> str:
    if len(typed) > 40:
        raise NotAnAddress(NO_NUMBER)
    try:
        found = phonenumbers.parse(typed, HOME_REGION)
    except NumberParseException as wrong:
        raise NotAnAddress(NO_NUMBER) from wrong
    if not phonenumbers.is_valid_number(found) or found.extension:
        raise NotAnAddress(NO_NUMBER)
    if phonenumbers.number_type(found) not in MOBILE:
        raise NotAnAddress(FIXED_LINE)
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def _mail(typed: str) -> str:
    if len(typed) > 254 or not MAIL.match(typed) or ".." in typed or typed.startswith(".") or ".@" in typed:
        raise NotAnAddress(NO_MAIL)
    name, _, domain = typed.rpartition("@")
    return f"{name}@{domain.lower()}"


def _octets(text: str) -> bytes:
    if len(text) > 200 or not BASE64.match(text):
        raise NotAnAddress(NO_KEYS)
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (ValueError, binascii.Error) as wrong:
        raise NotAnAddress(NO_KEYS) from wrong
