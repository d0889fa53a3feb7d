"""The tag library: both languages at compile time, values escaped, clocks by the table of the design language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from amends.kernel import clock
from amends.kernel.texts import say

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 12:00 in Beijing


def shown(source: str, language: str = "zh-hans", **values: object) -> str:
    """The template in one language, at noon."""
    with translation.override(language), clock.stepped(NOON):
        return Template(source).render(Context(values))


@pytest.mark.parametrize(
    "source", ['{% t "只有中文" %}', '{% t "甲" "" %}', '{% t "甲" B %}', '{% t "{n} 单" "{n} cases" %}', '{% t "甲" "A" b %}']
)
def test_a_sentence_that_lacks_something_does_not_compile(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        Template(source)


def test_a_sentence_speaks_the_readers_language_and_escapes_its_values() -> None:
    source = '{% t "<b>{who}</b> 来过" "<b>{who}</b> was here" who=who %}'
    assert shown(source, who="<i>") == "<b>&lt;i&gt;</b> 来过"
    assert shown(source, "en", who=say("苏女士", "Ms Su")) == "<b>Ms Su</b> was here"


def test_a_sentence_can_be_kept_and_a_text_be_said() -> None:
    assert shown('{% t "甲" "A" as x %}[{{ x }}]', "en") == "[A]"
    assert shown("{% say text n=2 %}|{{ text|into }}", text=say("{n} & 单", "{n} & cases", n=1)) == "2 &amp; 单|1 &amp; 单"


@pytest.mark.parametrize(
    ("left", "state", "zh", "en"),
    [
        (timedelta(days=1, hours=3), "clock ", "1 天 3 时", "1 d 3 h"),
        (timedelta(hours=24), "clock ", "1 天", "1 d"),
        (timedelta(hours=24, seconds=-1), "clock soon", "23 时 59 分", "23 h 59 min"),
        (timedelta(hours=4), "clock soon", "4 时", "4 h"),
        (timedelta(hours=4, seconds=-1), "clock now", "3 时 59 分", "3 h 59 min"),
        (timedelta(minutes=6, seconds=10), "clock now", "6 分 10 秒", "6 min 10 s"),
        (timedelta(0), "clock lapsed", "已超时，正在按规则处理", "Lapsed, the rule is being applied"),
    ],
)
def test_a_clock_follows_the_table(left: timedelta, state: str, zh: str, en: str) -> None:
    source = "{% clock due %}"
    assert f'class="{state}"' in shown(source, due=NOON + left)
    assert f">{zh}</span>" in shown(source, due=NOON + left)
    assert f">{en}</span>" in shown(source, "en", due=NOON + left)


def test_a_paused_clock_stands_and_a_lapsed_one_says_what_happened() -> None:
    paused = shown("{% clock due paused=since %}", due=NOON + timedelta(hours=10), since=NOON - timedelta(hours=4, minutes=20))
    assert "已暂停，剩 14 时 20 分" in paused
    assert "data-clock" not in paused
    assert "已超时，已自动同意" in shown(
        "{% clock due lapsed=text %}", due=NOON, text=say("已超时，已自动同意", "Lapsed, approved by rule")
    )


def test_instants_name_their_zone_and_the_year_only_when_it_is_another() -> None:
    source = "{% instant at %}|{% instant at near=True %}"
    assert "11月21日 22:00</time>|" in shown(source, at=NOON + timedelta(hours=10))
    assert "今天 22:00</time>" in shown(source, at=NOON + timedelta(hours=10))
    assert 'title="2026年11月21日 22:00（北京时间）"' in shown(source, at=NOON + timedelta(hours=10))
    assert "2 Jan 2027, 12:00</time>" in shown(source, "en", at=datetime(2027, 1, 2, 4, tzinfo=UTC))


def test_money_is_exact_and_nothing_is_said_as_nothing() -> None:
    assert "¥1,286.00" in shown("{% money 128600 %}")
    assert "−¥18.60" in shown("{% money minor %}", minor=-1860)
    assert "无退款" in shown("{% money None %}")
    assert "JP¥500" in shown('{% money 500 "JPY" %}')


def test_a_reference_is_never_broken_over_lines() -> None:
    said = shown("{{ text|refs_whole }}", text=say("售后单 {case} <b>", "Case {case} <b>", case="AS-7K3F-9Q2M-4D1X"))
    assert '<span class="nw">AS-7K3F-9Q2M-4D1X</span> &lt;b&gt;' in said
