"""Payments by bank transfer: a file out, made by one person and released by another, and the bank's confirmation in.

Invariants
 1. A refund stands in one batch at a time; a second one only after the bank has surely refused the first (index one_open_row_a_refund).
 2. Whoever made a batch never releases it (a constraint of the table too), and only a released one is handed out.
 3. Account numbers are opened here alone, to write the file, and who had it is in the access log.
"""
