"""Telephone numbers: what a person types becomes E.164, read by Google's `phonenumbers`; and what of it may be shown. Not about sending."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say

REACHED_BY_SMS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN}


def e164(text: str, region: str = "CN") -> str:
    """The number as +8613812345678. Without a country code it is one of `region` (ISO 3166, mainland China).

    Raises Unprocessable (field `phone`): no number, no number of that country, a landline.
    """
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as wrong:
        raise _refused() from wrong
    if number.extension or not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in REACHED_BY_SMS:
        raise _refused()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """An E.164 number for showing: country code, beginning and the last four digits (+86 138****5678)."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return "****" + number[-4:]
    national = phonenumbers.national_significant_number(parsed)
    hidden = max(0, len(national) - 7)
    return f"+{parsed.country_code} {national[:3]}{'*' * hidden}{national[3 + hidden :]}"


def _refused() -> Unprocessable:
    why = say("不是可接收短信的手机号。", "This is not a mobile number that can receive an SMS.")
    return Unprocessable(why, fields={"phone": why})
