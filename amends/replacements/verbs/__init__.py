"""What people, carriers and the clock do with a replacement: reserve, run out, choose, say where to, ship, deliver, confirm."""

from amends.replacements.verbs.arriving import (
    carrier_says,
    confirm,
    declare_lost,
    deliver,
    report_wrong,
    resume_travel,
)
from amends.replacements.verbs.choosing import choose_other, fall_back
from amends.replacements.verbs.destination import send_elsewhere
from amends.replacements.verbs.packing import reserve, run_out, ship

__all__ = [
    "carrier_says", "choose_other", "confirm", "declare_lost", "deliver", "fall_back", "report_wrong", "reserve", "resume_travel",
    "run_out", "send_elsewhere", "ship",
]  # fmt: skip
