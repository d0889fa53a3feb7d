"""The languages we speak, under Django's codes, and the cookie that keeps a reader's choice (who chooses: faces.middleware).

Not about sentences: those carry both languages (kernel.texts, `{% t %}`).
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

CODES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-hans": "zh-hans", "en": "en"}
ONE_YEAR = 365 * 86400


def code(wish: str) -> str | None:
    """Django's code for a wished language, or None for one that we don't speak."""
    return CODES.get(wish.strip().lower())


def remember(response: HttpResponse, language: str) -> HttpResponse:
    """The response sets the language cookie for a year."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=ONE_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response
