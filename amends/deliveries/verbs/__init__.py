"""What people, carriers and the clock do with an outbound delivery that went wrong."""

from amends.deliveries.verbs.answering import (
    admit_damage,
    break_date,
    bring_back,
    carrier_says,
    declare_lost,
    deliver,
    deny_damage,
    give_date,
    keep_way,
    take_new_way,
)
from amends.deliveries.verbs.asking import confirm, enquire, fetch_back, lead_elsewhere, redeliver, report_absent

__all__ = [
    "admit_damage",
    "break_date",
    "bring_back",
    "carrier_says",
    "confirm",
    "declare_lost",
    "deliver",
    "deny_damage",
    "enquire",
    "fetch_back",
    "give_date",
    "keep_way",
    "lead_elsewhere",
    "redeliver",
    "report_absent",
    "take_new_way",
]
