"""What an offer or a ruling may be made of: parts that fit together, and the sentence where they do not."""

from __future__ import annotations

from typing import Any

import pytest

from amends.cases.rules.mix import MOST_PARTS, Part, from_rows, parsed
from amends.kernel.refusals import Unprocessable

REFUND = {"remedy": "refund_only", "units": [1]}


def test_parts_come_back_from_their_rows_as_they_were() -> None:
    parts = parsed([
        {"remedy": "return_refund", "units": [1, 2], "amount_minor": 100},
        {"remedy": "repair", "units": [3]},
        {"remedy": "none", "units": [4]},
        {"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 5},
        {"remedy": "goodwill", "amount_minor": 7, "borne_by": "platform"},
    ])  # fmt: skip
    assert from_rows([part.to_json() for part in parts]) == parts
    assert [part.in_money for part in parts] == [True, False, False, True, True]
    assert parts[4] == Part("goodwill", amount_minor=7, borne_by="platform")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ([], "no_parts"),
        ([REFUND] * (MOST_PARTS + 1), "too_many_parts"),
        ([{"remedy": "a_car", "units": [1]}], "unknown_remedy"),
        ([REFUND | {"stage": "closed"}], "unknown_field"),
        ([REFUND | {"borne_by": "carrier"}], "unknown_bearer"),
        ([{"remedy": "refund_only"}], "units_wrong"),
        ([{"remedy": "goodwill", "units": [1], "amount_minor": 1}], "units_wrong"),
        ([{"remedy": "exchange", "units": [1], "amount_minor": 1}], "no_amount_here"),
        ([{"remedy": "goodwill", "amount_minor": 0}], "not_above_zero"),
        ([REFUND | {"amount_minor": -1}], "not_above_zero"),
        ([{"remedy": "price_adjustment", "units": [1]}], "amount_missing"),
        ([{"remedy": "extra", "amount_minor": 1}], "line_wrong"),
        ([REFUND | {"line": 1, "part": "freight"}], "line_wrong"),
        ([REFUND, {"remedy": "repair", "units": [1]}], "unit_twice"),
        ([REFUND, {"remedy": "price_adjustment", "units": [1], "amount_minor": 1}], "stays_and_goes"),
        (["refund_only"], "no_object"),
        ([{"remedy": ["refund_only"], "units": [1]}], "wrong_kind"),
        ([REFUND | {"units": 1}], "wrong_kind"),
        ([REFUND | {"units": "17"}], "wrong_kind"),
        ([REFUND | {"units": ["1"]}], "wrong_kind"),
        ([REFUND | {"units": [[1]]}], "wrong_kind"),
        ([REFUND | {"units": [True]}], "wrong_kind"),
        ([REFUND | {"amount_minor": "100"}], "wrong_kind"),
        ([REFUND | {"amount_minor": 1.5}], "wrong_kind"),
        ([REFUND | {"amount_minor": 10**16}], "wrong_kind"),
        ([{"remedy": "extra", "line": "one", "part": "freight", "amount_minor": 1}], "wrong_kind"),
        ([{"remedy": "extra", "line": 1, "part": ["freight"], "amount_minor": 1}], "wrong_kind"),
        ([REFUND | {"borne_by": ["merchant"]}], "wrong_kind"),
    ],
)
def test_what_does_not_fit_together_is_refused(raw: list[Any], code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        parsed(raw)
    assert (refused.value.code, set(refused.value.fields)) == (code, {"parts"})
