"""Finds sentences that a reader of the other language could not read: words in a template outside `{% t %}`, bare words in messages.

Templates are read as text: tags are blanked, then the HTML's text nodes and spoken attributes are looked at. A place is allowed when it
holds no CJK character and no run of two Latin letters but those of the allow-list. Not about whether both languages are good.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

SPOKEN = frozenset({"aria-label", "title", "placeholder", "alt", "aria-description", "data-label", "data-words"})
SILENT = frozenset({"script", "style", "kbd", "code"})
ALLOWED = frozenset(
    {
        "Amends",
        "WeChat",
        "Alipay",
        "Tabler",
        "GitHub",
        "English",
        "EN",
        "kg",
        "cm",
        "mm",
        "km",
        "MB",
        "KB",
        "GB",
        "ml",
        "CNY",
        "USD",
        "EUR",
        "PDF",
        "CSV",
        "JSON",
        "API",
        "ID",
    }
)
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
TAG = re.compile(r"\{%-?.*?-?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
MESSAGE_VERBS = frozenset({"success", "info", "warning", "error", "debug", "add_message"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One sentence in one language, and where it stands."""

    path: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


def readable(text: str) -> bool:
    """Whether a person would read this as words: CJK, or Latin words beyond the allow-list."""
    plain = ENTITY.sub(" ", text)
    return bool(CJK.search(plain)) or any(word not in ALLOWED for word in LATIN.findall(plain))


class _Reader(HTMLParser):
    """Collects readable text nodes and spoken attributes with their lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Looks at the attributes that are read aloud or shown."""
        if tag in SILENT:
            self.silent.append(tag)
        self.found += [(self.getpos()[0], value) for name, value in attrs if name in SPOKEN and value and readable(value)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The same for an element without an end."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Words count again behind a script or a key."""
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        """Looks at a text node, line by line."""
        if not self.silent:
            start = self.getpos()[0]
            self.found += [(start + at, line.strip()) for at, line in enumerate(data.split("\n")) if readable(line)]


def blank(text: str) -> str:
    """Only line breaks and spaces, as many as there were."""
    return re.sub(r"[^\n]", " ", text)


def in_template(source: str, path: str = "template") -> list[Finding]:
    """Every sentence of a template that stands outside `{% t %}`, also Chinese in another tag's argument."""
    source = COMMENT.sub(lambda m: blank(m[0]), source)
    found = [(source.count("\n", 0, tag.start()) + 1, tag[0]) for tag in TAG.finditer(source) if _speaks(tag[0])]
    reader = _Reader()
    reader.feed(TAG.sub(lambda m: blank(m[0]), source))
    reader.close()
    return sorted(Finding(path, line, words[:80]) for line, words in found + reader.found)


def _speaks(tag: str) -> bool:
    """Whether a tag other than `{% t %}` (and a comment) carries Chinese."""
    return bool(CJK.search(tag)) and not re.match(r"\{%-?\s*t\s", tag) and not tag.startswith("{#")


def in_python(source: str, path: str = "module") -> list[Finding]:
    """Every bare string that is handed to `messages.*` or `tell`: they take a Text, or one already said."""
    return sorted(
        Finding(path, argument.lineno, ast.unparse(argument)[:80])
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and _tells(call.func)
        for argument in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("message", "text"))]
        if _bare(argument)
    )


def _tells(function: ast.expr) -> bool:
    """`messages.success(…)` and its like, or `tell(…)`."""
    if isinstance(function, ast.Attribute):
        return function.attr in MESSAGE_VERBS and isinstance(function.value, ast.Name) and function.value.id == "messages"
    return isinstance(function, ast.Name) and function.id == "tell"


def _bare(argument: ast.expr) -> bool:
    """A literal or an f-string with words in it."""
    if isinstance(argument, ast.JoinedStr):
        return any(_bare(part) for part in argument.values)
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and readable(argument.value)


def everywhere(root: Path) -> Iterator[Finding]:
    """Every finding in the templates (mails too) and in the python of the package at `root`."""
    for file in sorted([*root.glob("templates/**/*.html"), *root.glob("templates/**/*.txt")]):
        yield from in_template(file.read_text("utf-8"), str(file.relative_to(root.parent)))
    for file in sorted(root.glob("**/*.py")):
        yield from in_python(file.read_text("utf-8"), str(file.relative_to(root.parent)))
