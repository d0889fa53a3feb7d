"""What the words of `amends policy` share: a draft and its problems as lines that a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.plumbing.console import language, tell
from amends.policy.models import Draft
from amends.policy.rules.drafting import STAGE_NAMES, Stage


def tell_draft(draft: Draft) -> None:
    """One draft in one line."""
    tell(
        say(
            "{ref}\t{stage}\t{name}\t{pack}\t第 {edits} 稿",
            "{ref}\t{stage}\t{name}\t{pack}\ttext {edits}",
            ref=draft.ref,
            stage=STAGE_NAMES[Stage(draft.stage)],
            name=draft.name,
            pack=draft.pack_id or "-",
            edits=draft.edits,
        )
    )


def tell_problems(file: str, problems: list[dict[str, Any]], golden: dict[str, Any]) -> None:
    """Each problem with its place, as compilers write it; then how the golden cases went."""
    for problem in problems:
        said = problem["zh" if language() == "zh" else "en"]
        note = "" if problem["binding"] else "  *"
        print(f"{file}:{problem['row']}:{problem['column']}: {problem['cell'] or '-'}: {said}{note}")
    tell(summary(problems, golden))


def summary(problems: list[dict[str, Any]], golden: dict[str, Any]) -> Text:
    """How many problems there are, and how many golden cases were asked."""
    binding = sum(problem["binding"] for problem in problems)
    if binding:
        return say("{n} 处需要改。", "{n} to mend.", n=binding)
    return say("没有问题，{n} 个金标准用例检查通过。", "Nothing to mend; {n} checks of golden cases passed.", n=golden.get("asked", 0))


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False, default=lambda v: v.isoformat() if hasattr(v, "isoformat") else str(v)))


def plain_draft(draft: Draft) -> dict[str, Any]:
    """A draft as JSON values, without its text."""
    names = ("ref", "name", "note", "pack_id", "layer", "based_on", "stage", "edits", "made_at", "changed_at", "checked_at", "signed_at")
    return {**{name: getattr(draft, name) for name in names}, "problems": draft.problems, "golden": draft.golden}


def read(file: Path) -> str:
    """The text of a pack's file. Refuses Unprocessable where there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Unprocessable(
            say("读不到文件 {file}：应是 UTF-8 文本。", "The file {file} cannot be read: it should be UTF-8 text.", file=file)
        ) from wrong
