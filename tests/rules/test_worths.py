"""What compensation is worth to its consumer: points by the thousand are not rounded away, the best is marked once."""

from __future__ import annotations

from amends.compensation.rules import with_best, worth_of_money, worth_of_points, worth_of_voucher


def test_points_of_which_many_make_one_cent_keep_their_worth() -> None:
    told = [worth_of_points("points", points, worth_minor=1, per_points=1000).minor for points in (999, 1000, 250_000)]
    assert told == [0, 1, 250]
    assert worth_of_points("points", 5, worth_minor=3, per_points=2).minor == 7, "rounded down once"


def test_the_first_of_the_best_is_marked_where_there_is_a_choice() -> None:
    money, voucher = worth_of_money("goodwill", 900), worth_of_voucher("voucher", 1000, 9000)
    assert [(one.name, one.minor, one.best) for one in with_best([voucher, money])] == [("voucher", 900, True), ("goodwill", 900, False)]
    assert not any(one.best for one in [*with_best([money]), *with_best([worth_of_money("a", 0), worth_of_money("b", 0)])])
