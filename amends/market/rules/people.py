"""Invented names for consumers, drawn by seed: the households of the data have none. Chinese names with their pinyin.

A tier and a region are drawn beside them, so that lanes have something to tell apart; rights never ask for either.
"""

from __future__ import annotations

from amends.kernel.texts import Text
from amends.market.rules.seeded import dice
from amends.market.rules.specs import ConsumerSpec
from amends.policy.simulation.places import PLACES

SURNAMES = (
    "王 Wang 李 Li 张 Zhang 刘 Liu 陈 Chen 杨 Yang 黄 Huang 赵 Zhao 吴 Wu 周 Zhou 徐 Xu 孙 Sun 马 Ma 朱 Zhu 胡 Hu 林 Lin 郭 Guo 何 He "
    "高 Gao 罗 Luo 郑 Zheng 梁 Liang 谢 Xie 宋 Song 唐 Tang 许 Xu 韩 Han 冯 Feng 邓 Deng 曹 Cao 彭 Peng 曾 Zeng 萧 Xiao 田 Tian 董 Dong "
    "袁 Yuan 潘 Pan 于 Yu 蒋 Jiang 蔡 Cai 余 Yu 杜 Du 叶 Ye 程 Cheng 苏 Su 魏 Wei 吕 Lyu 丁 Ding 任 Ren 沈 Shen 姚 Yao 卢 Lu"
)
GIVEN = (
    "安 an 博 bo 晨 chen 丹 dan 恩 en 芳 fang 刚 gang 涵 han 佳 jia 凯 kai 岚 lan 梅 mei 宁 ning 培 pei 琪 qi 然 ran 珊 shan 婷 ting "
    "薇 wei 欣 xin 雅 ya 泽 ze 明 ming 月 yue 雪 xue 文 wen 思 si 瑞 rui 清 qing 蕾 lei 洁 jie 浩 hao 建 jian 林 lin 雨 yu 子 zi"
)


TIERS, SHARES = ("", "silver", "gold"), (62, 28, 10)


def _pairs(table: str) -> list[tuple[str, str]]:
    words = table.split()
    return list(zip(words[::2], words[1::2], strict=True))


_SURNAMES, _GIVEN = _pairs(SURNAMES), _pairs(GIVEN)


def invented_consumer(key: str, seed: int, *, source: str) -> ConsumerSpec:
    """The consumer `key` under an invented name, in an invented tier and region; the same key and seed give the same. `source` says
    where the key is from."""
    draw = dice(seed, "consumer", key)
    surname, given = draw.choice(_SURNAMES), draw.sample(_GIVEN, draw.choice((1, 2, 2)))
    name = Text(surname[0] + "".join(zh for zh, _ in given), f"{surname[1]} {''.join(en for _, en in given).capitalize()}")
    standing = dice(seed, "standing", key)
    tier = standing.choices(TIERS, SHARES)[0]
    return ConsumerSpec(key, name, source, tier, standing.choices(PLACES, [place.people for place in PLACES])[0].code)
