"""docs/notices.md, printed from the table of notices, its routes and its sentences. Nothing of it is written by hand."""

from __future__ import annotations

from amends.kernel.texts import Text
from amends.management import lifecycle_page
from amends.management.lifecycle_page import ROOT, both
from amends.notices.rules.places import PLACES
from amends.notices.rules.quiet import AHEAD, DEFAULT, DISTURBING
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.words import CHANNEL_NAMES, URGENCY_NAMES, Channel
from amends.notices.table_words import NOT_OF_A_LIFE, InWords, channels_words, silent, table
from amends.office.tables import LIFE_NAMES

PAGE = ROOT / "docs" / "notices.md"
HEAD = """# 通知表 / Who is told what

本页由 `amends notices table` 从通知表生成，请勿手改；`amends notices table --check` 在过时时报错。句子是内置的，各安装可以在管理后台改写。
This page is printed by `amends notices table` from the table of notices. Don't edit it; `amends notices table --check` fails when it is
stale. The sentences are the built-in ones; an installation may word them anew in its office.

同一步里每一方只收到最先符合的一行。花括号里的占位见文末。
Of the rows of one step each audience gets the first that fits. The places in braces stand at the end.
"""


def page() -> str:
    """The whole document."""
    rows = table()
    lives = dict.fromkeys(row.life for row in rows)
    parts = [HEAD, _routes(), *(_life(life, [row for row in rows if row.life == life]) for life in lives), _silent(), _places()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _routes() -> str:
    yes, no = "是 / yes", "否 / no"
    rows = [
        [
            f"`{urgency}` {both(URGENCY_NAMES[urgency])}", both(channels_words(urgency)), yes if route.breaks_quiet else no,
            yes if route.may_stop else no, f"{route.bundle_seconds} s",
        ]
        for urgency, route in ROUTES.items()
    ]  # fmt: skip
    head = [
        "紧急程度 / urgency",
        "走哪里 / where it goes",
        "免打扰时间也发 / breaks quiet hours",
        "可以停收 / can be stopped",
        "合并等候 / bundled",
    ]
    disturbing = [CHANNEL_NAMES[channel] for channel in Channel if channel in DISTURBING]
    note = Text(
        f"免打扰时间：默认 {DEFAULT.start:%H:%M} 到 {DEFAULT.end:%H:%M}，只约束{'、'.join(one.zh for one in disturbing)}；"
        f"等到那时离时限不足 {int(AHEAD.total_seconds() // 60)} 分钟的，换一种方式。",
        f"Quiet hours: {DEFAULT.start:%H:%M} to {DEFAULT.end:%H:%M} by default, and only for {', '.join(one.en for one in disturbing)}; "
        f"what would then come less than {int(AHEAD.total_seconds() // 60)} minutes before its limit takes another channel.",
    )
    return "\n".join(["## 紧急程度 / Urgencies", "", lifecycle_page.table(head, rows), f"{note.zh}\n{note.en}", ""])


def _life(life: str, rows: list[InWords]) -> str:
    name = both(LIFE_NAMES[life]) if life != NOT_OF_A_LIFE else "其他 / Other matters"
    cells = [
        [
            f"`{one.row.kind}`<br>{both(one.when)}" + "".join(f"<br>{both(given)}" for given in one.given), both(one.to), both(one.urgency),
            both(one.due_of) if one.due_of else "-", f"**{one.told.subject.zh}**<br>{one.told.body.zh}",
            f"**{one.told.subject.en}**<br>{one.told.body.en}",
        ]
        for one in rows
    ]  # fmt: skip
    head = ["何时 / when", "告诉谁 / to", "紧急程度 / urgency", "谁的时限 / whose limit", "中文", "English"]
    return "\n".join([f"## {name}", "", lifecycle_page.table(head, cells)])


def _silent() -> str:
    rows = [[f"`{when}` {both(what)}", reason.zh, reason.en] for when, what, reason in silent()]
    return "\n".join(["## 不告诉任何人的 / What tells nobody", "", lifecycle_page.table(["何时 / when", "理由", "why"], rows)])


def _places() -> str:
    rows = [[f"`{{{name}}}`", both(place.means), both(place.example)] for name, place in PLACES.items()]
    return "\n".join(["## 占位 / Places", "", lifecycle_page.table(["占位 / place", "意思 / means", "例如 / example"], rows)])
