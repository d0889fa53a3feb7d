"""What must hold of time stamps: each is over the line that it names, and no case lacks one for too long while there is an authority.

For `amends verify`; it reads and changes nothing.
"""

from __future__ import annotations

from django.db import connection

from amends.cases.models import Case
from amends.kernel.findings import finding
from amends.plumbing.timestamps.choosing import is_set_up
from amends.sealing.models import TimeStamp
from amends.sealing.stamping import lacking_for_long
from amends.sealing.third_party.verify import Torn, read_stamp

MOST = 50
ASTRAY = """
SELECT s.id, s.case_id, s.entries_count FROM sealing_time_stamp s
LEFT JOIN cases_entry e ON e.merchant_id = s.merchant_id AND e.case_id = s.case_id AND e.number = s.entries_count
WHERE e.hash IS DISTINCT FROM s.head ORDER BY s.id LIMIT %s
"""


def torn_stamps() -> list[str]:
    """Stamps over a line that is not there or has another hash, stamps whose token says something else, and cases that lack one."""
    with connection.cursor() as cursor:
        cursor.execute(ASTRAY, [MOST])
        found: list[str] = [
            finding(
                "时间戳 {pk} 不是售后单 {case} 第 {number} 条的", "time stamp {pk} is not over line {number} of case {case}",
                pk=pk, case=case, number=number,
            )
            for pk, case, number in cursor.fetchall()
        ]  # fmt: skip
    for pk, head, token in TimeStamp.objects.order_by("pk").values_list("pk", "head", "token").iterator(chunk_size=1000):
        if not _says(bytes(token), head):
            found.append(finding("时间戳 {pk} 的内容与记录不符", "time stamp {pk} does not say what its row says", pk=pk))
    if is_set_up():
        for ref in Case.objects.filter(pk__in=lacking_for_long(most=MOST)).order_by("pk").values_list("ref", flat=True):
            found.append(finding("售后单 {ref} 早该有时间戳", "case {ref} lacks a time stamp that is long due", ref=ref))
    return found


def _says(token: bytes, head: str) -> bool:
    try:
        return bool(read_stamp(token)["imprint"] == head)
    except Torn:
        return False
