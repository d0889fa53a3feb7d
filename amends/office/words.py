"""What the office calls the parts of a choice and their values, and the numbers of figures, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from amends.cases.rules.lives import CASE
from amends.cases.words import DONE, stage_name
from amends.faces.parties import LOOKS
from amends.faces.words import day as day_words
from amends.insight.figures.choice import HERE, Choice
from amends.kernel.texts import Text, say
from amends.ledger.words import party_name
from amends.market.rules.specs import TENDER_NAMES
from amends.policy.rules.facts import GOODS_NAMES, ISSUE_NAMES, GoodsClass, IssueType
from amends.refunds.where import WAYS

NAMES: dict[str, Text] = {
    "merchant": say("商家", "Merchant"),
    "goods": say("品类", "Goods"),
    "issue": say("问题类型", "Issue"),
    "stage": say("阶段", "Stage"),
    "waits": say("等谁", "Waits for"),
    "left": say("剩余时间", "Time left"),
    "verb": say("结束于", "Ended by"),
    "granted": say("是否给付", "Delivered"),
    "refused": say("商家拒绝", "Refused"),
    "silent": say("超时方", "Silent party"),
    "answered": say("商家亲自答复", "Answered"),
    "score": say("评分", "Score"),
    "deadline": say("时限结果", "Limit"),
    "party": say("时限归谁", "Whose limit"),
    "unit": say("币种", "Unit"),
    "tender": say("退回到", "Tender"),
    "bearer": say("由谁承担", "Borne by"),
}
BY: dict[str, Text] = {
    "opened": say("期间新开", "Opened in the period"),
    "closed": say("期间结案", "Closed in the period"),
    "open": say("现在未结", "Open now"),
    "began_open": say("期初未结", "Open when the period began"),
    "alive": say("期间在办", "Alive in the period"),
    "moved": say("期间离开该阶段", "Left the stage in the period"),
    "ended": say("期间有时限结束", "A limit ended in the period"),
    "rated": say("期间评价", "Rated in the period"),
    "paid": say("期间退款到账", "Refund paid in the period"),
}
LEFT: dict[str, Text] = {
    "overdue": say("已到时限", "due"),
    "4h": say("4 小时内", "under 4 h"),
    "24h": say("4 至 24 小时", "4 to 24 h"),
    "3d": say("1 至 3 天", "1 to 3 days"),
    "later": say("3 天以上", "over 3 days"),
    "paused": say("已暂停", "paused"),
}
ENDED: dict[str, Text] = {
    "met": say("按时办理", "met in time"),
    "enforced": say("超时，已按规则处理", "lapsed, handled by rule"),
    "lapsed": say("超时，已通知负责人", "lapsed, a person was called"),
}
YES = {"yes": say("是", "yes"), "no": say("否", "no")}
SCORES = {"good": say("4 至 5 分", "4 to 5"), "any": say("已评价", "rated")}
NONE = say("无", "none")
NOTHING = say("没有评价", "No ratings")


def stars(score: str) -> Text:
    """`5 星 / 5 stars`."""
    return say("{n} 星", "{n} star" if score == "1" else "{n} stars", n=score)


def issue(key: str) -> Text:
    """The issue type's name; the key itself where it is none of ours."""
    return ISSUE_NAMES[IssueType(key)] if key in set(IssueType) else say(key, key)


def goods(key: str) -> Text:
    """The class of goods; the key itself where it is none of ours."""
    return GOODS_NAMES[GoodsClass(key)] if key in set(GoodsClass) else say(key, key)


def party(key: str) -> Text:
    """One party, or several that are waited for together."""
    names = [LOOKS[one].name if one in LOOKS else party_name(one) for one in key.split(",")]
    return names[0] if len(names) == 1 else say("{a}与{b}", "{a} and {b}", a=names[0], b=names[1])


def stage(key: str) -> Text:
    """The stage of a case."""
    return stage_name("case", key) if key in CASE.stages else say(key, key)


def outcome(verb: str, granted: bool | None = None) -> Text:
    """How a case ended: the closing verb, and whether anything was delivered."""
    told = ENDINGS.get(verb) or DONE.get(verb) or say(verb, verb)
    if granted is None:
        return told
    got = say("有给付", "delivered") if granted else say("无给付", "nothing delivered")
    return say("{verb}，{got}", "{verb}, {got}", verb=told, got=got)


ENDINGS = {
    "complete": say("办完结案", "Completed"),
    "accept_refusal": say("接受拒绝", "Refusal accepted"),
    "withdraw": say("消费者撤回", "Withdrawn"),
    "discard": say("草稿作废", "Draft discarded"),
    "absorb": say("并入其他单", "Merged"),
}
VALUES: dict[str, Callable[[str], Text]] = {
    "issue": issue,
    "goods": goods,
    "stage": stage,
    "waits": party,
    "party": party,
    "bearer": party,
    "silent": party,
    "verb": outcome,
    "left": lambda v: LEFT[v],
    "granted": lambda v: YES[v],
    "refused": lambda v: YES[v],
    "answered": lambda v: YES[v],
    "deadline": lambda v: ENDED[v],
    "score": lambda v: SCORES.get(v) or stars(v),
    "tender": lambda v: tender(v),
}


def tender(kind: str) -> Text:
    """What a sum went back to."""
    return TENDER_NAMES.get(kind) or WAYS.get(kind) or say(kind, kind)


def chips(choice: Choice, names: dict[str, Text]) -> list[dict[str, object]]:
    """What is chosen, in words, each with the address without it; `names` has the merchant's."""
    rows: list[dict[str, object]] = [{"name": BY[choice.by], "value": period(choice) if choice.by != "open" else None, "url": ""}]
    for key, label in NAMES.items():
        value = getattr(choice, key)
        if value:
            told = names.get(value) or _told(key, value)
            rows.append({"name": label, "value": told, "url": f"?{choice.but(**{key: ''}).query}"})
    return rows


def _told(key: str, value: str) -> Text:
    return VALUES[key](value) if key in VALUES else say(value, value)


def period(choice: Choice) -> Text | None:
    """`10月22日 至 11月20日`."""
    first, last = _day(choice.since), _day(choice.until)
    if first and last:
        return say("{a} 至 {b}", "{a} to {b}", a=first, b=last) if choice.since != choice.until else say("{a}", "{a}", a=first)
    if first:
        return say("{a} 起", "from {a}", a=first)
    return say("到 {b}", "up to {b}", b=last) if last else None


def _day(day: date | None) -> str:
    return day_words(Choice(since=day).begins.astimezone(HERE)) if day else ""


def percent(share: float | int | None) -> Text:
    """`98.9%`; said where there is none."""
    return NONE if share is None else say("{n}", "{n}", n=f"{share:.1%}")


def span(hours: float | int | None) -> Text:
    """`2.6 天` from 48 hours on, else hours; said where there is none."""
    if hours is None:
        return NONE
    if hours >= 48:
        return say("{n} 天", "{n} days", n=f"{hours / 24:,.1f}")
    return say("{n} 小时", "{n} h", n=f"{hours:,.1f}")
