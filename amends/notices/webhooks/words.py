"""What states, failures and alarms of webhooks are called, in both languages."""

from __future__ import annotations

from amends.kernel.texts import Text, say

TEST_WORDS = say("这是一条测试事件。", "This is a test event.")

ENDPOINT_STATES: dict[str, Text] = {
    "on": say("正常", "on"),
    "failing": say("接收不顺", "failing"),
    "paused": say("已暂停", "paused"),
    "alarmed": say("收不到，已停发", "not answering, held back"),
    "ended": say("已删除", "ended"),
}
DELIVERY_STATES: dict[str, Text] = {
    "queued": say("等待发送", "waiting"),
    "handed": say("等待发送", "waiting"),
    "sending": say("发送中", "being sent"),
    "delivered": say("已送达", "delivered"),
    "given_up": say("已放弃", "given up"),
    "dropped": say("不再发送", "dropped"),
}
WHY: dict[str, Text] = {
    "person": say("有人暂停了它。", "Somebody paused it."),
    "silent": say("约三天里一次也没有送达。", "For about three days nothing arrived there."),
    "gone": say("接收方回答 410：不再接收。", "The receiver answered 410: it wants no more."),
    "secret_unreadable": say("签名密钥打不开，请更换签名密钥。", "The signing secret cannot be opened. Change the signing secret."),
}
ERRORS: dict[str, Text] = {
    "private_address": say("网址指向内部网络，没有连接", "the address leads into a private network; not connected"),
    "no_such_host": say("找不到这个主机名", "nobody knows this host name"),
    "no_connection": say("连接不上", "no connection"),
    "tls": say("证书或加密连接有问题", "certificate or encrypted connection not in order"),
    "timeout": say("15 秒内没有回答", "no answer within 15 seconds"),
    "cut": say("连接中断", "the connection broke off"),
    "not_understood": say("回答不是 HTTP", "the answer is no HTTP"),
    "redirected": say("要求转到别的网址；请直接填写最终网址", "asks to go elsewhere; write the final address"),
    "secret_unreadable": say("签名密钥打不开", "the signing secret cannot be opened"),
}
STATUS = say("回答了 {status}", "answered {status}")


def error_words(error: str) -> Text | None:
    """What went wrong, in words; None where nothing did."""
    if not error:
        return None
    if error.startswith("http_"):
        return STATUS.filled(status=error.removeprefix("http_"))
    return ERRORS.get(error, ERRORS["no_connection"])
