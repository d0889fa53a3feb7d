"""Every sentence of the table, by the name that its rows use."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.appeal import APPEAL
from amends.notices.rules.sentences.approving import APPROVING
from amends.notices.rules.sentences.bearing import BEARING
from amends.notices.rules.sentences.case import CASE
from amends.notices.rules.sentences.complaints import COMPLAINTS
from amends.notices.rules.sentences.deliveries import DELIVERIES
from amends.notices.rules.sentences.elsewhere import ELSEWHERE
from amends.notices.rules.sentences.extension import EXTENSION
from amends.notices.rules.sentences.giving import GIVING
from amends.notices.rules.sentences.goods import GOODS
from amends.notices.rules.sentences.lending import LENDING
from amends.notices.rules.sentences.money import MONEY
from amends.notices.rules.sentences.offers import OFFERS
from amends.notices.rules.sentences.reminders import REMINDERS
from amends.notices.rules.sentences.repairs import REPAIRS
from amends.notices.rules.sentences.replacements import REPLACEMENTS
from amends.notices.rules.sentences.review import REVIEW
from amends.notices.rules.sentences.tasks import TASKS
from amends.notices.rules.sentences.told import Told
from amends.notices.rules.sentences.way_back import WAY_BACK

__all__ = ["SENTENCES", "Told"]

SENTENCES: Mapping[str, Told] = {
    **CASE, **APPROVING, **REVIEW, **APPEAL, **GOODS, **MONEY, **GIVING, **REMINDERS, **ELSEWHERE, **BEARING, **DELIVERIES, **WAY_BACK,
    **LENDING, **REPLACEMENTS, **REPAIRS, **EXTENSION, **OFFERS, **TASKS, **COMPLAINTS,
}  # fmt: skip
