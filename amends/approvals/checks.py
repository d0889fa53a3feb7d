"""What must hold of approvals whatever happened: each that was done is noted once, on the right person, and nothing else is.

For `amends verify`; it reads the whole tables in two statements and changes nothing.
"""

from __future__ import annotations

from django.db import connection

DONE = """
SELECT a.ref, a.state, count(s.id)
FROM approvals_approval a
LEFT JOIN approvals_spending s ON s.merchant_id = a.merchant_id AND s.approval_ref = a.ref
    AND s.amount_minor = a.amount_minor AND s.unit = a.unit
    AND s.user_id = CASE WHEN a.state = 'granted' THEN a.decided_by_id ELSE a.asked_by_id END
GROUP BY a.id, a.ref, a.state
HAVING count(s.id) <> CASE WHEN a.state IN ('granted', 'broken') THEN 1 ELSE 0 END
ORDER BY a.id LIMIT %s
"""
STRAY = """
SELECT s.key, s.approval_ref
FROM approvals_spending s
LEFT JOIN approvals_approval a ON a.merchant_id = s.merchant_id AND a.ref = s.approval_ref AND a.state IN ('granted', 'broken')
WHERE s.approval_ref <> '' AND a.id IS NULL
ORDER BY s.id LIMIT %s
"""
MOST = 50


def torn_approvals() -> list[str]:
    """Approvals done and not noted, or noted and not done; sums noted for an approval that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(DONE, [MOST])
        found = [f"approval {ref} is {state} and noted {n} times" for ref, state, n in cursor.fetchall()]
        cursor.execute(STRAY, [MOST])
        return found + [f"sum {key} names {ref}, which was not done" for key, ref in cursor.fetchall()]
