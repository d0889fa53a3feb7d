"""Where services are to report: the addresses of ours that are registered with them, and what each is signed with.

Not about checking what comes: callbacks.py does.
"""

from __future__ import annotations

import os
from urllib.parse import quote

from amends.plumbing.messages import choosing


def hooks(base: str) -> dict[str, dict[str, str]]:
    """service -> {"url", "secret"} below `base` (no slash at its end). An address may hold a secret: it is for the service alone.

    Twilio is told its address with every message, and signs with the account's token. Mail that comes back is handed over with the
    secret AMENDS_MAIL_HOOK_SECRET; it has no address here while that is not set.
    """
    root = f"{base}/api/v1/hooks"
    found = {
        "aliyun": {"url": f"{root}/sms/aliyun?token={quote(choosing.hook_secret(), safe='')}", "secret": ""},
        "wechat": {"url": f"{root}/wechat", "secret": choosing.wechat_token()},
    }
    mail = os.environ.get("AMENDS_MAIL_HOOK_SECRET", "")
    return found | ({"mail": {"url": f"{root}/mail", "secret": mail}} if mail else {})
