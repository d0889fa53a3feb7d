"""Which class of goods a commodity is, and what it is called: the two tables of the neighbouring files, parsed and checked at import."""

from __future__ import annotations

from dataclasses import dataclass

from amends.kernel.texts import Text
from amends.market.rules.category_food import FOOD
from amends.market.rules.category_goods import DEPARTMENTS, GOODS

# The classes that the policy knows (FACTS.md 1.1), with the words a shop's file may use for them.
CLASS_WORDS: dict[str, tuple[str, ...]] = {
    "general": ("普通商品", "日用", "其他", "other"),
    "apparel": ("服装", "服饰", "鞋服", "clothing", "clothes", "fashion"),
    "electronics": ("电子产品", "数码", "3c", "electronic", "digital devices"),
    "phone": ("手机", "mobile phone", "smartphone"),
    "computer": ("电脑", "笔记本", "laptop"),
    "appliance": ("家电", "家用电器", "appliances", "home appliance"),
    "air_conditioner": ("空调", "air conditioner", "aircon"),
    "car": ("家用汽车", "汽车", "cars", "motor car"),
    "food": ("食品", "groceries", "grocery"),
    "fresh": ("生鲜", "鲜活易腐", "perishable", "fresh food"),
    "cosmetics": ("化妆品", "美妆", "beauty", "cosmetic"),
    "medical": ("医疗器械", "药品", "medical devices", "medicine"),
    "digital": ("数字商品", "虚拟商品", "digital goods", "virtual"),
    "custom": ("定制", "定作", "made to order", "personalised", "personalized"),
    "newspaper": ("报刊", "报纸期刊", "periodical", "newspapers"),
    "intimate": ("贴身用品", "贴身衣物", "underwear", "hygiene"),
    "near_expiry": ("临期", "瑕疵", "near expiry", "short dated"),
}
CLASSES = frozenset(CLASS_WORDS)


@dataclass(frozen=True, slots=True)
class Commodity:
    """One commodity: its Chinese name and its class of goods."""

    zh: str
    goods_class: str


def class_of_word(word: str) -> str | None:
    """The class that a shop's word means, whatever its case; None where nobody knows it."""
    wanted = word.strip().lower()
    return next((name for name, words in CLASS_WORDS.items() if wanted == name or wanted in words), None)


def commodity(category: str | None, department: str) -> Commodity:
    """What an article of this commodity is, or of this department where the commodity is not named. Raises KeyError for unknown words."""
    return CATEGORIES[category] if category else BY_DEPARTMENT[department]


def product_name(kind: Commodity, category: str, *, article: str, size: str, private: bool) -> Text:
    """The article in both languages, from the data's own words: commodity, article, package and whose brand it is."""
    said = dict.fromkeys(_readable(part).lower() for part in (category, article) if part.strip())
    words = ": ".join(said).capitalize()
    packed = f", {size.strip()}" if size.strip() else ""
    brand = Text("自有品牌", "private label") if private else Text("全国品牌", "national brand")
    return Text(f"{kind.zh}（{_readable(article).lower()}{packed}，{brand.zh}）", f"{words}{packed}, {brand.en}")


def _readable(words: str) -> str:
    """The till's own words without broken brackets; its abbreviations stay, because they are what the data says."""
    return " ".join(words.replace("(", " ").replace(")", " ").split())


def _parsed(table: str) -> dict[str, Commodity]:
    rows: dict[str, Commodity] = {}
    for line in filter(None, table.splitlines()):
        name, zh, goods_class = line.split(" | ")
        if goods_class not in CLASSES or name in rows or not zh.strip():
            raise ValueError(f"a wrong row in a table of commodities: {line}")
        rows[name] = Commodity(zh, goods_class)
    return rows


CATEGORIES = _parsed(FOOD + GOODS)
BY_DEPARTMENT = _parsed(DEPARTMENTS)
