"""What happens around every page: the reader's language is settled, and a refusal becomes a page.

Stands last in MIDDLEWARE, behind LocaleMiddleware (which reads the cookie and the browser's wish) and htmx's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from amends.faces.language import code, remember
from amends.faces.refused import refused
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import say

NOT_TEXT = say("内容里有不能保存的字符，请去掉后再试。", "This holds a character that cannot be kept. Please leave it out.")
API = "/api/"
View = TypeVar("View", bound=Callable[..., HttpResponse])


def reads_late(view: View) -> View:
    """A view that looks at what was sent only once it has counted who sends, and how much: nothing is read before it runs."""
    view.reads_late = True  # type: ignore[attr-defined]
    return view


class FaceMiddleware:
    """`?lang=en` shows the page in English and keeps the choice; refusals of any view become pages, other exceptions go on as faults."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wished = code(request.GET.get("lang", ""))
        language = wished or _unasked(request)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        answer = self.get_response(request)
        return remember(answer, wished) if wished else answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A page for what no text column can hold, before a view asks the database with it; the API says so by field."""
        if request.path.startswith(API) or getattr(view, "reads_late", False):
            return None
        said = [text for name, values in (*request.GET.lists(), *request.POST.lists()) for text in (name, *values)]
        return refused(request, Unprocessable(NOT_TEXT, code="not_text")) if any("\0" in str(text) for text in said) else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a Refusal, nothing for the rest."""
        return refused(request, exception) if isinstance(exception, Refusal) else None


def _unasked(request: HttpRequest) -> str | None:
    """English for a browser that asks for languages, none of which is Chinese, and that has made no choice here."""
    asked = request.headers.get("Accept-Language", "").lower()
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    return "en" if asked and not chosen and "zh" not in asked else None
