"""The tag library `amends`, built into every template: sentences, clocks, money, instants, parties, icons, clauses, fields.

`{% t %}` is the only way a sentence gets into a template: both languages are required when the template is compiled.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.template.base import FilterExpression, Parser, Token
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from amends.faces import words
from amends.faces.marks import share_bar
from amends.faces.parties import look
from amends.kernel import clock as time
from amends.kernel.texts import Text, say
from amends.ledger.words import sum_words, unit_words

register = template.Library()
LITERAL = re.compile(r"""^(["']).*\1$""", re.DOTALL)
REFERENCE = re.compile(r"\b[A-Z]{2}(?:-[0-9A-Z]{4}){3}\b")
PLACE = re.compile(r"\{(\w+)\}")
LAPSED_BARE = say("已超时，正在按规则处理", "Lapsed, the rule is being applied")


class SentenceNode(template.Node):
    """A sentence in both languages with its places; the literals are ours and may hold markup, the values are escaped."""

    child_nodelists = ()

    def __init__(self, zh: str, en: str, values: dict[str, FilterExpression], name: str | None) -> None:
        self.zh, self.en, self.values, self.name = zh, en, values, name

    def render(self, context: template.Context) -> SafeString:
        """The sentence in the reader's language, or nothing when it is kept under a name."""
        values = {k: conditional_escape(_shown(v.resolve(context))) for k, v in self.values.items()}
        sentence = self.zh if words.language() == "zh" else self.en
        text = mark_safe(PLACE.sub(lambda m: str(values[m[1]]), sentence))  # noqa: S308 - literal of our own, values escaped above
        if self.name is None:
            return text
        context[self.name] = text
        return SafeString("")


def _shown(value: Any) -> Any:
    """Texts in the reader's language; safe strings stay safe."""
    return value.into(words.language()) if isinstance(value, Text) else value


@register.tag("t")
def sentence(parser: Parser, token: Token) -> SentenceNode:
    """`{% t "中文" "English" name=value as x %}`: refuses at compile time a missing language or a place without its value."""
    bits = token.split_contents()[1:]
    name = None
    if len(bits) >= 2 and bits[-2] == "as":
        name, bits = bits[-1], bits[:-2]
    if len(bits) < 2 or not all(LITERAL.match(bit) for bit in bits[:2]):
        raise template.TemplateSyntaxError('{% t "中文" "English" %} needs both languages as quoted words')
    zh, en = (bit[1:-1].replace('\\"', '"').replace("\\'", "'") for bit in bits[:2])
    if not zh.strip() or not en.strip():
        raise template.TemplateSyntaxError(f"a sentence lacks a language: {bits}")
    pairs = [bit.partition("=") for bit in bits[2:]]
    if not all(equals and key.isidentifier() for key, equals, _ in pairs):
        raise template.TemplateSyntaxError(f"after the two languages come name=value pairs: {bits[2:]}")
    values = {key: parser.compile_filter(value) for key, _, value in pairs}
    missing = (set(PLACE.findall(zh)) | set(PLACE.findall(en))) - set(values)
    if missing:
        raise template.TemplateSyntaxError(f"no value for {sorted(missing)} in {bits[:2]}")
    return SentenceNode(zh, en, values, name)


@register.simple_tag(name="say")
def say_tag(text: Any, **values: Any) -> str:
    """A kernel Text in the reader's language, escaped; plain values as they are."""
    return conditional_escape(words.into(text.filled(**values) if isinstance(text, Text) and values else text))


@register.filter
def into(text: Any) -> str:
    """The same as a filter: `{{ text|into }}`, for places where a tag can't stand."""
    return words.into(text)


@register.filter
def refs_whole(text: Any) -> SafeString:
    """A sentence, escaped, in which no reference is broken over two lines."""
    return mark_safe(REFERENCE.sub(r'<span class="nw">\g<0></span>', conditional_escape(words.into(text))))  # noqa: S308 - escaped before


@register.simple_tag
def money(minor: int | None, currency: str = "CNY", code: bool = False) -> SafeString:
    """`¥1,286.00` from minor units, unbreakable; None is 无退款."""
    if minor is None:
        return format_html('<span class="m nw">{}</span>', words.into(words.NO_AMOUNT))
    return format_html('<span class="nw">{}</span>', words.money(minor, currency, code=code))


@register.filter
def as_money(minor: int, currency: str = "CNY") -> str:
    """The bare characters, for a place in `{% t %}` or an attribute: `{% t "退 {sum}" "Refund {sum}" sum=minor|as_money %}`."""
    return words.money(int(minor), currency)


@register.filter
def as_sum(minor: int, unit: str) -> str:
    """The bare characters of a sum in any unit of account: money, coupons and vouchers of a currency, points."""
    return words.into(sum_words(int(minor), unit))


@register.filter
def as_unit(unit: str) -> str:
    """A unit of account in words: a currency by its code, coupons and vouchers of it, points."""
    return words.into(unit_words(unit))


@register.filter
def as_instant(at: datetime) -> str:
    """The bare characters of an instant, for a place in `{% t %}`."""
    return words.instant(at)


@register.filter
def as_day(at: datetime) -> str:
    """The bare characters of a day."""
    return words.day(at)


@register.filter
def as_left(due: datetime) -> str:
    """Time left until `due`, as a sentence says it: 5 小时 42 分钟."""
    return words.left(due - time.now(), long=True)


@register.inclusion_tag("faces/parts/clock.html")
def clock(
    due_at: datetime | None, paused: datetime | None = None, lapsed: Any = None, also: Any = None, big: bool = False, long: bool = False
) -> dict[str, Any]:
    """A countdown to `due_at`. `paused`: since when it stands still; `lapsed`: what has happened by itself; `also`: the other clock."""
    now = time.now()
    span = (due_at - (paused or now)) if due_at else timedelta(0)
    state = "lapsed" if lapsed else "paused" if paused else words.urgency(span)
    if due_at and not paused and not lapsed and span <= timedelta(0):
        state, lapsed = "lapsed", LAPSED_BARE
    icon = {"now": "alarm", "paused": "player-pause", "lapsed": "clock-x"}.get(state, "clock-hour-4")
    return {
        "due": due_at,
        "now": now,
        "state": state,
        "icon": icon,
        "lapsed": lapsed,
        "also": also,
        "big": big,
        "long": long,
        "left": words.left(span, long=long),
        "running": state not in ("paused", "lapsed"),
        "due_words": words.zoned(due_at) if due_at else "",
    }


@register.simple_tag
def instant(at: datetime | None, near: bool = False, only: str = "") -> SafeString:
    """A `<time>` with zone on hover; `near` says 今天; `only` is 'day' or 'time'."""
    if at is None:
        return SafeString("")
    if only == "day":
        return _time(at, words.day(at))
    return _time(at, f"{words.local(at):%H:%M}" if only == "time" else words.instant(at, near=near))


def _time(at: datetime, shown: str) -> SafeString:
    """A `<time>` element with the whole instant and its zone on hover."""
    return format_html('<time datetime="{}" title="{}" class="nw">{}</time>', at.isoformat(), words.zoned(at), shown)


@register.simple_tag
def party(who: Any, name: Any = None, turn: bool = False, small: bool = False) -> SafeString:
    """The chip of a party; `turn` says whose turn it is, `name` says other words in the same colours, 'you' is the reader."""
    seen = look(who)
    shown = words.into(name) or words.into(seen.turn if turn else seen.name)
    size = " sm" if small else ""
    return format_html('<span class="party {}{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>', seen.css, size, seen.icon, shown)


@register.simple_tag
def avatar(who: Any, name: Any = None) -> SafeString:
    """A round mark in the party's colour: first character of the name, or the party's icon."""
    seen, first = look(who), words.into(name)[:1]
    inner = first or format_html('<i class="ti ti-{}"></i>', seen.icon)
    return format_html('<span class="av {}" aria-hidden="true">{}</span>', seen.css, inner)


@register.simple_tag
def icon(name: str, label: Any = None, css: str = "") -> SafeString:
    """A Tabler outline icon; silent for screen readers unless it is labelled."""
    extra = f" {css}" if css else ""
    if label:
        return format_html('<i class="ti ti-{}{}" role="img" aria-label="{}"></i>', name, extra, words.into(label))
    return format_html('<i class="ti ti-{}{}" aria-hidden="true"></i>', name, extra)


@register.inclusion_tag("faces/parts/clause.html")
def clause(key: Any, text: Any = None, url: str = "") -> dict[str, Any]:
    """`§ key`; opens the article's text in a popover, with a link to its source."""
    return {"key": words.into(key), "text": words.into(text), "url": url, "id": f"c{uuid.uuid4().hex[:8]}"}


@register.inclusion_tag("faces/parts/field.html")
def field(bound: BoundField, hint: Any = None, icon: str = "", wide: bool = True) -> dict[str, Any]:
    """Label, input, hint and error of a form field, tied together for screen readers."""
    bound_id, described = bound.id_for_label or bound.auto_id, []
    if hint or bound.help_text:
        described.append(f"{bound_id}_hint")
    if bound.errors:
        described.append(f"{bound_id}_error")
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    grouped = bool(getattr(bound.field.widget, "grouped", False)) or bound.field.widget.use_fieldset
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "hint": words.into(hint) or bound.help_text,
        "id": bound_id,
        "icon": icon,
        "wide": wide,
        "grouped": grouped,
    }


