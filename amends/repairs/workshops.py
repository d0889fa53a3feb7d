"""A merchant's workshops, their technicians and the units they lend: told once, changed, closed. The merchant alone says them.

What is closed takes no new job; appointments and loans that stand are kept. Not about who is where when: booking.py is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from amends.cases.hands import check_not_reader
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.money import currencies
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.market.rules.goods import CLASSES
from amends.people.models import Membership, User
from amends.people.rules import Actor, Role
from amends.policy.queries import calendar
from amends.repairs.models import Loan, LoanUnit, Technician, Workshop
from amends.repairs.opening import calendar_of, hours_of
from amends.repairs.rules import LOAN, WAYS

GOODS_CLASSES = tuple(sorted(CLASSES))
DEFAULT_HOURS = [{"days": [1, 2, 3, 4, 5, 6], "from": "09:00", "until": "18:00"}]
LONGEST_KEY, MOST_KEYS, MOST_A_DAY = 40, 60, 48


def shop_of(by: Actor) -> int:
    """The merchant for whom `by` keeps workshops. Raises NotFound for everybody else, NotYourMove for who only reads."""
    if by.party is not Party.MERCHANT or not by.merchant_id:
        raise NotFound
    check_not_reader(by)
    return by.merchant_id


@transaction.atomic
def save_workshop(key: str, given: Mapping[str, Any], *, by: Actor) -> Workshop:
    """The workshop `key` of `by`'s shop is as `given` (name_zh, name_en, address, ways, skills, zones, hours, tz, slot_minutes); what is
    left out stays, or has its default when it is new. Raises NotFound, Unprocessable."""
    merchant_id, key = shop_of(by), _key(key)
    row = Workshop.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id, key=key).first()
    row = row or Workshop(
        merchant_id=merchant_id, key=key, ref=new_ref("WS"), made_at=clock.now(), ways=list(WAYS), hours=list(DEFAULT_HOURS)
    )
    row.name_zh = _name(given.get("name_zh", row.name_zh), "name_zh")
    row.name_en = _name(given.get("name_en", row.name_en) or row.name_zh, "name_en")
    row.address = clean_words(str(given.get("address", row.address)), field="address", longest=300)
    row.ways = _some(given.get("ways", row.ways), "ways", WAYS, required=True)
    row.skills = _some(given.get("skills", row.skills), "skills", GOODS_CLASSES)
    row.zones = _some(given.get("zones", row.zones), "zones")
    row.hours, row.tz = hours_of(given.get("hours", row.hours)), str(given.get("tz", row.tz))
    row.slot_minutes = _number(given.get("slot_minutes", row.slot_minutes), "slot_minutes", 15, 480)
    calendar_of(key, row.hours, row.tz, calendar(Merchant.objects.values_list("calendar", flat=True).get(pk=merchant_id)))
    row.ended_at = None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as refused:
        raise Conflict(say("这个维修点刚被别人保存过，请刷新。", "Somebody just saved this workshop. Reload.")) from refused
    return row


def close_workshop(ref: str, *, by: Actor) -> Workshop:
    """It takes no new jobs. Closing it again changes nothing. Raises NotFound."""
    row = workshop_of(ref, by)
    Workshop.objects.filter(merchant_id=row.merchant_id, pk=row.pk, ended_at__isnull=True).update(ended_at=clock.now())
    row.refresh_from_db()
    return row


@transaction.atomic
def save_technician(workshop: str, given: Mapping[str, Any], *, ref: str = "", by: Actor) -> Technician:
    """A technician of this workshop (WS-… or its key) is as `given`: name, skills, zones, day_most, email of who signs in as them.

    The address belongs to somebody who works for this very workshop (role workshop). Raises NotFound, Unprocessable.
    """
    shop = workshop_of(workshop, by)
    row = _technician(shop, ref) if ref else Technician(
        merchant_id=shop.merchant_id, workshop=shop, ref=new_ref("TE"), made_at=clock.now()
    )  # fmt: skip
    row.name = _name(given.get("name", row.name), "name", longest=80)
    row.skills = _some(given.get("skills", row.skills), "skills", GOODS_CLASSES)
    row.zones = _some(given.get("zones", row.zones), "zones")
    row.day_most = _number(given.get("day_most", row.day_most), "day_most", 1, MOST_A_DAY)
    if "email" in given:
        row.user = _worker(shop, str(given["email"] or ""))
    row.ended_at = None
    row.save()
    return row


def end_technician(ref: str, *, by: Actor) -> Technician:
    """They take no new appointments; those that stand are to be moved by a person. Raises NotFound."""
    merchant_id = shop_of(by)
    row = Technician.objects.filter(merchant_id=merchant_id, ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    Technician.objects.filter(merchant_id=merchant_id, pk=row.pk, ended_at__isnull=True).update(ended_at=clock.now())
    row.refresh_from_db()
    return row


@transaction.atomic
def save_loan_unit(given: Mapping[str, Any], *, ref: str = "", by: Actor) -> LoanUnit:
    """A unit that may be lent is as `given`: name_zh, name_en, serial, goods_class, value_minor, currency, workshop (a key, or empty)."""
    merchant_id = shop_of(by)
    row = _loan_unit(merchant_id, ref) if ref else LoanUnit(
        merchant_id=merchant_id, ref=new_ref("LU"), made_at=clock.now(), currency="CNY", goods_class="general"
    )  # fmt: skip
    row.name_zh = _name(given.get("name_zh", row.name_zh), "name_zh")
    row.name_en = _name(given.get("name_en", row.name_en) or row.name_zh, "name_en")
    row.serial = clean_words(str(given.get("serial", row.serial)), field="serial", longest=60)
    row.goods_class = _one(given.get("goods_class", row.goods_class), "goods_class", GOODS_CLASSES)
    row.value_minor = _number(given.get("value_minor", row.value_minor), "value_minor", 0, 10**12)
    row.currency = _one(given.get("currency", row.currency), "currency", tuple(sorted(currencies())))
    if "workshop" in given:
        row.workshop = workshop_of(str(given["workshop"]), by) if given["workshop"] else None
    row.save()
    return row


@transaction.atomic
def end_loan_unit(ref: str, *, by: Actor) -> LoanUnit:
    """It is lent no more. Raises NotFound, NoSuchMove while somebody has it."""
    row = _loan_unit(shop_of(by), ref)
    if Loan.objects.filter(merchant_id=row.merchant_id, unit_id=row.pk, stage__in=LOAN.open_stages).exists():
        raise NoSuchMove(say("这台备用机还在外面，先收回来。", "It is lent. Have it brought back first."), code="lent_elsewhere")
    if row.ended_at is None:
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
    return row


# ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def workshops(by: Actor) -> QuerySet[Workshop]:
    """The workshops that `by` may know of: a merchant its own, a workshop itself, the platform all."""
    rows = Workshop.objects.prefetch_related("technicians__user").order_by("merchant_id", "key")
    if by.sees_everything:
        return rows
    if by.party is Party.MERCHANT and by.merchant_id:
        return rows.filter(merchant_id=by.merchant_id)
    if by.party is Party.WORKSHOP and by.workshop_id:
        return rows.filter(merchant_id=by.merchant_id or 0, pk=by.workshop_id)
    return rows.none()


def loan_units(by: Actor) -> QuerySet[LoanUnit]:
    """The loan units of `by`'s shop, or of its workshop."""
    rows = LoanUnit.objects.select_related("workshop").filter(ended_at__isnull=True).order_by("pk")
    if by.sees_everything:
        return rows
    if by.party is Party.MERCHANT and by.merchant_id:
        return rows.filter(merchant_id=by.merchant_id)
    if by.party is Party.WORKSHOP and by.workshop_id:
        return rows.filter(merchant_id=by.merchant_id or 0, workshop_id=by.workshop_id)
    return rows.none()


