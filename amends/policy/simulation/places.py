"""Where the consumers of a generated year live: the provinces by ISO 3166-2, about as many as live there, and how far a parcel goes.

Pure. People in millions, rounded (the seventh census); days on the way are invented.
"""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.texts import Text, say

TABLE = """
    CN-GD 广东 Guangdong 126 2     CN-SD 山东 Shandong 102 3      CN-HA 河南 Henan 99 3          CN-JS 江苏 Jiangsu 85 2
    CN-SC 四川 Sichuan 84 4        CN-HE 河北 Hebei 75 3          CN-HN 湖南 Hunan 66 3          CN-ZJ 浙江 Zhejiang 65 2
    CN-AH 安徽 Anhui 61 3          CN-HB 湖北 Hubei 58 3          CN-GX 广西 Guangxi 50 4        CN-YN 云南 Yunnan 47 5
    CN-JX 江西 Jiangxi 45 3        CN-LN 辽宁 Liaoning 43 4       CN-FJ 福建 Fujian 42 3         CN-SN 陕西 Shaanxi 40 4
    CN-GZ 贵州 Guizhou 39 4        CN-SX 山西 Shanxi 35 4         CN-CQ 重庆 Chongqing 32 4      CN-HL 黑龙江 Heilongjiang 32 5
    CN-XJ 新疆 Xinjiang 26 8       CN-GS 甘肃 Gansu 25 5          CN-SH 上海 Shanghai 25 1       CN-JL 吉林 Jilin 24 5
    CN-NM 内蒙古 Inner-Mongolia 24 6  CN-BJ 北京 Beijing 22 2     CN-TJ 天津 Tianjin 14 3        CN-HI 海南 Hainan 10 5
    CN-NX 宁夏 Ningxia 7 6         CN-QH 青海 Qinghai 6 7         CN-XZ 西藏 Tibet 4 9
"""


class Place(NamedTuple):
    """One province: its share of consumers, and the days that a parcel takes at least."""

    code: str
    name: Text
    people: int
    days: int


def _read(table: str) -> tuple[Place, ...]:
    words = table.split()
    rows = zip(*(words[n::5] for n in range(5)), strict=True)
    return tuple(Place(code, say(zh, en.replace("-", " ")), int(people), int(days)) for code, zh, en, people, days in rows)


PLACES = _read(TABLE)
PLACE_NAMES = {place.code: place.name for place in PLACES}
