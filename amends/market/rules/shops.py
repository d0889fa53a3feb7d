"""The invented merchants of the demo: eight grocers, which the stores of The Complete Journey belong to, and four shops of the catalogue.

The names and addresses are invented and say so; which store a basket came from stays in the order's source.
"""

from __future__ import annotations

from amends.kernel.texts import Text, say
from amends.market.rules.specs import MerchantSpec

_GROCER = "invented name; its stores are stores of The Complete Journey (84.51°)"
_SHOP = "invented shop of the demo"


def _merchant(key: str, name: Text, address: str, source: str) -> MerchantSpec:
    return MerchantSpec(key, name, f"{address}（虚构地址 / invented address）", f"{key}: {source}")


GROCERS: tuple[MerchantSpec, ...] = (
    _merchant("grocer-1", say("青禾鲜市", "Green Sprout Market"), "浙江省杭州市禾苗路 1 号退货组", _GROCER),
    _merchant("grocer-2", say("满仓生活超市", "Full Barn Grocery"), "江苏省苏州市粮仓街 22 号退货组", _GROCER),
    _merchant("grocer-3", say("橡树街食品行", "Oak Street Foods"), "上海市橡树街 305 号退货组", _GROCER),
    _merchant("grocer-4", say("晨露果蔬", "Morning Dew Produce"), "山东省青岛市晨露路 18 号退货组", _GROCER),
    _merchant("grocer-5", say("河湾便利", "Riverbend Corner"), "湖北省武汉市河湾道 9 号退货组", _GROCER),
    _merchant("grocer-6", say("山谷优选", "Valley Choice"), "四川省成都市山谷巷 77 号退货组", _GROCER),
    _merchant("grocer-7", say("北岸大卖场", "North Shore Hypermarket"), "天津市北岸大道 600 号退货组", _GROCER),
    _merchant("grocer-8", say("小满杂货", "Little Plenty Store"), "广东省广州市小满里 3 号退货组", _GROCER),
)
APPAREL = _merchant("apparel", say("云织服饰", "Cloudloom Apparel"), "浙江省嘉兴市织机路 12 号退货组", _SHOP)
KIDS = _merchant("kids", say("小步童装", "Little Steps Kidswear"), "浙江省湖州市小步街 6 号退货组", _SHOP)
DIGITAL = _merchant("digital", say("极光数码", "Aurora Digital"), "广东省深圳市极光路 88 号退货组", _SHOP)
HOME = _merchant("home", say("暖居电器", "Warm Home Appliances"), "安徽省合肥市暖居大道 100 号退货组", _SHOP)
SHOPS = (APPAREL, KIDS, DIGITAL, HOME)


def grocer_of(store_id: int) -> MerchantSpec:
    """The merchant that a store of the data belongs to, always the same one."""
    return GROCERS[store_id * 2_654_435_761 % 2**32 * len(GROCERS) >> 32]  # Knuth's multiplicative hash, 32 bits
