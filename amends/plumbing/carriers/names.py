"""Couriers by the names that people type: one key each, and what our ways to them call it. Pure; a courier not listed is its own key.

Codes: Kuaidi100's table of carriers, EasyPost's list of carriers. Not about speaking to anybody.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from amends.kernel.texts import Text, say


@dataclass(frozen=True, slots=True)
class Courier:
    """`kuaidi100` and `easypost`: the name there, '' where it is not served; `typed`: further spellings, in lower case without signs."""

    words: Text
    kuaidi100: str = ""
    easypost: str = ""
    typed: tuple[str, ...] = ()


COURIERS: dict[str, Courier] = {
    "sf": Courier(say("顺丰速运", "SF Express"), "shunfeng", "", ("顺丰", "顺丰快递", "sfexpress", "shunfeng")),
    "zto": Courier(say("中通快递", "ZTO Express"), "zhongtong", "", ("中通", "ztoexpress", "zhongtong")),
    "yto": Courier(say("圆通速递", "YTO Express"), "yuantong", "", ("圆通", "圆通快递", "ytoexpress", "yuantong")),
    "sto": Courier(say("申通快递", "STO Express"), "shentong", "", ("申通", "stoexpress", "shentong")),
    "yunda": Courier(say("韵达快递", "Yunda Express"), "yunda", "", ("韵达", "yundaexpress")),
    "jt": Courier(say("极兔速递", "J&T Express"), "jtexpress", "", ("极兔", "jtexpress", "jandtexpress")),
    "jd": Courier(say("京东物流", "JD Logistics"), "jd", "", ("京东", "京东快递", "jdlogistics", "jdl")),
    "ems": Courier(say("中国邮政 EMS", "China Post EMS"), "ems", "", ("邮政ems", "中国邮政ems", "emsexpress")),
    "chinapost": Courier(say("中国邮政", "China Post"), "youzhengguonei", "", ("邮政", "邮政快递包裹", "youzhengguonei")),
    "deppon": Courier(say("德邦快递", "Deppon"), "debangkuaidi", "", ("德邦", "debang", "debangkuaidi", "depponexpress")),
    "usps": Courier(say("美国邮政", "USPS"), "usps", "USPS", ("unitedstatespostalservice",)),
    "ups": Courier(say("UPS", "UPS"), "ups", "UPS"),
    "fedex": Courier(say("联邦快递", "FedEx"), "fedex", "FedEx", ("联邦",)),
    "dhl": Courier(say("DHL", "DHL Express"), "dhl", "DHLExpress", ("dhlexpress",)),
    "dpd": Courier(say("DPD", "DPD"), "dpd", "DPD"),
    "gls": Courier(say("GLS", "GLS"), "gls", "GLS"),
    "royalmail": Courier(say("英国皇家邮政", "Royal Mail"), "royalmail", "RoyalMail"),
    "canadapost": Courier(say("加拿大邮政", "Canada Post"), "canpost", "CanadaPost"),
    "auspost": Courier(say("澳大利亚邮政", "Australia Post"), "auspost", "AustraliaPost", ("australiapost",)),
}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).lower()


_TYPED = {
    _plain(name): key
    for key, row in COURIERS.items()
    for name in (key, row.words.zh, row.words.en, row.kuaidi100, row.easypost, *row.typed)
    if name
}


def carrier_key(name: str) -> str:
    """One key for every spelling of a courier; an unknown one is its own letters in lower case, at most 40."""
    plain = _plain(name)
    return _TYPED.get(plain, plain[:40])


def carrier_words(name: str) -> Text:
    """What people call it in both languages; an unknown courier as it was given."""
    row = COURIERS.get(carrier_key(name))
    return row.words if row else say("{name}", "{name}", name=name)
