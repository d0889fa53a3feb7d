"""What was seen of a unit on the bench, beside the verdict: grade, serial number, weight, answers of the template, photos by slot.

Checked against the template of its class of goods (grading.py) and against what was sold: another serial number is another article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.returns.article import article_of
from amends.returns.grading import CHECKS, GRADES, NEEDED, SLOTS, clean_serial, is_imei, template_of
from amends.returns.models import Inspection

SEEN_COLUMNS = ("grade", "serial", "serial_fits", "weight_grams", "checks", "photos")
WRONG_ITEM = "wrong_item"
PHONE = "phone"
MOST_GRAMS = 1_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """`grade` A to D ('' where nobody graded), `serial` as it was read, grams, answers by question, and evidence references by slot."""

    grade: str = ""
    serial: str = ""
    weight_grams: int | None = None
    checks: Mapping[str, bool] = field(default_factory=dict)
    photos: Mapping[str, str] = field(default_factory=dict)


NOTHING = Seen()


def check_seen(rows: Sequence[Inspection], seen: Seen, verdict: str, *, field: str = "") -> Seen:
    """What was seen, cleaned. Raises Unprocessable where it cannot be, and where the verdict needs more than was seen."""
    template = template_of(rows[0].unit.line.goods_class)
    if seen.grade and seen.grade not in GRADES:
        raise _wrong(field, "grade", say("品级是 A 到 D。", "A grade is A to D."), "unknown_grade")
    for name, known, asked in (("photos", template.slots, SLOTS), ("checks", template.checks, CHECKS)):
        unknown = sorted(set(getattr(seen, name)) - set(known))
        if unknown:
            it = say("这类商品没有“{it}”。可选：{all}。", "This class of goods has no “{it}”. Choose among {all}.",
                     it=unknown[0], all=", ".join(each for each in asked if each in known))  # fmt: skip
            raise _wrong(field, name, it, "not_in_template")
    if seen.weight_grams is not None and not 1 <= seen.weight_grams <= MOST_GRAMS:
        wrong = say("重量应在 1 克到 {most} 克之间。", "The weight is between 1 and {most} grams.", most=MOST_GRAMS)
        raise _wrong(field, "weight_grams", wrong, "wrong_weight")
    serial = _serial(rows, seen.serial, verdict, field)
    _enough(seen, verdict, field)
    return replace(seen, serial=serial)


def put_seen(row: Inspection, seen: Seen, verdict: str) -> None:
    """The row shows what was seen; what was not looked at again stays as it was. Not saved."""
    row.grade = seen.grade or row.grade
    if seen.serial:
        row.serial, row.serial_fits = seen.serial, fits(row, seen.serial)
    row.weight_grams = seen.weight_grams or row.weight_grams
    row.checks = {**row.checks, **seen.checks, **({WRONG_ITEM: True} if verdict == "wrong" else {})}
    row.photos = {**row.photos, **seen.photos}


def fits(row: Inspection, serial: str) -> bool | None:
    """Whether this is the serial number that was sold; None where the shop did not tell one."""
    sold = clean_serial(article_of(row)[1])
    return None if not sold else sold == serial


def _serial(rows: Sequence[Inspection], typed: str, verdict: str, field: str) -> str:
    serial = clean_serial(typed)
    row = rows[0]
    if serial is None or (serial and row.unit.line.goods_class == PHONE and serial.isdigit() and not is_imei(serial)):
        mistyped = say("序列号不对：IMEI 是 15 位数字，最后一位是校验位，请再核对。",
                       "That is no serial number: an IMEI has 15 digits and the last one checks the others.")  # fmt: skip
        raise _wrong(field, "serial", mistyped, "serial_shape")
    if serial and len(rows) > 1:
        raise _wrong(field, "serial", say("一个序列号只属于一件商品。", "A serial number is of one unit only."), "wrong_quantity")
    if verdict not in ("accept", "reduce"):
        return serial
    if not serial and any(article_of(one)[1] for one in rows):
        needed = say("卖出时登记了序列号，请读出并填写。", "It was sold with a serial number. Please read and give it.")
        raise _wrong(field, "serial", needed, "required")
    if serial and fits(row, serial) is False:
        other = say("序列号不是卖出的那一件。如果寄回的是别的商品，请选“寄错”。",
                    "That is not the serial number that was sold. If another article came back, choose “wrong item”.")  # fmt: skip
        raise _wrong(field, "serial", other, "serial_differs")
    return serial


def _enough(seen: Seen, verdict: str, field: str) -> None:
    needed = {"reduce": NEEDED, "wrong": NEEDED[:1]}.get(verdict, ())
    if verdict == "reduce" and not seen.grade:
        raise _wrong(field, "grade", say("扣减前请先定品级。", "Give the grade before you deduct."), "required")
    lacking = [SLOTS[slot] for slot in needed if not seen.photos.get(slot)]
    if lacking:
        photo = say("还缺照片：{slot}。", "A photo is missing: {slot}.", slot=lacking[0])
        raise _wrong(field, "photos", photo, "photo_missing")


def _wrong(prefix: str, name: str, text: Text, code: str) -> Unprocessable:
    return Unprocessable.field(f"{prefix}{name}", text, code=code)
