"""How Bolt's house is furnished for the plays: an address book, workshops with their people, units to lend, pieces on the shelf."""

from __future__ import annotations

from typing import Any

from amends.management.demo.goods.wares import WARES
from amends.management.demo.market import a_user
from amends.management.demo.money import hand
from amends.market.models import Product
from amends.people.rules import Actor, Role
from amends.repairs.models import LoanUnit, Workshop
from amends.repairs.workshops import save_loan_unit, save_technician, save_workshop
from amends.shipping.addresses import Given, put_address
from amends.stock.models import StockLevel
from amends.stock.verbs import tell_level

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
EAST = "东区仓库"
WORKSHOP, TECHNICIAN = "workshop@example.com", "technician@example.com"


def furnish() -> None:
    """Everything stands that the plays need; what is there already stays as it is."""
    bolt = hand("bolt@example.com")
    _addresses(bolt)
    near = _workshops(bolt)
    if not LoanUnit.objects.filter(merchant_id=near.merchant_id).exists():
        for zh, en, serial in (("备用平板", "loan tablet", "LT-0001"), ("备用平板", "loan tablet", "LT-0002")):
            save_loan_unit({"name_zh": zh, "name_en": en, "serial": serial, "goods_class": "electronics", "value_minor": 99_900}, by=bolt)
    products = {product.key: product for product in Product.objects.filter(merchant_id=near.merchant_id, key__in=WARES).order_by("pk")}
    if not StockLevel.objects.filter(merchant_id=near.merchant_id).exists():
        for key, ware in WARES.items():
            if ware.stock is not None and key in products:
                tell_level(products[key], EAST, ware.stock, source="demo")


def _addresses(bolt: Actor) -> None:
    rows = (
        Given("main", "售后组", "广东省深圳市极光路 88 号东区仓库（虚构地址）", "0755-0000 0001", EAST, is_default=True,
              hours=_open([1, 2, 3, 4, 5, 6], "09:00", "18:00")),
        Given("bulky", "大件组", "广东省深圳市极光路 90 号大件仓（虚构地址）", "0755-0000 0002", "大件仓", goods=["appliance"],
              hours=_open([1, 2, 3, 4, 5], "09:00", "17:00")),
    )  # fmt: skip
    for row in rows:
        put_address(row, by=bolt)


def _open(days: list[int], opens: str, closes: str) -> list[dict[str, Any]]:
    return [{"days": days, "from": opens, "until": closes}]


def _workshops(bolt: Actor) -> Workshop:
    """One near the city that comes home and takes in what is brought, with two technicians; one that repairs telephones by post."""
    hours = _open(EVERY_DAY, "08:00", "21:00")
    near = save_workshop("city", {
        "name_zh": "极光城区维修点（虚构）", "name_en": "Aurora city workshop (invented)",
        "address": "广东省深圳市极光路 66 号（虚构地址）",
        "ways": ["home", "workshop"], "skills": ["appliance", "electronics"], "hours": hours,
    }, by=bolt)  # fmt: skip
    save_workshop("central", {
        "name_zh": "极光手机维修中心（虚构）", "name_en": "Aurora telephone repair centre (invented)",
        "address": "广东省惠州市寄修路 5 号（虚构地址）", "ways": ["post"], "skills": ["phone"], "hours": hours,
    }, by=bolt)  # fmt: skip
    for email, name in ((WORKSHOP, "Wes"), (TECHNICIAN, "Tina")):
        a_user(email, name, Role.WORKSHOP, merchant=near.merchant, workshop=near)
    known = set(near.technicians.values_list("name", flat=True))
    for name, more in (("Tina", {"email": TECHNICIAN}), ("Tom", {})):
        if name not in known:
            save_technician(near.ref, {"name": name, "day_most": 8, **more}, by=bolt)
    return near
