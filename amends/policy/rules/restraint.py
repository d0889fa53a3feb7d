"""What a pack may not take upon itself: the voice of the law, and more of a decision's time than a moment.

Not about names that lead nowhere (checks.py) nor about kindness (kinder.py). Answers problems by path; the caller knows the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from amends.kernel.texts import Text, say
from amends.policy.rules.places import Path
from amends.policy.rules.schema import Layer, PackCells

Found = Iterator[tuple[Path, Text]]
# Conditions of one pack in all. The dearest way to fill them (long lists) takes about a quarter of a millisecond a decision.
MOST_WHENS, MOST_WHEN_TEXT = 50, 6_000
ASKING = ("rights", "claims", "lanes")
# A source that names a law: `L1 25`, `2.3; L3 8`.
_OF_LAW = re.compile(r"\bL[0-9]")


def as_law(own: PackCells) -> Found:
    """Every sentence of a platform's or a shop's own that speaks as the text of the law."""
    for name, clause in own.clauses.items() if own.layer in (Layer.PLATFORM, Layer.SHOP) else ():
        if clause.tag == "P":
            yield ("clauses", name, "tag"), say("P 只属于法律和承诺，应为 I 或 S。", "P is for laws and promises; it should be I or S.")
        if _OF_LAW.search(clause.source):
            right = say("自己的条款不能以法律条文为出处，请写自己的规则。", "A clause of your own has no law as source; name your rule.")
            yield ("clauses", name, "source"), right


def dear(own: PackCells) -> Found:
    """The first condition beyond what a decision has time for."""
    count, length = 0, 0
    for section in ASKING:
        for number, row in enumerate(getattr(own, section).rows):
            if row.when is None:
                continue
            count, length = count + 1, length + len(row.when)
            if count > MOST_WHENS or length > MOST_WHEN_TEXT:
                right = say(
                    "一个规则包最多 {count} 个 when，合计最多 {length} 个字符。",
                    "A pack has at most {count} whens, of {length} characters in all.",
                    count=MOST_WHENS, length=MOST_WHEN_TEXT,
                )  # fmt: skip
                yield (section, "rows", number, "when"), right
                return
