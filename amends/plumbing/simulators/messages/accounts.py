"""The accounts that the simulated services know; made at every start and told in the port file, for the other side to find."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlencode

SIGN = "Amends"
TEMPLATES = {"SMS_1000001": {"subject", "text"}, "SMS_1000002": {"code"}}
WECHAT_TEMPLATE = "tpl-amends-progress-of-a-case-0000000000000"
FROM_NUMBER = "+15005550006"
FROM_MAIL = "Amends <amends@localhost.localdomain>"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names and secrets, new with every start."""

    mail: tuple[str, str]
    aliyun: tuple[str, str]
    twilio: tuple[str, str]
    wechat: tuple[str, str]

    def urls(self, base: str, smtp_port: int) -> dict[str, str]:
        """Where each service is and how to sign in there, as one URL each."""
        host = base.removeprefix("http://")
        return {
            "smtp": _url("smtp", self.mail, f"127.0.0.1:{smtp_port}", {"tls": "none", "from": FROM_MAIL}),
            "aliyun": _url(
                "aliyun", self.aliyun, f"{host}/aliyun", {"sign": SIGN, "template": "SMS_1000001", "code_template": "SMS_1000002"}
            ),
            "twilio": _url("twilio", self.twilio, f"{host}/twilio", {"from": FROM_NUMBER}),
            "wechat": _url("wechat", self.wechat, f"{host}/wechat", {"template": WECHAT_TEMPLATE}),
            "push": f"{base}/push",
        }


def make_accounts() -> Accounts:
    """Accounts that nobody could guess."""
    return Accounts(
        mail=("amends", secrets.token_urlsafe(18)), aliyun=("LTAI" + secrets.token_hex(8), secrets.token_urlsafe(18)),
        twilio=("AC" + secrets.token_hex(16), secrets.token_hex(16)), wechat=("wx" + secrets.token_hex(8), secrets.token_hex(16)),
    )  # fmt: skip


def _url(scheme: str, account: tuple[str, str], place: str, options: dict[str, str]) -> str:
    name, secret = (quote(part, safe="") for part in account)
    plain = {} if scheme == "smtp" else {"plain": "1"}
    return f"{scheme}://{name}:{secret}@{place}?{urlencode(options | plain)}"
