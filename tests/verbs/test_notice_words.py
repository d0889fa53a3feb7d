"""Every notice of the table can be read in both languages with nothing left in braces, and a lapse names the rule and its length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amends.kernel import clock
from amends.market.models import Merchant
from amends.notices.models import Notice
from amends.notices.queries import in_words, notices_for
from amends.notices.rules.table import every_row
from tests.cast import Cast, an_order, claims, later_by, the_cast
from tests.messages_at_hand import services

AT = datetime(2026, 6, 1, 2, tzinfo=UTC)
SHOP = Merchant(ref="ME-0000-0000-0000", name_zh="螺栓五金", name_en="Bolt Hardware")
RICH = {
    "case": "AS-5N2P-7C4G-9KV3", "silence": "approve", "limit": "merchant_answers", "length": "48h", "until": AT.isoformat(),
    "amount_minor": 12800, "unit": "CNY", "next": {"life": "case", "stage": "executing", "due_at": AT.isoformat()},
    "address": "hooks.example.com", "reason": "weather",
}  # fmt: skip


@pytest.mark.parametrize(
    "facts", [RICH, {"case": "AS-5N2P-7C4G-9KV3", "address": "hooks.example.com"}], ids=["all facts", "the case alone"]
)
@pytest.mark.usefixtures("db")
def test_every_row_can_be_read_with_all_facts_and_with_the_fewest(facts: dict[str, object]) -> None:
    due = AT + timedelta(days=1) if len(facts) > 2 else None
    for row in every_row():
        notice = Notice(merchant=SHOP, made_at=AT, party=row.to.value, kind=row.kind, urgency=row.urgency.value, facts=facts, due_at=due)
        told = in_words(notice)
        for text in (told.subject, told.body):
            for language in ("zh", "en"):
                said = text.into(language)
                assert "{" not in said, row
                assert "  " not in said, row
                assert "““" not in said, row


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def test_a_merchants_silence_is_told_with_the_rule_and_its_length_to_both(cast: Cast, stepped_clock: clock.Stepped) -> None:
    with services():
        claims(an_order(cast.bolts, cast.annas), by=cast.anna)
        later_by(stepped_clock, timedelta(hours=49))
    anna, bolt = ([n for n in notices_for(actor) if n.kind == "case.approve.clock"] for actor in (cast.anna, cast.bolt))
    assert [len(anna), len(bolt)] == [1, 1]
    assert "商家在 3月12日 10:00（北京时间）前没有答复，按“商家答复时限 48 小时”" in anna[0].body.into("zh")
    assert "there was no answer from the merchant, so under the rule “time to answer: 48 hours”" in anna[0].body.into("en")
    assert "没有得到商家的答复，按“商家答复时限 48 小时”视为同意" in bolt[0].body.into("zh")
    assert "Next: waiting for the return address, until" in anna[0].body.into("en")
