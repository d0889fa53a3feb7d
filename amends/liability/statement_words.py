"""What a merchant's accounts are called on its own statement: from its side, where the whole ledger names them from ours."""

from __future__ import annotations

from amends.kernel.texts import Text, say

ACCOUNTS: dict[str, Text] = {
    "held": say("代收货款", "sales held for you"),
    "receivable": say("应付平台", "what you owe"),
    "deposit": say("保证金", "deposit"),
    "deposit_held": say("冻结的保证金", "deposit on hold"),
    "disputed": say("拒付待定", "disputed by banks"),
    "vouchers_given": say("发出的优惠券", "vouchers given"),
}
"""In the order in which they stand on a statement."""
