"""The few words that all of notices is spoken in: channels, urgencies, audiences, and what each is called."""

from __future__ import annotations

from enum import StrEnum

from amends.kernel.texts import Text, say


class Channel(StrEnum):
    """How a notice reaches a person. PAGE is the notice itself: it is always there, and nothing has to be sent for it."""

    PAGE = "page"
    MAIL = "mail"
    SMS = "sms"
    PUSH = "push"
    WECHAT = "wechat"


class Urgency(StrEnum):
    """Why somebody is told, most pressing first. HAZARD alone breaks quiet hours; NEWS alone can be stopped altogether."""

    HAZARD = "hazard"
    ACT = "act"
    REMIND = "remind"
    RESULT = "result"
    NEWS = "news"


WAITS = frozenset({Urgency.ACT, Urgency.REMIND})
"""What asks somebody to act: pointless once that is done or its time is over."""


class Audience(StrEnum):
    """Who is told: the two sides of a case, the platform's people by what they answer for, and single ones of them by name."""

    CONSUMER = "consumer"
    MERCHANT = "merchant"
    AGENT = "agent"
    ARBITER = "arbiter"
    SUPERVISOR = "supervisor"
    NAMED = "named"


CHANNEL_NAMES: dict[Channel, Text] = {
    Channel.PAGE: say("站内通知", "on the page"),
    Channel.MAIL: say("电子邮件", "e-mail"),
    Channel.SMS: say("短信", "text message"),
    Channel.PUSH: say("浏览器推送", "push"),
    Channel.WECHAT: say("微信模板消息", "WeChat"),
}

URGENCY_NAMES: dict[Urgency, Text] = {
    Urgency.HAZARD: say("安全隐患", "hazard"),
    Urgency.ACT: say("等你处理", "for you to act"),
    Urgency.REMIND: say("时限提醒", "reminder"),
    Urgency.RESULT: say("结果", "result"),
    Urgency.NEWS: say("进展", "progress"),
}

AUDIENCE_NAMES: dict[Audience, Text] = {
    Audience.CONSUMER: say("消费者", "consumer"),
    Audience.MERCHANT: say("商家", "merchant"),
    Audience.AGENT: say("平台客服", "platform agent"),
    Audience.ARBITER: say("判责员", "arbiter"),
    Audience.SUPERVISOR: say("主管", "supervisor"),
    Audience.NAMED: say("指名的同事", "the colleague named"),
}
