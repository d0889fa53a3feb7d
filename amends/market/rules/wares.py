"""The words and ranges from which the invented catalogue is drawn: kinds of goods, series, colours, promotions of each shop.

Prices are from .. to in yuan. Apparel has sizes, the others versions. Warranty in days follows the usual year of the three
guarantees (一年整机保修), longer where makers of such goods promise more.
"""

from __future__ import annotations

from dataclasses import dataclass

from amends.kernel.texts import Text, say
from amends.market.rules.shops import APPAREL, DIGITAL, HOME, KIDS
from amends.market.rules.specs import MerchantSpec


@dataclass(frozen=True, slots=True)
class Shop:
    """How one shop of the catalogue sells: freight below a total, its threshold promotion, who carries; sums in fen."""

    merchant: MerchantSpec
    kinds: str
    series: str
    products: int
    freight_minor: int
    free_from_minor: int
    threshold_minor: int
    off_minor: int
    carrier: str
    weight: int

    @property
    def key(self) -> str:
        return self.merchant.key


# kind 中文 | English | class | yuan from | to | warranty days | versions (see VERSIONS)
_APPAREL = """
短袖T恤 | T-shirt | apparel | 49 | 159 | 0 | adult
衬衫 | shirt | apparel | 99 | 329 | 0 | adult
连衣裙 | dress | apparel | 159 | 599 | 0 | adult
牛仔裤 | jeans | apparel | 129 | 459 | 0 | adult
针织衫 | knitted jumper | apparel | 129 | 399 | 0 | adult
风衣 | trench coat | apparel | 299 | 899 | 0 | adult
羽绒服 | down jacket | apparel | 399 | 1499 | 0 | adult
运动鞋 | trainers | apparel | 199 | 799 | 0 | shoe
皮鞋 | leather shoes | apparel | 259 | 899 | 0 | shoe
双肩包 | backpack | apparel | 119 | 499 | 0 | colour
棉内衣套装 | cotton underwear set | intimate | 59 | 229 | 0 | adult
睡衣 | pyjamas | apparel | 99 | 359 | 0 | adult
"""
_KIDS = """
儿童卫衣 | children's hoodie | apparel | 69 | 229 | 0 | child
儿童外套 | children's coat | apparel | 129 | 459 | 0 | child
儿童运动鞋 | children's trainers | apparel | 119 | 399 | 0 | child
婴儿连体衣 | baby romper | apparel | 49 | 169 | 0 | child
积木套装 | building blocks | apparel | 79 | 699 | 0 | colour
"""
_DIGITAL = """
手机 | phone | phone | 899 | 5999 | 365 | storage
平板电脑 | tablet | electronics | 999 | 4599 | 365 | storage
笔记本电脑 | laptop | computer | 2999 | 9999 | 730 | storage
蓝牙耳机 | wireless earphones | electronics | 99 | 1299 | 365 | colour
智能手表 | smart watch | electronics | 299 | 2499 | 365 | colour
移动电源 | power bank | electronics | 59 | 259 | 180 | colour
机械键盘 | mechanical keyboard | electronics | 149 | 899 | 365 | colour
显示器 | monitor | electronics | 699 | 3999 | 1095 | colour
数码相机 | digital camera | electronics | 1999 | 8999 | 365 | colour
路由器 | router | electronics | 99 | 699 | 365 | colour
"""
_HOME = """
电饭煲 | rice cooker | appliance | 149 | 899 | 365 | colour
空气炸锅 | air fryer | appliance | 199 | 799 | 365 | colour
吸尘器 | vacuum cleaner | appliance | 299 | 2599 | 730 | colour
扫地机器人 | robot vacuum | appliance | 1299 | 4999 | 365 | colour
电吹风 | hair dryer | appliance | 59 | 999 | 365 | colour
冰箱 | refrigerator | appliance | 1499 | 6999 | 1095 | litres
洗衣机 | washing machine | appliance | 999 | 4999 | 1095 | litres
空调 | air conditioner | air_conditioner | 1799 | 5999 | 2190 | colour
电热水器 | water heater | appliance | 599 | 2599 | 2190 | litres
电风扇 | electric fan | appliance | 89 | 599 | 365 | colour
"""

SHOPS: tuple[Shop, ...] = (
    Shop(
        APPAREL,
        _APPAREL,
        "云岚 Mistral|素禾 Plainweave|拾光 Keepsake|北野 Northfield|棉语 Cottontale",
        60,
        1000,
        9900,
        30000,
        3000,
        "bluebird",
        40,
    ),
    Shop(KIDS, _KIDS, "小步 Little Steps|蒲公英 Dandelion|跳跳 Hopscotch|星芽 Starsprout", 20, 800, 16800, 20000, 2000, "bluebird", 15),
    Shop(
        DIGITAL,
        _DIGITAL,
        "极光 Aurora|澄光 Clearlight|灵犀 Rapport|远望 Farsight|纸鸢 Paperkite|流沙 Quicksand",
        60,
        1500,
        19900,
        200000,
        15000,
        "bluebird",
        30,
    ),
    Shop(
        HOME,
        _HOME,
        "暖居 Warmnest|清波 Clearwave|白桦 Birch|轻风 Zephyr|禾光 Harvestglow|拙木 Plainwood",
        60,
        3000,
        100000,
        300000,
        30000,
        "hills",
        15,
    ),
)

VERSIONS: dict[str, tuple[Text, ...]] = {
    "adult": (say("S 码", "size S"), say("M 码", "size M"), say("L 码", "size L"), say("XL 码", "size XL")),
    "child": (say("100 厘米", "100 cm"), say("110 厘米", "110 cm"), say("120 厘米", "120 cm"), say("130 厘米", "130 cm")),
    "shoe": (say("37 码", "size 37"), say("39 码", "size 39"), say("41 码", "size 41"), say("43 码", "size 43")),
    "storage": (say("128 GB", "128 GB"), say("256 GB", "256 GB"), say("512 GB", "512 GB")),
    "litres": (say("标准容量", "standard size"), say("大容量", "large size")),
    "colour": (say("标准版", "standard"),),
}
COLOURS: tuple[Text, ...] = (
    say("雾白", "mist white"), say("石墨黑", "graphite"), say("苔绿", "moss green"), say("海盐蓝", "sea-salt blue"), say("杏色", "apricot"),
)  # fmt: skip
