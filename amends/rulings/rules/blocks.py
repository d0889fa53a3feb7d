"""Building blocks of a ruling's reasons, each in both languages: what was understood, which standard, which steps, what was found, what
follows. An arbiter picks them and adds words of their own; so both sides read the same reasons, each in their language.

Plain values; no database. A block without its place filled is refused, not shown with a hole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

MOST_BLOCKS = 20
LONGEST_VALUE = 120
_PLACE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Block:
    """One sentence. `places` are what an arbiter has to fill in; `{clause}` and `{issue}` fill themselves."""

    key: str
    group: str
    text: Text

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(name for name in dict.fromkeys(_PLACE.findall(self.text.zh)) if name not in BY_ITSELF)


BY_ITSELF = frozenset({"clause", "issue", "remedy"})
GROUPS: dict[str, Text] = {
    "understood": say("查明的争议", "The dispute"),
    "standard": say("适用的标准", "The standard"),
    "steps": say("做过的核查", "The steps taken"),
    "found": say("认定", "The findings"),
    "follows": say("结论", "What follows"),
}


def _block(key: str, group: str, zh: str, en: str) -> tuple[str, Block]:
    return key, Block(key, group, say(zh, en))


BLOCKS: dict[str, Block] = dict((
    _block("claim", "understood", "消费者以“{issue}”为由申请{remedy}，商家没有同意。",
           "The consumer asked for {remedy} because of {issue}; the merchant did not agree."),
    _block("contested_finding", "understood", "商家验货后认为退回的商品不合格，消费者不同意。",
           "The merchant found fault with the goods that came back; the consumer contests that."),
    _block("missing_goods", "understood", "商家说包裹里没有商品，消费者说已经寄出。",
           "The merchant says that the goods were not in the parcel; the consumer says that they were sent."),
    _block("clause", "standard", "按规则“{clause}”处理。", "The rule “{clause}” applies."),
    _block("seller_proves", "standard", "这一点由商家举证，商家没有证明的，按消费者所说认定。",
           "The merchant has to prove this; what is not proven is taken to be as the consumer says."),
    _block("buyer_proves", "standard", "这一点由消费者提供初步凭证。", "The consumer has to give first evidence of this."),
    _block("photos", "steps", "核对了双方的照片和视频。", "The photos and videos of both sides were compared."),
    _block("tracking", "steps", "核对了物流轨迹、签收和重量。", "Tracking, signature and weights were checked."),
    _block("tested", "steps", "看了检测机构的报告。", "The report of the testing body was read."),
    _block("chat", "steps", "看了双方的沟通记录。", "What the sides wrote to each other was read."),
    _block("proven", "found", "凭证足以证明问题属实。", "The evidence proves the fault."),
    _block("not_proven", "found", "现有凭证不足以证明问题属实。", "The evidence does not prove the fault."),
    _block("on_the_way", "found", "损坏发生在运输途中。", "The damage happened on the way."),
    _block("before_dispatch", "found", "问题在发货前就有。", "The fault was there before dispatch."),
    _block("by_use", "found", "商品的状态是使用造成的，超出了查看和试用的需要。",
           "The state of the goods comes from use beyond what looking and trying takes."),
    _block("late_evidence", "found", "举证期结束后提交的凭证已经看过，单独标明。",
           "What was given after the round of evidence was read and is marked as such."),
    _block("both_share", "follows", "双方各有原因，按各自的程度分担。", "Both sides had their part in it and share it accordingly."),
    _block("given", "follows", "支持消费者的诉求。", "The claim is granted."),
    _block("partly_given", "follows", "部分支持消费者的诉求。", "The claim is granted in part."),
    _block("not_given", "follows", "不支持消费者的诉求。", "The claim is not granted."),
))  # fmt: skip


def picked(raw: Sequence[Mapping[str, Any] | str]) -> list[dict[str, Any]]:
    """The blocks as told (a key, or a key with its values), in the order of their groups, each once.

    Raises Unprocessable (field `blocks`) for an unknown block, too many, or a place that is empty or too long.
    """
    if len(raw) > MOST_BLOCKS:
        raise _wrong(say("最多 {n} 段。", "At most {n} blocks.", n=MOST_BLOCKS), "too_many_blocks")
    told: dict[str, dict[str, Any]] = {}
    for each in raw:
        row: dict[str, Any] = {"key": each} if isinstance(each, str) else dict(each)
        block = BLOCKS.get(str(row.get("key", "")))
        if block is None:
            raise _wrong(say("没有这一段：{key}。", "There is no block {key}.", key=str(row.get("key", ""))), "unknown_block")
        values = {name: str(row.get("values", {}).get(name, "")).strip() for name in block.places}
        if any(not value or len(value) > LONGEST_VALUE for value in values.values()):
            raise _wrong(say("请填写“{key}”里的空。", "Please fill in the places of {key}.", key=block.key), "place_empty")
        told[block.key] = {"key": block.key, "values": values} if values else {"key": block.key}
    return [told[key] for key in BLOCKS if key in told]


def written(blocks: Sequence[Mapping[str, Any]], values: Mapping[str, Text | str]) -> Text:
    """The blocks as running text in both languages; `values` fills what fills itself."""
    said = [BLOCKS[row["key"]].text.filled(**{**_needed(row, values), **row.get("values", {})}) for row in blocks]
    return Text("".join(one.into("zh") for one in said), " ".join(one.into("en") for one in said))


def _needed(row: Mapping[str, Any], values: Mapping[str, Text | str]) -> dict[str, Text | str]:
    wanted = set(_PLACE.findall(BLOCKS[row["key"]].text.zh))
    return {name: value for name, value in values.items() if name in wanted}


def _wrong(text: Text, code: str) -> Unprocessable:
    return Unprocessable.field("blocks", text, code=code)
