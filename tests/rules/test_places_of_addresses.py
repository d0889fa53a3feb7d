"""Addresses in one piece, taken apart for services that want street, city and post code by themselves."""

from __future__ import annotations

import pytest

from amends.plumbing.carriers.places_of_addresses import parts_of
from amends.plumbing.carriers.port import Address

SPRINGFIELD = {"street1": "742 Evergreen Terrace", "city": "Springfield", "state": "IL", "zip": "62701", "country": "US", "phone": ""}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("742 Evergreen Terrace, Springfield, IL 62701, US", SPRINGFIELD),
        ("742 Evergreen Terrace\nSpringfield\nIL 62701", SPRINGFIELD),
        ("742 Evergreen Terrace, Springfield, IL 62701, US, +1 555 010 9999", SPRINGFIELD | {"phone": "+1 555 010 9999"}),
        ("742 Evergreen Terrace, Springfield, IL 62701-1234, tel: 5550109999", SPRINGFIELD | {"zip": "62701-1234", "phone": "5550109999"}),
        ("1 Rua Direita, Sao Paulo, SP 01310100, BR", {"street1": "1 Rua Direita", "city": "Sao Paulo", "state": "SP", "zip": "01310100",
                                                       "country": "BR", "phone": ""}),
        ("人民路 1 号，13800000000", {"street1": "人民路 1 号", "country": "", "phone": "13800000000"}),
        ("somewhere", {"street1": "somewhere", "country": "", "phone": ""}),
        ("", {"street1": "", "country": "", "phone": ""}),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart_as_far_as_it_says(text: str, parts: dict[str, str]) -> None:
    assert parts_of(Address("Anna", "", text)) == parts


def test_a_telephone_of_its_own_stands_before_one_in_the_text() -> None:
    assert parts_of(Address("Anna", "110", "1 Street, Springfield, IL 62701, 15500000001"))["phone"] == "110"
