"""The reading of a condition before it is compiled: its names, its flags, and whether it is yes or no.

Not the parser that runs it (cel is); this one only walks the part of CEL that conditions need: and, or, not, comparisons, `in`, sums,
a choice, `has`, `size`, `duration`, `timestamp`, and `startsWith`, `endsWith`, `contains`. No loops, no maps, no functions of others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import cel

from amends.kernel.texts import say
from amends.policy.rules.when_names import BOOL, FLAGS, FUNCTIONS, INT, METHODS, NAMES, NULL, NUMBERS, RECORD, TEXT, Type
from amends.policy.rules.when_types import (
    Token,
    WhenError,
    added,
    broken,
    literal,
    mixed,
    must,
    no_loop,
    no_word,
    ordered,
    same,
    unknown,
    within,
)

LONGEST = 1000
DEEPEST = 40
_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)|(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?)|(?P<int>0x[0-9a-fA-F]+|\d+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Used:
    """What an expression reads."""

    names: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)


def read(text: str) -> Used:
    """The names and flags that a condition reads. Refuses (WhenError) what is no condition over facts."""
    if len(text) > LONGEST:
        raise WhenError(say("表达式最长 {n} 个字符。", "An expression has at most {n} characters.", n=LONGEST), LONGEST)
    return _Reading(text).whole()


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise WhenError(say("表达式里不能有 {sign}。", "{sign} has no place in an expression.", sign=text[at]), at)
        if match.lastgroup != "blank":
            found.append(Token(match.lastgroup, match[0], at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


class _Reading:
    """One walk over the tokens, rule by rule of CEL's grammar; each rule answers the type of what it read."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at, self.depth, self.used = text, _tokens(text), 0, 0, Used()

    def whole(self) -> Used:
        kind = self._choice()
        if self._next.kind != "end":
            raise broken(self._next)
        must(kind, BOOL, Token("", "", 0))
        return self.used

    @property
    def _next(self) -> Token:
        return self.tokens[self.at]

    def _take(self, *signs: str) -> Token | None:
        token = self._next
        if token.text in signs and token.kind in ("sign", "name"):
            self.at += 1
            return token
        return None

    def _need(self, sign: str) -> Token:
        token = self._take(sign)
        if token is None:
            raise broken(self._next)
        return token

    def _choice(self) -> Type:
        self._deeper()
        start = self._next
        kind = self._junction(0)
        if self._take("?"):
            must(kind, BOOL, start)
            one = self._choice()
            other_at = self._need(":")
            other = self._choice()
            same(one, other, other_at)
            kind = other if one == NULL else one
        self.depth -= 1
        return kind

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise WhenError(say("套得太深。", "Too many brackets or signs within each other."), self._next.at)

    def _junction(self, level: int) -> Type:
        """`||` over `&&` over comparisons: both sides say yes or no."""
        if level == 2:
            return self._relation()
        start = self._next
        kind = self._junction(level + 1)
        while sign := self._take(("||", "&&")[level]):
            must(kind, BOOL, start)
            start = self._next
            kind = self._junction(level + 1)
            must(kind, BOOL, start if start.at > sign.at else sign)
        return kind

    def _relation(self) -> Type:
        start = self._next
        kind = self._sum()
        while sign := self._take("==", "!=", "<", "<=", ">", ">=", "in"):
            second = self._next
            other = self._sum()
            if sign.text == "in":
                within(kind, other, sign)
                self._known_word(other, start)
                for word in sorted((other.words or frozenset()) - kind.words) if kind.words else ():
                    raise no_word(word, kind.words or (), second)
            elif sign.text in ("==", "!="):
                same(kind, other, sign)
                self._known_word(kind, second)
                self._known_word(other, start)
            else:
                ordered(kind, other, sign)
            kind = BOOL
        return kind

    def _known_word(self, kind: Type, other: Token) -> None:
        """A text of a closed list is never compared with a word that it cannot be."""
        if kind.words is None or other.kind != "text":
            return
        word = other.text[1:-1]
        if word not in kind.words:
            raise no_word(word, kind.words, other)

    def _sum(self) -> Type:
        kind = self._product()
        while sign := self._take("+", "-"):
            kind = added(kind, self._product(), sign)
        return kind

    def _product(self) -> Type:
        kind = self._turned()
        while sign := self._take("*", "/", "%"):
            other = self._turned()
            if kind.name not in NUMBERS or other.name != kind.name:
                raise mixed(kind, other, sign)
        return kind

    def _turned(self) -> Type:
        if sign := self._take("!"):
            self._deeper()
            kind = self._turned()
            self.depth -= 1
            must(kind, BOOL, sign)
            return BOOL
        if sign := self._take("-"):
            self._deeper()
            kind = self._turned()
            self.depth -= 1
            if kind.name not in NUMBERS:
                raise mixed(kind, INT, sign)
            return kind
        return self._member()

    def _member(self) -> Type:
        first = self._next
        kind = self._primary()
        while True:
            if self._take("."):
                kind = self._selected(kind, first)
            elif sign := self._take("["):
                key = self._next
                if kind != FLAGS or key.kind != "text":
                    raise WhenError(
                        say("只有 flags 能用方括号，里面写一个名字。", "Only flags take brackets, with a name in them."), sign.at
                    )
                self.at += 1
                self.used.flags.add(key.text[1:-1])
                self._need("]")
                kind = BOOL
            else:
                return kind

    def _selected(self, kind: Type, first: Token) -> Type:
        name = self._next
        if name.kind != "name":
            raise broken(name)
        self.at += 1
        if self._take("("):
            return self._method(kind, name)
        if kind == FLAGS:
            self.used.flags.add(name.text)
            return BOOL
        known = NAMES[first.text].fields if kind == RECORD else ()
        if name.text not in known:
            raise unknown(name, known)
        return INT

    def _method(self, kind: Type, name: Token) -> Type:
        no_loop(name)
        if name.text not in METHODS or kind.name not in (("text", "list") if name.text == "size" else ("text",)):
            raise unknown(name, METHODS)
        if name.text != "size":
            at = self._next
            must(self._choice(), TEXT, at)
        self._need(")")
        return METHODS[name.text]

    def _primary(self) -> Type:
        token = self._next
        self.at += 1
        if token.kind in ("int", "float", "text"):
            return literal(token)
        if token.text == "(":
            kind = self._choice()
            self._need(")")
            return kind
        if token.text == "[":
            return self._listed()
        if token.kind != "name":
            raise broken(token)
        if token.text in ("true", "false", "null"):
            return NULL if token.text == "null" else BOOL
        if self._take("("):
            return self._called(token)
        if token.text not in NAMES:
            raise unknown(token, NAMES)
        self.used.names.add(token.text)
        return NAMES[token.text].type

    def _listed(self) -> Type:
        kinds: list[Type] = []
        words: list[str] | None = []
        while not self._take("]"):
            if kinds:
                self._need(",")
            item = self._next
            kinds.append(self._choice())
            same(kinds[0], kinds[-1], item)
            if words is not None:
                words = [*words, item.text[1:-1]] if item.kind == "text" else None
        return Type("list", frozenset(words) if words else None, kinds[0].name if kinds else "")

    def _called(self, name: Token) -> Type:
        no_loop(name)
        if name.text not in FUNCTIONS:
            raise unknown(name, FUNCTIONS)
        inside = self._next
        if name.text in ("duration", "timestamp"):
            if inside.kind != "text":
                raise WhenError(say("括号里应是一段文字。", "The brackets should hold a text."), inside.at)
            self._constant(f"{name.text}({inside.text})", inside)
        kind = self._choice()
        if name.text == "size" and kind.name not in ("text", "list"):
            raise mixed(kind, TEXT, inside)
        if name.text == "has" and not re.fullmatch(r"(flags|weighing|history)\s*\.\s*\w+\s*", self.text[inside.at : self._next.at]):
            right = say("has 里应写 flags.… 这样的一格。", "has takes one cell, as in flags.…")
            raise WhenError(right, inside.at)
        self._need(")")
        return FUNCTIONS[name.text]

    def _constant(self, text: str, token: Token) -> None:
        try:
            cel.evaluate(text)
        except (ValueError, RuntimeError, TypeError, OverflowError) as wrong:
            right = say(
                "{got} 读不懂，应像 \"48h\" 或 \"2026-02-01T00:00:00+08:00\"。",
                '{got} cannot be read; write "48h" or "2026-02-01T00:00:00+08:00".',
                got=token.text,
            )  # fmt: skip
            raise WhenError(right, token.at) from wrong
