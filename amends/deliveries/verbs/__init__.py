"""What people, carriers and the clock do with an outbound delivery that went wrong."""

from amends.deliveries.verbs.answering import (
    break_date,
    bring_back,
    carrier_says,
    declare_lost,
    deliver,
    give_date,
    keep_way,
    take_new_way,
)
from amends.deliveries.verbs.asking import confirm, enquire, fetch_back, lead_elsewhere, redeliver, report_absent

__all__ = [
    "break_date",
    "bring_back",
    "carrier_says",
    "confirm",
    "declare_lost",
    "deliver",
    "enquire",
    "fetch_back",
    "give_date",
    "keep_way",
    "lead_elsewhere",
    "redeliver",
    "report_absent",
    "take_new_way",
]
