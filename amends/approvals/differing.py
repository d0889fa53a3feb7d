"""Two versions of the money rules side by side, in words: what changed, from what, to what. Plain values; it judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from amends.approvals.money_schema import Rules, Zone
from amends.approvals.rules import ACTIONS
from amends.kernel.money import Money
from amends.kernel.texts import Text, say
from amends.people.rules import ROLES, Role

NOTHING = say("无", "none")
LIMITS: dict[str, Text] = {
    "alone_minor": say("一次可以独自决定", "alone"),
    "per_day_minor": say("一天可以独自决定", "alone, a day"),
    "approves_minor": say("一次可以批准", "approves"),
    "approves_per_day_minor": say("一天可以批准", "approves, a day"),
    "glass_minor": say("紧急时可以先办", "in emergency"),
}
WORDS: dict[str, Text] = {
    "currency": say("限额的币种", "currency of the limits"),
    "name": say("名称", "name"),
    "approvals.answer_hours": say("审批：多久不批就失效（小时）", "approvals: hours until an unanswered one lapses"),
    "approvals.remind_hours": say("审批：多久提醒（小时）", "approvals: hours until a reminder"),
    "approvals.review_hours": say("未批先办：多久之内复核（小时）", "done without approval: hours until it must be reviewed"),
    "approvals.glass_open_most": say("未批先办：最多几笔未复核", "done without approval: how many may be unreviewed"),
    "approvals.glass_pause_days": say("未批先办：不该先办之后停用几天", "done without approval: days without, after an unjustified one"),
    "goodwill.per_case_minor": say("补偿：一份售后单", "goodwill: for one case"),
    "goodwill.per_consumer_minor": say("补偿：一位消费者", "goodwill: for one consumer"),
    "goodwill.per_consumer_days": say("补偿：一位消费者按几天计", "goodwill: days that count for a consumer"),
    "goodwill.per_merchant_day_minor": say("补偿：一家店一天", "goodwill: of one shop in one day"),
    "price_protection.days": say("价格保护：天数", "price protection: days"),
    "price_protection.most_minor": say("价格保护：一单上限（0 为不设）", "price protection: most for one order (0: no bound)"),
    "points.per_points": say("积分：每多少分", "points: for so many points"),
    "points.worth_minor": say("积分：值多少", "points: so much money"),
    "points.most_points": say("积分：一次最多", "points: most at once"),
    "vouchers.valid_days": say("优惠券：有效天数", "vouchers: days of validity"),
    "vouchers.most_days": say("优惠券：最长有效天数", "vouchers: longest validity in days"),
    "vouchers.warn_days": say("优惠券：到期前几天提醒", "vouchers: days before the end that it is told"),
    "vouchers.worth_bps": say("优惠券：比较时按面值的万分之几计", "vouchers: hundredths of a per cent of face value when compared"),
    "vouchers.most_minor": say("优惠券：面值上限", "vouchers: greatest face value"),
    "deposits.required_minor": say("保证金：应缴", "deposits: required"),
    "deposits.warn_minor": say("保证金：低于多少提醒", "deposits: warned below"),
    "deposits.notice_days": say("保证金：扣款提前几天告知", "deposits: days of notice before a deduction"),
    "insurance.reasons": say("运费险：哪些原因赔付", "insurance: reasons covered"),
    "insurance.within_days": say("运费险：下单后几天内", "insurance: within days of the order"),
    "reconciliation.due_hours": say("对账：差异多久之内处理（小时）", "reconciliation: hours to explain a difference"),
    "reconciliation.warn_hours": say("对账：提前多久提醒（小时）", "reconciliation: hours before that for a reminder"),
    "reconciliation.grace_hours": say("对账：多久没有对上才算缺（小时）", "reconciliation: hours until a missing line counts"),
    "supplements.due_hours": say("补差价：多久之内付（小时）", "differences on top: hours to pay"),
    "supplements.most_minor": say("补差价：上限", "differences on top: most"),
    "refunds.unknown_hours": say("退款：核对多久报警（小时）", "refunds: hours in doubt before an alarm"),
    "refunds.failed_hours": say("退款：未成功多久报警（小时）", "refunds: hours after a failure before an alarm"),
    "refunds.frozen_hours": say("退款：冻结多久报警（小时）", "refunds: hours frozen before an alarm"),
    "refunds.payee_hours": say("退款：等收款账户多久报警（小时）", "refunds: hours without a payee before an alarm"),
}


class Change(NamedTuple):
    """One cell that differs; None where it did not stand before, or stands no more. `path` names the cell as the document does."""

    path: str
    what: Text
    was: Text | None
    now: Text | None


def differences(before: Rules, after: Rules) -> list[Change]:
    """Every cell that is not the same in both, limits first; without version and day, which always differ."""
    return [*_limits(before, after), *_cells(before, after)]


def _limits(before: Rules, after: Rules) -> Iterator[Change]:
    """Each role and bound once, with all the actions for which it changed in the same way."""
    found: dict[tuple[str, str, int, int], list[str]] = {}
    for role in Role:
        for action in ACTIONS:
            old, new = before.limit(role, action), after.limit(role, action)
            for name in LIMITS:
                was, now = getattr(old, name, 0), getattr(new, name, 0)
                if was != now:
                    found.setdefault((role.value, name, was, now), []).append(action)
    for (role_value, name, was, now), actions in found.items():
        what = say("{role}，{actions}：{bound}", "{role}, {actions}: {bound}", role=ROLES[Role(role_value)].name, actions=named(actions),
                   bound=LIMITS[name])  # fmt: skip
        yield Change(f"limits.{role_value}.{name}", what, _sum(was, before), _sum(now, after))


def named(actions: list[str]) -> Text:
    """These actions in a row, as readers call them."""
    words = [ACTIONS[name].words for name in actions]
    return say("、".join(each.zh for each in words), ", ".join(each.en for each in words))


def _cells(before: Rules, after: Rules) -> Iterator[Change]:
    old, new = dict(_flat(before)), dict(_flat(after))
    for path in dict.fromkeys([*old, *new]):
        was, now = old.get(path), new.get(path)
        if was != now:
            yield Change(path, _what(path), _value(path, was, before), _value(path, now, after))


def cells(rules: Rules) -> list[tuple[str, Text, Text]]:
    """Every cell but limits, version and day: its path, what it is, what it says."""
    return [(path, _what(path), _value(path, value, rules) or NOTHING) for path, value in _flat(rules) if path != "name"]


def limit_rows(rules: Rules) -> list[tuple[Text, Text, list[tuple[Text, Text]]]]:
    """Each row of limits: the role, its actions, and its bounds, each with its name."""
    return [
        (ROLES[Role(row.role)].name, named(list(row.actions)), [(what, _sum(getattr(row, name), rules)) for name, what in LIMITS.items()])
        for row in rules.limits
    ]


def _flat(rules: Rules) -> Iterator[tuple[str, Any]]:
    """Every cell but limits, version and day, by its path."""
    yield "currency", rules.currency
    yield "name", rules.name
    for part in ("approvals", "goodwill", "price_protection", "points", "vouchers", "deposits", "reconciliation", "supplements"):
        for name, value in getattr(rules, part):
            yield f"{part}.{name}", value
    yield "insurance.reasons", rules.insurance.reasons
    yield "insurance.within_days", rules.insurance.within_days
    for zone in rules.insurance.zones:
        yield f"insurance.zones.{zone.zone}", zone
    for name, value in rules.refunds:
        if name != "expected_days":
            yield f"refunds.{name}", value
    for gateway, days in rules.refunds.expected_days.items():
        yield f"refunds.expected_days.{gateway}", days
    for unit, weight in rules.weights.items():
        yield f"weights.{unit}", weight


def _what(path: str) -> Text:
    if path in WORDS:
        return WORDS[path]
    last = path.rpartition(".")[2] if not path.startswith("weights.") else path.removeprefix("weights.")
    if path.startswith("weights."):
        return say("{unit} 计入限额的比重（千分之一分）", "weight of {unit} against limits (thousandths)", unit=last)
    if path.startswith("insurance.zones."):
        return say("运费险：地区 {zone}", "insurance: zone {zone}", zone=last)
    return say("退款：经 {gateway} 预计几天到账", "refunds: days until money by {gateway} should arrive", gateway=last)


def _value(path: str, value: Any, rules: Rules) -> Text | None:
    if value is None:
        return None
    if isinstance(value, Zone):
        return say(
            "保费 {premium}，最多赔 {cover}", "premium {premium}, pays up to {cover}", premium=_sum(value.premium_minor, rules),
            cover=_sum(value.cover_minor, rules),
        )  # fmt: skip
    if path.endswith("_minor"):
        return _sum(value, rules)
    if path == "name":
        return say(value.zh, value.en)
    plain = ", ".join(value) if isinstance(value, tuple) else str(value)
    return say("{it}", "{it}", it=plain)


def _sum(minor: int, rules: Rules) -> Text:
    if not minor:
        return NOTHING
    money = Money(minor, rules.currency)
    return Text(money.into("zh"), money.into("en"))
