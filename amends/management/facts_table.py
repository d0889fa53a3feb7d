"""The table of facts as the manual prints it, from the JSON Schema: one row for each field. A test holds the manual to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.kernel.texts import Text, say

Schema = Mapping[str, Any]
HEAD = say("| 字段 | 名称 | 写什么 | 说明 |", "| field | name | holds | what it means |")
REQUIRED, NULLABLE = say("必填", "required"), say("可以是 `null`", "may be `null`")
BOOL, INSTANT, WORDS = say("`true`、`false`", "`true`, `false`"), say("时刻", "instant"), say("文字", "text")
FLAGS = say("对象：标记名和 `true`、`false` 或 `null`", "object: names of flags with `true`, `false` or `null`")
WHOLE, FROM = say("{a} 到 {b} 的整数", "whole number from {a} to {b}"), say("不小于 {a} 的整数", "whole number, {a} or more")
LIST, OBJECT = say("列表，每项是{of}", "list of {of}"), say("对象，含 {of}", "object with {of}")
PART, ONE_OF = say("`{name}`（{about}）", "`{name}` ({about})"), say("其中之一：{of}", "one of {of}")
MANY = 100_000  # bounds beyond this only keep arithmetic from running off, and tell a reader nothing


def table(schema: Schema, language: str) -> str:
    """The rows in the language ('zh' or 'en'), in the order of the schema."""
    rows = [HEAD.into(language), "| --- | --- | --- | --- |"]
    for name, field in schema["properties"].items():
        holds = [_holds(field, language)]
        holds += [REQUIRED.into(language)] if name in schema["required"] else []
        holds += [NULLABLE.into(language)] if _nullable(field) else []
        title, about = (field["x-texts"][part][language] for part in ("title", "description"))
        rows.append(f"| `{name}` | {title} | {('；' if language == 'zh' else '; ').join(holds)} | {about} |")
    return "\n".join(rows)


def _holds(field: Schema, language: str) -> str:
    return _kind(field, language).into(language)


def _kind(field: Schema, language: str) -> Text:
    if "enum" in field:
        return ONE_OF.filled(of=" ".join(f"`{each}`" for each in field["enum"] if each is not None))
    kind = next(each for each in _types(field) if each != "null")
    if kind == "integer":
        return (FROM if field["maximum"] > MANY else WHOLE).filled(a=field["minimum"], b=field["maximum"])
    if kind == "array":
        return LIST.filled(of=_holds(field["items"], language))
    if kind == "object" and "properties" in field:
        parts = field["properties"].items()
        said = [PART.filled(name=name, about=part["x-texts"]["description"][language]).into(language) for name, part in parts]
        return OBJECT.filled(of=("、" if language == "zh" else ", ").join(said))
    if kind == "string":
        return INSTANT if field.get("format") == "date-time" else WORDS
    return {"boolean": BOOL, "object": FLAGS}[kind]


def _types(field: Schema) -> list[str]:
    types = field["type"]
    return [types] if isinstance(types, str) else list(types)


def _nullable(field: Schema) -> bool:
    return None in field["enum"] if "enum" in field else "null" in _types(field)
