"""What every page knows without its view saying so: the reader's language, theme, the server's time, who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

from amends.faces.announcements import announced
from amends.faces.money_waits import money_waits
from amends.faces.words import language
from amends.kernel import clock
from amends.kernel.texts import say
from amends.people.rules import ROLES, Actor
from amends.plumbing import live_place

THEMES = ("light", "dark")
LIVE_FACES = frozenset({"portal", "console", "desk"})
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
        "money_waits": lambda: money_waits(request),
        **_me(request),
        **_live(request),
    }


def _me(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person for the foot of the side bar; nothing for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    actor = getattr(request, "actor", None)
    names = [ROLES[role].name for role in sorted(actor.roles)] if isinstance(actor, Actor) else []
    return {"me_name": str(user), "me_role": names[0] if names else ROLE_NONE, "me_party": actor.party if names and actor else "nobody"}


def _live(request: HttpRequest) -> dict[str, Any]:
    """Where this page's stream is, and since when it has to hear what changed; nothing on pages that are not of a face."""
    since, face = getattr(request, "live_since", ""), getattr(request, "face", "")
    if not since or face not in LIVE_FACES:
        return {}
    # Over TLS the streams are reached through a proxy alone, whose address is AMENDS_LIVE_URL: a port of this machine would be no use.
    host = "" if settings.BEHIND_TLS else split_domain_port(request.get_host())[0]
    page = request.get_full_path() if request.method == "GET" else ""
    # What was told once must not be used up by a part that is fetched beside the page.
    fetched = "X-Live" in request.headers
    return {
        "fetched_live": fetched,
        "live_since": since,
        "live_face": face,
        "live_url": live_place.address(host),
        "live_page": page,
    }
