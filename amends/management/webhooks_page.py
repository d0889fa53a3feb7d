"""docs/webhooks.md, printed from the tables and the examples: every event that this version sends, in words and as the JSON of its body."""

from __future__ import annotations

import json
from pathlib import Path

from amends.cases.words import verb_done
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text
from amends.notices.webhooks.rules.events import LIFE_NAMES, LIVES, TEST, TYPES
from amends.notices.webhooks.rules.examples import AT, CASE, EXAMPLES, MERCHANT, ORDER, REFS, Example
from amends.notices.webhooks.rules.payload import body_of
from amends.notices.webhooks.words import TEST_WORDS

HASH = "31b9ee4a830b75580e39e6bd6356d40524fcb8683e67cf094290da306e7ee235"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
HEAD = """# 事件推送 / Events of webhooks

本页由 `amends webhooks page` 从表格与示例生成，请勿手改；测试会发现它过时。怎样接收、核对、补发，见手册[事件推送](manual/zh/webhooks.md)。
This page is printed by `amends webhooks page` from the tables and examples. Don't edit it; a test finds it stale. How to receive, verify
and replay: [Webhooks](manual/en/webhooks.md) in the manual.

`came_from`、`went_to` 是阶段，含义见[流程表](lifecycle.md)；示例是许多可能之一，`facts` 里有的字段可能没有，将来会有新的。
`came_from` and `went_to` are stages of the [lifecycles](lifecycle.md). Each example is one of several that can be; fields of `facts` may be
absent, and new ones may come.
"""


def page() -> str:
    """The whole document."""
    parts = [HEAD]
    for life in LIVES:
        made = [EXAMPLES[type_] for type_ in TYPES if type_ in EXAMPLES and type_.startswith(f"{life.name}.")]
        parts.append(f"## {_both(LIFE_NAMES[life.name])}")
        parts += [_event(one) for one in made]
    test = body_of(TEST, AT, {"endpoint": "WE-4N8D-1QK7-S0GM", "what": TEST_WORDS.both()})
    parts.append(f"## 测试 / Test\n### `{TEST}`\n{_json(test)}")
    later = ", ".join(f"`{type_}`" for type_ in TYPES if type_ not in EXAMPLES)
    parts.append(
        f"## 其他 / Others\n流程表里有、这一版还不会发出的类型 / Types that the tables name and this version does not send yet: {later}"
    )
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def body(one: Example) -> str:
    """The example as it is sent."""
    life, _, verb = one.type.partition(".")
    data = {
        "merchant": MERCHANT,
        "case": {"ref": CASE, "order": ORDER, "url": f"https://service.example.com/api/v1/cases/{CASE}"},
        "about": REFS.get(life),
        "entry": {
            "number": 3, "life": life, "verb": verb, "what": verb_done(life, verb).both(), "party": one.party, "automatic": one.automatic,
            "came_from": one.came_from, "went_to": one.went_to, "facts": one.facts, "hash": HASH,
        },
    }  # fmt: skip
    return body_of(one.type, AT, data)


def _event(one: Example) -> str:
    life, _, verb = one.type.partition(".")
    said = verb_done(life, verb)
    who = NAMES[Party(one.party)]
    return f"### `{one.type}`\n{who.into('zh')}：{said.into('zh')} / {who.into('en')}: {said.into('en')}\n{_json(body(one))}"


def _json(told: str) -> str:
    return f"```json\n{json.dumps(json.loads(told), ensure_ascii=False)}\n```"


def _both(text: Text) -> str:
    return f"{text.into('zh')} / {text.into('en')}"
