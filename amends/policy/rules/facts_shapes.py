"""The shapes that facts come in from outside: each describes itself as JSON Schema, and reads a JSON value or says what would be right.

Readers answer JSON values again, checked; Facts.from_json makes the facts of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from amends.kernel.texts import Text, say


class Wrong(Exception):
    """Values that cannot be taken, by the path of their field."""

    def __init__(self, wrong: Mapping[str, Text]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = dict(wrong)


class Shape(Protocol):
    """A kind of value."""

    def schema(self) -> dict[str, Any]:
        """Itself as JSON Schema."""
        ...

    def read(self, value: Any, path: str) -> Any:
        """The value, checked. Refuses with Wrong."""
        ...


class Field(NamedTuple):
    """A field of facts: its shape, its name and what it means."""

    shape: Shape
    title: Text
    about: Text


def _no(path: str, value: Any, right: Text) -> Wrong:
    written = json.dumps(value, ensure_ascii=False, default=str)
    got = written if len(written) <= 60 else written[:57] + "..."
    return Wrong({path: say("不能是 {got}，应为{right}。", "It cannot be {got}; it should be {right}.", got=got, right=right)})


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The same shape, or null."""
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


class YesNo:
    """true or false."""

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def read(self, value: Any, path: str) -> bool:
        if not isinstance(value, bool):
            raise _no(path, value, say(" true 或 false", "true or false"))
        return value


class Whole:
    """A whole number between two bounds, both inclusive."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, value: Any, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            right = say(" {least} 到 {most} 的整数", "a whole number from {least} to {most}", least=self.least, most=self.most)
            raise _no(path, value, right)
        return value


class Words:
    """A short text, of a pattern where one is given."""

    def __init__(self, most: int, pattern: str = "") -> None:
        self.most, self.pattern = most, pattern

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.most} | ({"pattern": self.pattern} if self.pattern else {})

    def read(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or len(value) > self.most or "\x00" in value or (self.pattern and not re.search(self.pattern, value)):
            right = say("最长 {n} 个字符的文字{pattern}", "a text of at most {n} characters{pattern}", n=self.most,
                        pattern=f" {self.pattern}" if self.pattern else "")  # fmt: skip
            raise _no(path, value, right)
        return value


class Among:
    """One of a few words."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = tuple(str(each) for each in known)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.known)}

    def read(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in self.known:
            raise _no(path, value, say(" {names} 之一", "one of {names}", names=", ".join(self.known)))
        return value


class Instant:
    """An instant with its zone, as ISO 8601; read as UTC."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def read(self, value: Any, path: str) -> str:
        right = say("带时区的时间，如 2026-11-01T12:00:00+08:00", "an instant with its zone such as 2026-11-01T12:00:00+08:00")
        try:
            instant = datetime.fromisoformat(value) if isinstance(value, str) else value
            if not isinstance(instant, datetime) or instant.tzinfo is None:
                raise _no(path, value, right)
            return instant.astimezone(UTC).isoformat()
        except (ValueError, OverflowError) as wrong:
            raise _no(path, value, right) from wrong


class Flags:
    """Answers to questions, by the question's name."""

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": ["boolean", "null"]}, "maxProperties": 200}

    def read(self, value: Any, path: str) -> dict[str, bool | None]:
        if not isinstance(value, Mapping) or len(value) > 200:
            raise _no(path, value, say("一个 JSON 对象", "a JSON object"))
        wrong = {
            f"{path}.{name}": say("应为 true、false 或 null。", "It should be true, false or null.")
            for name, told in value.items()
            if not (told is None or isinstance(told, bool))
        }
        if wrong:
            raise Wrong(wrong)
        return dict(value)


class Many:
    """A list of one shape."""

    def __init__(self, each: Shape, most: int) -> None:
        self.each, self.most = each, most

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.each.schema(), "maxItems": self.most}

    def read(self, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list | tuple) or len(value) > self.most:
            raise _no(path, value, say("最多 {n} 项的列表", "a list of at most {n}", n=self.most))
        return [self.each.read(item, f"{path}.{number}") for number, item in enumerate(value)]


class Record:
    """A small table with known fields."""

    def __init__(
        self,
        parts: Mapping[str, tuple[Shape, Text]],
        *,
        optional: frozenset[str] = frozenset(),
        nullable: frozenset[str] = frozenset(),
    ) -> None:
        self.parts, self.optional, self.nullable = parts, optional, nullable

    def schema(self) -> dict[str, Any]:
        properties = {}
        for name, (shape, about) in self.parts.items():
            kind = or_null(shape.schema()) if name in self.nullable else shape.schema()
            properties[name] = {"description": about.en, "x-texts": {"description": about.both()}, **kind}
        required = [name for name in self.parts if name not in self.optional]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def read(self, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _no(path, value, say("一个 JSON 对象", "a JSON object"))
        wrong, read = dict[str, Text](), dict[str, Any]()
        for name, part in value.items():
            if name not in self.parts:
                right = say("没有这个字段，可用的有：{known}。", "There is no such field; there are: {known}.", known=", ".join(self.parts))
                wrong[f"{path}.{name}"] = right
            elif part is None and name in self.nullable:
                read[name] = None
            else:
                try:
                    read[name] = self.parts[name][0].read(part, f"{path}.{name}")
                except Wrong as found:
                    wrong |= found.wrong
        missing = [name for name in self.parts if name not in self.optional and name not in value]
        wrong |= {f"{path}.{name}": say("缺少这个字段。", "This field is missing.") for name in missing}
        if wrong:
            raise Wrong(wrong)
        return read


YES_NO, INSTANT, MINOR, COUNT, BPS = YesNo(), Instant(), Whole(0, 10**12), Whole(0, 10**6), Whole(0, 10_000)
