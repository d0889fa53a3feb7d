"""A pack: one dated TOML document, read into frozen cells or refused with file, row, column, what is wrong and what would be right.

Not about packs upon packs (layers.py) nor about deciding. A broken cell is refused here, when the pack is loaded, so that it never
means 'no' to a consumer (DESIGN 14).
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.policy.rules.bounds import TOO_DEEP, out_of_bounds, out_of_reach
from amends.policy.rules.cells import CellError
from amends.policy.rules.places import Path, Place, inside, nearest, places
from amends.policy.rules.schema import VERSION, Layer, PackCells

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot be taken."""

    file: str
    place: Place
    cell: str
    text: Text

    @property
    def sentence(self) -> Text:
        return say(
            "{file} 第 {row} 行第 {column} 列，{cell}：{what}",
            "{file} row {row} column {column}, {cell}: {what}",
            file=self.file, row=self.place.row, column=self.place.column, cell=self.cell or "-", what=self.text,
        )  # fmt: skip


class PackRefused(Unprocessable):
    """The pack is not loaded; `problems` names every broken cell."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        sentences = [problem.sentence for problem in self.problems]
        text = say("\n".join(each.into("zh") for each in sentences), "\n".join(each.into("en") for each in sentences))
        super().__init__(text, code="pack_refused", fields={p.cell or p.file: p.sentence for p in self.problems})


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """The cells of one document, with what is needed to point at them. Compared by identity: a file read twice is two packs.

    `text` is the document as it was read, `digest` the SHA-256 of it in hex.
    """

    cells: PackCells
    file: str
    places: dict[Path, Place]
    text: str
    digest: str

    @property
    def id(self) -> str:
        return self.cells.id

    @property
    def layer(self) -> Layer:
        return self.cells.layer

    @property
    def stamp(self) -> str:
        """`cn@2026-02`: what a decision is stamped with."""
        return f"{self.cells.id}@{self.cells.version}"

    def in_force(self, on: date) -> bool:
        return self.cells.in_force_from <= on and (self.cells.in_force_until is None or on <= self.cells.in_force_until)

    def problem(self, path: Sequence[str | int], text: Text) -> Problem:
        """A problem with the cell at `path`, placed in the file."""
        return Problem(self.file, nearest(self.places, path), ".".join(str(step) for step in path), text)


def load_pack(path: File | str) -> Pack:
    """The pack in the file at `path`. Refuses (PackRefused) what is not a pack, with every broken cell."""
    file = File(path)
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as wrong:
        what = say("读不到规则包：{why}", "the pack cannot be read: {why}", why=wrong.strerror or str(wrong))
        raise PackRefused([Problem(str(file), Place(1, 1), "", what)]) from wrong
    except UnicodeDecodeError as wrong:
        what = say("规则包应是 UTF-8 文本。", "A pack is UTF-8 text.")
        raise PackRefused([Problem(str(file), Place(1, 1), "", what)]) from wrong
    return read_pack(text, str(file))


def read_pack(text: str, file: str = "pack.toml") -> Pack:
    """The pack that `text` writes; `file` is the name that refusals give. A byte order mark before it is passed over.

    Refuses (PackRefused) whatever it cannot read, a text that would break its reader too: nothing else is raised.
    """
    bare = text.removeprefix(BYTE_ORDER_MARK)
    if beyond := out_of_bounds(bare):
        raise PackRefused([Problem(file, Place(beyond[0], 1), "", beyond[1])])
    try:
        digest = hashlib.sha256(text.encode()).hexdigest()
        cells, known = _cells(bare, file)
    except UnicodeEncodeError as wrong:
        place = Place(text.count("\n", 0, wrong.start) + 1, wrong.start - text.rfind("\n", 0, wrong.start))
        raise PackRefused([Problem(file, place, "", say("这里有半个字符，请去掉。", "There is half a character; take it out."))]) from wrong
    except RecursionError as deep:  # strings may hide brackets from the count of bounds.py
        raise PackRefused([Problem(file, Place(1, 1), "", TOO_DEEP)]) from deep
    return Pack(cells, file, known, text, digest)


def _cells(text: str, file: str) -> tuple[PackCells, dict[Path, Place]]:
    """The cells of `text`, and where each stands."""
    try:
        raw = tomllib.loads(text)
    except ValueError as wrong:
        raise PackRefused([not_toml(wrong, file, text)]) from wrong
    known = places(text)
    if beyond := out_of_reach(raw):
        raise PackRefused([Problem(file, nearest(known, beyond[0]), ".".join(map(str, beyond[0])), beyond[1])])
    try:
        return PackCells.model_validate_json(json.dumps(raw, default=_written)), known
    except ValidationError as wrong:
        raise PackRefused([problem_of(e, file, known, text) for e in wrong.errors()]) from wrong


def _written(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def not_toml(wrong: ValueError, file: str, text: str) -> Problem:
    """What tomllib said of `text`, as a problem with its place; `file` is the name that it gives."""
    at = re.search(r"line (\d+), column (\d+)", str(wrong))
    place = Place(int(at[1]), int(at[2])) if at else Place(text.count("\n") + 1, 1)
    what = re.sub(r" \(at .*\)$", "", str(wrong))
    chinese = next((said for start, said in _TOML.items() if what.startswith(start)), what)
    return Problem(file, place, "", say("不是 TOML：{what}。", "This is not TOML: {what}.", what=say(_plain(chinese), _plain(what))))


def _plain(said: str) -> str:
    return said.replace("{", "｛").replace("}", "｝")


_TOML = {
    "Invalid date": "没有这个日期或时间",
    "Expected ']' at the end of a table": "表头缺少右方括号",
    "Expected ']]' at the end": "表头缺少右方括号",
    "Expected '=' after a key": "名称后面缺少等号",
    "Expected newline or end of document": "一格写完后应换行",
    "Unclosed array": "列表缺少右方括号",
    "Unclosed inline table": "表缺少右花括号",
    "Unterminated string": "文字缺少右引号",
    "Illegal character": "有不允许的字符",
    "Cannot overwrite": "同一格写了两次",
    "Cannot declare": "同一张表写了两次",
    "Duplicate inline table key": "同一格写了两次",
    "Invalid value": "这一格的值看不懂",
    "Invalid statement": "这一行看不懂",
    "Invalid initial character": "名称的写法不对",
}


def problem_of(error: Any, file: str, known: dict[Path, Place], text: str) -> Problem:
    """One error of pydantic about the cells of `text` as a problem: where, and what would be right. `known` is what places() found."""
    path = tuple(step for step in error["loc"] if step != "[key]")
    # pydantic names the branch of a union it tried; the file does not know that step.
    while path and path not in known and error["type"] not in ("missing",) and path[:-1] in known and error["type"] != "extra_forbidden":
        path = path[:-1]
    place = nearest(known, path)
    if isinstance(wrong := error.get("ctx", {}).get("error"), CellError) and wrong.offset is not None and path in known:
        place = inside(text, place, wrong.offset)
    return Problem(file, place, ".".join(str(step) for step in path), _right(error))


def _right(error: Any) -> Text:
    """What is wrong with the cell and what would be right."""
    kind, context, got = error["type"], error.get("ctx", {}), _short(error["input"])
    if isinstance(context.get("error"), CellError):
        text: Text = context["error"].text
        return text
    if kind == "missing" and error["loc"][-1] in _LANGUAGES:
        return _LANGUAGES[error["loc"][-1]]
    if kind == "missing":
        return say("缺少这一格。", "This cell is missing.")
    if kind == "extra_forbidden":
        return say("不认识这一格，请核对名称。", "This cell is unknown; check its name.")
    return say(
        "不能是 {got}，应为{right}。", "It cannot be {got}; it should be {right}.", got=got, right=_wanted(kind, context, error["msg"])
    )


def _wanted(kind: str, context: Mapping[str, Any], said: str) -> Text:
    if "expected" in context:
        expected = str(context["expected"])
        return say(" {said}", "{said}", said=say(_plain(expected.replace(" or ", " 或 ")), _plain(expected)))
    if context.get("pattern") in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    if kind == "too_long":
        return say("最多 {n} 行的列表", "a list of at most {n} rows", n=context["max_length"])
    for name, right in _BOUNDS.items():
        if name in context:
            return right.filled(n=context[name])
    return next((words for start, words in _WANTED.items() if kind.startswith(start)), say(" {said}", "{said}", said=said))


_LANGUAGES = {
    "zh": say("缺少中文；每句话都要中英文并排写。", "The Chinese is missing; every sentence is written in Chinese and English."),
    "en": say("缺少英文；每句话都要中英文并排写。", "The English is missing; every sentence is written in Chinese and English."),
}
_WANTED: dict[str, Text] = {
    "int": say("整数", "a whole number"),
    "bool": say(" true 或 false", "true or false"),
    "date": say("日期，如 2026-02-01", "a date such as 2026-02-01"),
    "string_type": say("文字", "text"),
    "dict_type": say("一张表", "a table"),
    "model_type": say("一张表", "a table"),
    "tuple_type": say("一个列表", "a list"),
    "list_type": say("一个列表", "a list"),
}
_PATTERNS: dict[str, Text] = {
    r"^[A-Z]{2}$": say("两个大写字母，如 CN", "two capital letters such as CN"),
    VERSION: say("年月，如 2026-02 或 2026-02.1", "a year and month such as 2026-02 or 2026-02.1"),
    r"^[a-z][a-z0-9_]*$": say("小写英文名字，如 no_reason", "a name in small letters such as no_reason"),
}
_BOUNDS: dict[str, Text] = {
    "ge": say("不小于 {n} 的数", "{n} or more"),
    "le": say("不大于 {n} 的数", "{n} or less"),
    "pattern": say("符合 {n} 的文字", "text that fits {n}"),
    "max_length": say("最长 {n} 个字符的文字", "text of at most {n} characters"),
    "min_length": say("至少 {n} 个字符的文字", "text of at least {n} characters"),
}


def _short(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, default=str)
    return written if len(written) <= 60 else written[:57] + "..."
