"""docs/lifecycle.md, printed from the tables, the pack and the wiring. Nothing of it is written by hand, so nothing of it can be stale."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from amends import wiring
from amends.cases.words import DONE
from amends.kernel.limits import Limit
from amends.kernel.tables import BIRTH, Life
from amends.kernel.texts import Text
from amends.management.sync_rules import INVARIANTS, RULES
from amends.office.tables import LIFE_NAMES, LIFE_SAYS, limit_name, lives, move_rows, names_of, parties_of, stage_rows
from amends.policy.rules import stack_for

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "lifecycle.md"
PACK_DAY = date(2026, 3, 1)
HEAD = """# 流程表 / Lifecycles

本页由 `amends lifecycle` 从表格、规则包与接线生成，请勿手改；`amends lifecycle --check` 在过时时报错。
This page is printed by `amends lifecycle` from the tables, the pack and the wiring. Don't edit it; `amends lifecycle --check`
fails when it is stale.

售后单只回答一个问题：现在欠什么，由谁决定？货在哪里、钱在哪里，由别的生命讲。每条生命是两张表：STAGES 说等谁、到何时、沉默意味着什么；
MOVES 说谁能做什么、通向哪里（`-` 是开始，`=` 是不变）。
The case answers one question: what is owed, and who decides it now? Where goods and money are is told by other lives. Each
life is two tables: STAGES says whom it waits for, until when, and what silence means; MOVES says who may do
what and where it leads (`-` is birth, `=` stays).
"""


def page() -> str:
    """The whole document."""
    parts = [HEAD, _diagram(), *(_life(life) for life in lives()), _invariants(), _sync(), _limits(), _counts()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def both(text: Text) -> str:
    zh, en = text.into("zh"), text.into("en")
    return zh if zh == en else f"{zh} / {en}"


def _all(texts: Iterable[Text], join: str = "; ") -> str:
    return join.join(both(text) for text in texts)


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)]) + "\n"


def _diagram() -> str:
    """The case as mermaid draws it: one arrow for each pair of stages."""
    life = next(one for one in lives() if one.name == "case")
    ways: dict[tuple[str, str], list[str]] = {}
    for (origin, verb, _), becomes in life.moves.items():
        if origin != becomes:
            ways.setdefault((origin, becomes), []).append(verb)
    lines = [f"    {'[*]' if a == BIRTH else a} --> {b}: {', '.join(dict.fromkeys(verbs))}" for (a, b), verbs in ways.items()]
    ends = [f"    {name} --> [*]" for name, stage in life.stages.items() if stage.is_over]
    return "\n".join(["## 售后单的图 / The case drawn", "", "```mermaid", "stateDiagram-v2", *lines, *ends, "```", ""])


def _life(life: Life) -> str:
    stages = [
        [
            f"`{row.key}`",
            both(row.name),
            _all(parties_of(row.waits), ", ") or "-",
            f"`{row.limit}` {both(row.limit_name)}" if row.limit_name else "-",
            "; ".join(f"`{verb}` {both(words)}" for verb, words in row.silence) or "-",
        ]
        for row in stage_rows(life)
    ]
    moves = [
        [
            ", ".join(f"`{origin}`" for origin in row.origins),
            f"`{row.verb}` {both(row.done)}",
            _all(parties_of(row.by), ", "),
            f"`{row.becomes}`" + ("" if row.becomes == "=" else f" {both(names_of(life, [row.becomes])[0])}"),
        ]
        for row in move_rows(life)
    ]
    return "\n".join(
        [
            f"## {both(LIFE_NAMES[life.name])} (`{life.name}`)",
            "",
            both(LIFE_SAYS[life.name]),
            "",
            table(["阶段 / stage", "名称 / name", "等谁 / waits for", "时限 / limit", "沉默 / silence"], stages),
            table(["在 / at", "动作 / verb", "谁 / by", "到 / becomes"], moves),
        ]
    )


def _invariants() -> str:
    return "\n".join(["## 不变量 / Invariants", "", *(f"{n}. {both(text)}" for n, text in enumerate(INVARIANTS, 1)), ""])


def wired() -> dict[int, list[str]]:
    """For each S-rule the rows of amends/wiring.py that are marked with it: `FOLLOWS case.approve → grants.owe_claim`."""
    found: dict[int, list[str]] = {}
    where = ""
    for line in Path(wiring.__file__).read_text("utf-8").splitlines():
        where = match[1] if (match := re.match(r"([A-Z_]+):? .*= ?\($|([A-Z_]+): .*= \($", line)) else where
        row = re.search(r'\("([a-z_.]+)", ([a-z_.]+)\),\s+# (S\d+(?:, S\d+)*)', line)
        for number in re.findall(r"\d+", row[3]) if row else ():
            found.setdefault(int(number), []).append(f"`{where}` {row[1]} → {row[2]}" if row else "")
    return found


def _sync() -> str:
    rows = wired()
    lines = ["## 同步规则 / Synchronisation rules", ""]
    for rule in RULES:
        kept = [*rows.get(rule.number, []), *(f"`{place}`" for place in rule.elsewhere)]
        lines.append(f"- **S{rule.number}** {rule.text.into('zh')} / {rule.text.into('en')}")
        if kept:
            lines.append(f"  - 在 / stands in: {'; '.join(kept)}")
        if rule.later:
            lines.append(f"  - 尚缺 / still to come: {both(rule.later)}")
    return "\n".join([*lines, ""])


def _limits() -> str:
    """The limits that a stage of this version waits under, as the law's pack has them."""
    terms = stack_for("CN", None, PACK_DAY).terms
    used: dict[str, list[str]] = {}
    for life in lives():
        for stage in life.stages.values():
            if stage.limit:
                used.setdefault(stage.limit, []).append(f"`{life.name}.{stage.name}`")
    rows = [
        [
            f"`{name}`",
            both(limit_name(name)),
            cell.value,
            both(Limit.parse(cell.value).in_words()),
            f"{cell.source} [{cell.tag}]",
            ", ".join(used[name]),
        ]
        for name, cell in terms.limits.items()
        if name in used
    ]
    head = ["时限 / limit", "名称 / name", "值 / value", "长度 / length", "来源 / source", "阶段 / stages"]
    tags = "P: 法条原文 / the law's text; S: 二手 / secondary; I: 解释或提案 / ours; G: 常识 / general."
    note = f"规则包 / pack: `{terms.id}@{terms.version}`. {tags}"
    return "\n".join(["## 时限 / Limits", "", note, "", table(head, rows)])


def _counts() -> str:
    terms = stack_for("CN", None, PACK_DAY).terms
    rows = []
    for life in lives():
        for verb, name in life.counted.items():
            cell = terms.counts[name]
            rows.append([f"`{life.name}.{verb}`", both(DONE[verb]), f"`{name}`", str(cell.value), f"{cell.source} [{cell.tag}]"])
    return "\n".join(["## 次数 / Counts", "", table(["动作 / verb", "名称 / name", "计数 / count", "最多 / most", "来源 / source"], rows)])
