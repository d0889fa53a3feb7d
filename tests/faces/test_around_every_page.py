"""Around every page: language by address, cookie and browser; refusals as pages; the language switch never leads away."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from amends.faces.middleware import FaceMiddleware
from amends.faces.views import set_language
from amends.faces.words import language
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Refusal, Unprocessable
from amends.kernel.texts import say


def read(path: str = "/", **headers: str) -> tuple[str, HttpResponse]:
    """The language in which a page is said, and the answer, for a reader whom Django took for Chinese."""
    said: list[str] = []

    def page(request: HttpRequest) -> HttpResponse:
        said.append(language())
        return HttpResponse("ok")

    with translation.override("zh-hans"):
        answer = FaceMiddleware(page)(RequestFactory(headers=headers).get(path))
    return said[0], answer


def test_the_address_chooses_and_is_remembered() -> None:
    said, answer = read("/?lang=en")
    assert said == "en"
    assert answer.cookies["amends_language"].value == "en"


@pytest.mark.parametrize(("asked", "said"), [("de-DE,de;q=0.9", "en"), ("zh-CN,zh;q=0.9", "zh"), ("en-GB,zh;q=0.4", "zh"), ("", "zh")])
def test_a_browser_without_chinese_gets_english(asked: str, said: str) -> None:
    found, answer = read(**({"accept-language": asked} if asked else {}))
    assert found == said
    assert "amends_language" not in answer.cookies


def test_an_unknown_language_changes_nothing() -> None:
    assert read("/?lang=xx")[0] == "zh"


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotFound(), 404),
        (NotYourMove(say("轮到商家。", "It is the merchant's turn.")), 403),
        (Conflict(say("商家刚刚答复了。", "The merchant has just answered.")), 409),
        (Unprocessable.field("sum", say("最多 ¥50.00。", "At most ¥50.00.")), 422),
    ],
)
@pytest.mark.parametrize("by_htmx", [False, True])
def test_a_refusal_is_a_page_with_its_sentence(refusal: Refusal, status: int, by_htmx: bool) -> None:
    headers = {"HX-Request": "true"} if by_htmx else {}
    with translation.override("zh-hans"):
        answer = FaceMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory(headers=headers).get("/x/"), refusal)
    assert answer is not None
    assert answer.status_code == status
    assert refusal.text.into("zh") in answer.content.decode()
    assert ("<html" in answer.content.decode()) is not by_htmx


def test_a_fault_is_not_a_refusal() -> None:
    assert FaceMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory().get("/"), ValueError()) is None


@pytest.mark.parametrize(
    ("after", "where"), [("/console/?page=2&lang=zh", "/console/?page=2"), ("https://evil.example/", "/"), ("//evil.example/", "/")]
)
def test_the_language_switch_stays_in_the_house(after: str, where: str) -> None:
    answer = set_language(RequestFactory().post("/language/", {"lang": "en", "next": after}))
    assert answer["Location"] == where
    assert answer.cookies["amends_language"].value == "en"
