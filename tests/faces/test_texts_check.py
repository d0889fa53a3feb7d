"""The check of texts must be able to fail: each kind of sentence in one language is found, each lawful place is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from amends.faces.checks import everywhere, in_python, in_template

PACKAGE = Path(__file__).resolve().parents[2] / "amends"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>请等一下</p>", "请等一下"),
        ("<h1>Please wait</h1>", "Please wait"),
        ('<button aria-label="Close">x</button>', "Close"),
        ('<input placeholder="单号">', "单号"),
        ('<img alt="A kettle">', "A kettle"),
        ('<td data-label="到时">x</td>', "到时"),
        ("{% if late %}<b>迟交</b>{% endif %}", "迟交"),
        ('{% include "x.html" with text="没有" %}', '{% include "x.html" with text="没有" %}'),
        ('{% t "甲" "A" %} and more', "and more"),
        ("<p>{{ sum }} 元</p>", "元"),
    ],
)
def test_a_sentence_in_one_language_is_found(template: str, words: str) -> None:
    found = in_template(template)
    assert [finding.words for finding in found] == [words]


@pytest.mark.parametrize(
    "template",
    [
        '<p>{% t "请等一下" "Please wait" %}</p>',
        "<button aria-label=\"{% t '关闭' 'Close' %}\">x</button>",
        "{# 只给作者看 #}<p>{{ text|into }}</p>",
        "{% comment %}for authors{% endcomment %}",
        "<title>{% say title %} · Amends</title>",
        "<p>{{ weight }} kg &nbsp; § 12</p>",
        "<kbd>Ctrl Enter</kbd>",
        "<script>const words = 1;</script>",
        '<a class="btn" href="/console/" data-key="Enter">{% icon "x" %}</a>',
    ],
)
def test_lawful_places_are_left_alone(template: str) -> None:
    assert in_template(template) == []


def test_the_line_of_a_finding_is_the_line_in_the_file() -> None:
    assert [finding.line for finding in in_template('<p>\n{% t "甲"\n"A" %}</p>\n<p>乙</p>')] == [4]


@pytest.mark.parametrize(
    "source",
    [
        'messages.success(request, "Saved")',
        'messages.error(request, f"没有 {x}")',
        'messages.add_message(request, 25, message="Saved")',
        'tell(request, "已保存")',
    ],
)
def test_a_bare_message_is_found(source: str) -> None:
    assert len(in_python(source)) == 1


@pytest.mark.parametrize("source", ['tell(request, say("已保存", "Saved"))', "messages.success(request, into(text))", 'log.info("saved")'])
def test_a_text_in_a_message_is_left_alone(source: str) -> None:
    assert in_python(source) == []


def test_everything_that_we_show_has_both_languages() -> None:
    assert [str(finding) for finding in everywhere(PACKAGE)] == []