@register.simple_tag
def share(shares: Any) -> SafeString:
    """`[("merchant", 60), ("carrier", 40)]` as a bar in the parties' colours."""
    return share_bar(shares)


@register.simple_tag
def once() -> SafeString:
    """The hidden idempotency key of a form: sent again with the same form, it makes the same act happen once."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.inclusion_tag("faces/parts/nav_item.html", takes_context=True)
def nav(
    context: template.Context, url: str, icon: str, label: Any, count: int | None = None, hot: bool = False, late: int = 0
) -> dict[str, Any]:  # fmt: skip
    """An entry of the side bar, with what waits there and how much of it is `late`.

    It is current when the page's path lies under it (below the face's own start page), or by `nav_here`.
    """
    path = context["request"].path if "request" in context else ""
    here = path == url or (url.count("/") > 2 and path.startswith(url))
    return {
        "url": url,
        "icon": icon,
        "label": words.into(label),
        "count": count,
        "hot": hot,
        "late": late,
        "here": context.get("nav_here") == url or here,
    }


@register.simple_tag
def live(part: str, at: str, case: str = "", hold: Any = None) -> SafeString:
    """The attributes of an element that follows what changes: which part it is, where it is fetched anew, of which case. `hold` (a
    refusal that is shown with what was typed) leaves it as it stands and only says that there is something new."""
    names = [("", part), ("-from", at), ("-case", case)]
    said = format_html_join("", ' data-live{}="{}"', [pair for pair in names if pair[1]])
    return format_html("{} data-live-hold", said) if hold else said


@register.simple_tag
def art(goods_class: Any = "general") -> str:
    """The static path of the drawing for a class of goods; a plain box for a class without one."""
    name = str(goods_class or "general")
    return f"amends/art/{name if name in DRAWN else 'general'}.svg"


DRAWN = frozenset(
    {
        "general",
        "apparel",
        "shoes",
        "electronics",
        "appliance",
        "food",
        "fresh",
        "cosmetics",
        "home",
        "furniture",
        "toys",
        "books",
        "grocery",
        "digital",
        "medicine",
        "newspaper",
        "phone",
        "computer",
        "intimate",
        "medical",
        "air_conditioner",
        "custom",
        "near_expiry",
    }
)
