"""One intent to pay one tender, as a table (docs/lifecycle.md draws it). Its id is the key at the gateway for ever.

Counted, so that no circle goes on for ever. An unfreeze that follows a bank's decision is not (freezing.py): it takes a chargeback that
was not there before, and each is decided once.
"""

from __future__ import annotations

from amends.kernel.tables import life

REFUND = life(
    "refund",
    stages="""
    stage              waits_for          limit                   silence
    intended           platform           refund_sent             alarm
    frozen             gateway            chargeback_decided      alarm
    sent               gateway            gateway_answers         doubt
    unknown            platform           refund_reconciled       alarm
    failed             platform           refund_mended           alarm
    paid               gateway            reversal_window         settle_books
    settled            -                  -                       -
    reversed           -                  -                       -
    covered            -                  -                       -
    redirected         -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         intend          platform                  intended
    intended                                  send            platform                  sent
    intended,failed                           freeze          gateway                   frozen
    frozen                                    unfreeze        gateway                   intended
    frozen                                    cover           gateway                   covered
    sent                                      pay             gateway                   paid
    sent                                      fail            gateway                   failed
    unknown                                   pay             gateway,platform          paid
    unknown                                   fail            gateway,platform          failed
    sent                                      doubt           clock                     unknown
    failed                                    retry           platform                  sent
    failed                                    redirect        platform                  redirected
    paid                                      settle_books    gateway,clock             settled
    paid                                      reverse         gateway                   reversed
    intended,failed                           drop            platform                  dropped
    intended,frozen,unknown,failed            alarm           clock                     =
    """,
    counted={"retry": "retries", "unfreeze": "chargebacks"},
)

DECIDING, TAKEN, HANDED_BACK = "open", "consumer", "merchant"
"""What a chargeback can be: the bank is deciding; it has paid the consumer; it has given the money back. Decided is decided."""
