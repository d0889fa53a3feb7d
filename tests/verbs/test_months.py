"""The months of the partitioned tables: rows that came before their month was made keep nobody from making it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from amends.kernel.refs import new_ref
from amends.notices.models import Message

pytestmark = pytest.mark.django_db


def test_a_month_that_is_made_late_takes_in_the_rows_that_came_before_it() -> None:
    for day in (datetime(2031, 6, 1, tzinfo=UTC), datetime(2031, 6, 30, 23, 59, tzinfo=UTC), datetime(2031, 7, 1, tzinfo=UTC)):
        Message.objects.create(
            merchant_id=0, made_at=day, ref=new_ref("MG"), channel="mail", address="a@example.com", language="en", kind="mail",
            urgency="result", state="accepted", key=day.isoformat(),
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT amends_make_month('notices_message', %s), amends_make_month('notices_message', %s)", [date(2031, 6, 1)] * 2)
        assert cursor.fetchone() == (True, False)
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM notices_message WHERE made_at > '2031-01-01' GROUP BY 1 ORDER BY 1")
        assert cursor.fetchall() == [("notices_message_2031_06", 2), ("notices_message_other", 1)]
