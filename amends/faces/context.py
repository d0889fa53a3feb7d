"""What every page knows without its view saying so: the reader's language, theme, the server's time, who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from amends.faces.announcements import announced
from amends.faces.words import language
from amends.kernel import clock
from amends.kernel.texts import say
from amends.people.rules import ROLES, Actor

THEMES = ("light", "dark")
ROLE_NONE = say("已登录", "Signed in")


def page(request: HttpRequest) -> dict[str, Any]:
    """The frames' variables; a view may overrule any of them by its own context (`me_role`, `human_url`, `find_url`, `nav_here`)."""
    chosen = request.COOKIES.get("theme", "")
    chinese = language() == "zh"
    return {
        "html_lang": "zh-CN" if chinese else "en",
        "lang": language(),
        "other_lang": "en" if chinese else "zh-CN",
        "other_lang_short": "EN" if chinese else "中",
        "other_lang_words": "English" if chinese else "中文",
        "theme": chosen if chosen in THEMES else "light",
        "theme_choice": chosen if chosen in THEMES else "system",
        "keys_off": request.COOKIES.get("keys") == "off",
        "server_now": clock.now(),
        "announced": lambda: announced(request),
        **_me(request),
    }


def _me(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person for the foot of the side bar; nothing for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    actor = getattr(request, "actor", None)
    names = [ROLES[role].name for role in sorted(actor.roles)] if isinstance(actor, Actor) else []
    return {"me_name": str(user), "me_role": names[0] if names else ROLE_NONE, "me_party": actor.party if names and actor else "nobody"}
