"""What is answered. Sums are integers in minor units with their currency, instants RFC 3339 in UTC, words in both languages.

The field names are those of the trade (docs/glossary); nothing here reads the database (telling.py fills these).
"""

from __future__ import annotations

from ninja import Schema
from pydantic import ConfigDict


class TextOut(Schema):
    """A sentence in both languages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"zh": "退货退款", "en": "return and refund"}]})

    zh: str
    en: str


class Money(Schema):
    """A sum in minor units. `currency` is an ISO code, or the unit of a tender restored in kind, such as CNY.coupon."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount_minor": 12860, "currency": "CNY"}]})

    amount_minor: int
    currency: str


class FieldProblem(Schema):
    detail: str
    texts: TextOut


class Problem(Schema):
    """RFC 9457. `detail` follows Accept-Language, `texts` holds both languages, `fields` names what is wrong and what would be right."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:amends:problem:wrong_quantity",
                    "title": "Something in it is not right",
                    "status": 422,
                    "detail": "1 were bought; 0 can still be claimed.",
                    "code": "wrong_quantity",
                    "texts": {"zh": "这件商品买了 1 件，还能申请 0 件。", "en": "1 were bought; 0 can still be claimed."},
                    "fields": {},
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    texts: TextOut
    fields: dict[str, FieldProblem]


class HookOut(Schema):
    """The push is kept: `stored` for the first time, or `known` from before. What it says is worked afterwards."""

    state: str
