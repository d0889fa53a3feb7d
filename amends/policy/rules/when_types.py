"""What goes with what in a condition, and what is said where it does not: the types of CEL's operators, refused with their column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from amends.kernel.texts import Text, say
from amends.policy.rules.cells import CellError
from amends.policy.rules.when_names import DURATION, FLOAT, INT, NULL, NUMBERS, TEXT, Type

LOOPS = frozenset((
    "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap", "transformMapEntry", "bind", "optMap",
    "optFlatMap",
))  # fmt: skip


class WhenError(CellError):
    """What is wrong with an expression, and at which character of it."""

    @classmethod
    def of_parser(cls, said: str, text: str) -> WhenError:
        """The parser's first complaint, in our words."""
        at = re.search(r"<input>:(\d+):(\d+): Syntax error: (.*)", said)
        row, column, what = (int(at[1]), int(at[2]), at[3]) if at else (1, 1, said)
        offset = sum(len(line) + 1 for line in text.split("\n")[: row - 1]) + column - 1
        what = re.sub(r" expecting \{.*", "", what)
        return cls(say("表达式写错了：{what}。", "The expression is broken: {what}.", what=what), offset)


class Token(NamedTuple):
    kind: str
    text: str
    at: int


def literal(token: Token) -> Type:
    if token.kind == "int" and int(token.text, 0) >= 2**63:
        raise WhenError(say("数字太大。", "The number is too large."), token.at)
    return {"int": INT, "float": FLOAT, "text": TEXT}[token.kind]


def no_loop(name: Token) -> None:
    if name.text in LOOPS:
        text = say(
            "不能有循环（{name}）；请写成不用逐个检查的条件。",
            "Loops ({name}) are not allowed; write a condition that goes through no list.",
            name=name.text,
        )  # fmt: skip
        raise WhenError(text, name.at)


def must(kind: Type, wanted: Type, at: Token) -> None:
    if kind.name != wanted.name:
        text = say("这里是 {got}，应是 {right}。", "This is {got}; it should be {right}.", got=_NAMED[kind.name], right=_NAMED[wanted.name])
        raise WhenError(text, at.at)


def same(one: Type, other: Type, at: Token) -> None:
    if NULL in (one, other) or one.name == other.name or {one.name, other.name} <= set(NUMBERS):
        return
    raise mixed(one, other, at)


def ordered(one: Type, other: Type, at: Token) -> None:
    if {one.name, other.name} <= set(NUMBERS) or (one.name == other.name and one.name in ("instant", "duration")):
        return
    raise mixed(one, other, at)


def within(one: Type, other: Type, at: Token) -> None:
    if other.name == "list" and (not other.of or other.of == one.name):
        return
    raise mixed(one, other, at)


def added(one: Type, other: Type, at: Token) -> Type:
    if one.name in NUMBERS and one.name == other.name:
        return one
    kinds = (one.name, at.text, other.name)
    if kinds == ("instant", "-", "instant"):
        return DURATION
    if one.name in ("instant", "duration") and other.name == "duration":
        return one
    raise mixed(one, other, at)


_NAMED: dict[str, Text] = {
    "bool": say("是或否", "yes or no"),
    "int": say("整数", "a whole number"),
    "float": say("小数", "a fraction"),
    "text": say("文字", "a text"),
    "instant": say("时刻", "an instant"),
    "duration": say("时长", "a length of time"),
    "null": say("空值", "null"),
    "list": say("列表", "a list"),
    "flags": say("整张 flags 表", "the whole table of flags"),
    "record": say("一组数值", "a record"),
}


def mixed(one: Type, other: Type, at: Token) -> WhenError:
    text = say(
        "{one}和{other}不能用在一起，两边应是同一类。", "{one} and {other} do not go together; both sides should be alike.",
        one=_NAMED[one.name], other=_NAMED[other.name],
    )  # fmt: skip
    return WhenError(text, at.at)


def unknown(name: Token, known: Iterable[str]) -> WhenError:
    names = ", ".join(sorted(known)) or "-"
    return WhenError(
        say("不认识 {name}，可用的有：{names}。", "{name} is unknown; there are: {names}.", name=name.text, names=names), name.at
    )


def no_word(word: str, known: Iterable[str], at: Token) -> WhenError:
    names = ", ".join(sorted(known))
    return WhenError(say("没有 {word}，可用的有：{names}。", "There is no {word}; there are: {names}.", word=word, names=names), at.at)


def broken(token: Token) -> WhenError:
    if token.kind == "end":
        return WhenError(say("表达式没有写完。", "The expression ends too early."), token.at)
    return WhenError(say("这里不该有 {sign}。", "{sign} has no place here.", sign=token.text), token.at)