def workshop_of(ref: str, by: Actor) -> Workshop:
    """The workshop of `by`'s shop by reference or key. Raises NotFound."""
    rows = Workshop.objects.filter(merchant_id=shop_of(by))
    row = rows.filter(ref=clean_ref(ref) or "").first() or rows.filter(key=ref.strip()).first()
    if row is None:
        raise NotFound
    return row


def _technician(shop: Workshop, ref: str) -> Technician:
    row = Technician.objects.filter(merchant_id=shop.merchant_id, workshop_id=shop.pk, ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    return row


def _loan_unit(merchant_id: int, ref: str) -> LoanUnit:
    row = LoanUnit.objects.filter(merchant_id=merchant_id, ref=clean_ref(ref) or "").first()
    if row is None:
        raise NotFound
    return row


def _worker(shop: Workshop, email: str) -> User | None:
    if not email.strip():
        return None
    member = Membership.objects.filter(
        role=Role.WORKSHOP.value, merchant_id=shop.merchant_id, workshop_id=shop.pk, user__email=email.strip()
    ).first()
    if member is None:
        wrong = say("这个邮箱不属于这个维修点的人员。", "Nobody of this workshop signs in with this address.")
        raise Unprocessable.field("email", wrong, code="not_a_worker")
    return member.user


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _key(key: str) -> str:
    clean = clean_words(key, field="key", required=True, longest=LONGEST_KEY)
    if not all(c.isalnum() or c in "-_" for c in clean):
        wrong = say("代号只能用字母、数字和 - _。", "A key has letters, digits, - and _ only.")
        raise Unprocessable.field("key", wrong, code="wrong_key")
    return clean


def _name(given: Any, field: str, longest: int = 120) -> str:
    return clean_words(str(given or ""), field=field, required=True, longest=longest)


def _some(given: Any, field: str, known: Sequence[str] = (), *, required: bool = False) -> list[str]:
    """A list of keys, each once, of those that are known. Raises Unprocessable naming them."""
    keys = list(dict.fromkeys(str(one).strip() for one in given)) if isinstance(given, Sequence) and not isinstance(given, str) else None
    if keys is None or len(keys) > MOST_KEYS or any(not 0 < len(key) <= LONGEST_KEY for key in keys) or (required and not keys):
        raise Unprocessable.field(field, say("请写成一列代号。", "Write it as a list of keys."), code="wrong_keys")
    for key in keys if known else ():
        _one(key, field, known)
    return keys


def _one(given: Any, field: str, known: Sequence[str]) -> str:
    if str(given) in known:
        return str(given)
    wrong = say("没有“{it}”。可选：{all}。", "There is no “{it}”. Choose from {all}.", it=str(given)[:40], all=", ".join(known))
    raise Unprocessable.field(field, wrong, code="unknown_key")


def _number(given: Any, field: str, least: int, most: int) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and least <= given <= most:
        return given
    wrong = say("请填 {least} 到 {most} 之间的整数。", "Give a whole number from {least} to {most}.", least=least, most=most)
    raise Unprocessable.field(field, wrong, code="wrong_number")
