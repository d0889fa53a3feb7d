"""A table of stages and moves that contradicts itself is refused when it is read, and the refusal names the row."""

from __future__ import annotations

import pytest

from amends.kernel.parties import Party
from amends.kernel.tables import Life, TableError, life, rows

STAGES = """
stage       waits_for           limit             silence
asked       merchant            merchant_answers  approve
disputed    consumer,merchant   offer_answered    escalate
judged      arbiter             arbiter_rules     alarm
agreed      -                   -                 -
closed      -                   -                 -
"""
MOVES = """
from            verb       by                  becomes
-               ask        consumer            asked
asked           approve    merchant,clock      agreed
asked           refuse     merchant            disputed
asked,disputed  note       consumer,merchant   =
disputed        ask_again  consumer            asked
disputed        settle     consumer,merchant   agreed
disputed        escalate   clock               judged
judged          alarm      clock               =
judged          rule       arbiter             closed
"""


def read(stages: str = STAGES, moves: str = MOVES, counted: dict[str, str] | None = None) -> Life:
    return life("quarrel", stages=stages, moves=moves, counted={"ask_again": "rounds"} if counted is None else counted)


def test_a_sound_table_is_read_as_it_is_written() -> None:
    quarrel = read()
    assert list(quarrel.stages) == ["asked", "disputed", "judged", "agreed", "closed"]
    assert quarrel.open_stages == ("asked", "disputed", "judged")
    disputed = quarrel.stages["disputed"]
    assert (disputed.waits_for, disputed.limit, disputed.silence) == ((Party.CONSUMER, Party.MERCHANT), "offer_answered", ("escalate",))
    assert not disputed.is_over and not disputed.calls_a_person
    assert quarrel.stages["judged"].calls_a_person
    closed = quarrel.stages["closed"]
    assert closed.is_over and closed.limit is None and closed.waits_for == () and closed.silence == ()


def test_a_move_leads_to_one_stage_for_those_in_the_row_and_nowhere_for_others() -> None:
    quarrel = read()
    assert quarrel.becomes("-", "ask", Party.CONSUMER) == "asked"
    assert quarrel.becomes("asked", "approve", Party.MERCHANT) == "agreed"
    assert quarrel.becomes("asked", "approve", Party.CONSUMER) is None
    assert quarrel.becomes("agreed", "approve", Party.MERCHANT) is None
    assert quarrel.becomes("nowhere", "approve", Party.MERCHANT) is None
    assert quarrel.becomes("disputed", "note", Party.MERCHANT) == "disputed", "= stays"


def test_who_may_do_what_keeps_the_order_of_the_table() -> None:
    quarrel = read()
    assert quarrel.who_may("asked", "approve") == (Party.MERCHANT, Party.CLOCK)
    assert quarrel.who_may("asked", "rule") == ()
    assert quarrel.verbs("asked", Party.MERCHANT) == ("approve", "refuse", "note")
    assert quarrel.verbs("closed", Party.MERCHANT) == ()
    assert quarrel.all_verbs == ("ask", "approve", "refuse", "note", "ask_again", "settle", "escalate", "alarm", "rule")


def without(table: str, row: str) -> str:
    lines = [line for line in table.splitlines() if not line.startswith(row)]
    assert len(lines) < len(table.splitlines()), f"no row {row!r}"
    return "\n".join(lines) + "\n"


def changed(table: str, old: str, new: str) -> str:
    assert old in table
    return table.replace(old, new, 1)


@pytest.mark.parametrize(
    ("stages", "moves", "says"),
    [
        pytest.param(STAGES + "late merchant\n", MOVES, "a row of 2 cells under a head of 4: late merchant", id="short row"),
        pytest.param(STAGES, MOVES + "asked approve by merchant agreed\n", "a row of 5 cells under a head of 4: asked", id="long row"),
        pytest.param(
            STAGES, MOVES + "asked approve merchant disputed\n", "quarrel.asked: approve by merchant stands in two rows", id="two answers"
        ),
        pytest.param(STAGES, MOVES + "asked wait consumer limbo\n", "quarrel: wait names an unknown stage limbo", id="to nowhere"),
        pytest.param(STAGES, MOVES + "limbo wait consumer asked\n", "quarrel: wait names an unknown stage limbo", id="from nowhere"),
        pytest.param(STAGES, MOVES + "closed reopen consumer asked\n", "quarrel.closed is over, but may reopen", id="life after the end"),
        pytest.param(STAGES + "limbo - - -\n", MOVES, "quarrel.limbo is never reached", id="never reached"),
        pytest.param(
            STAGES, changed(MOVES, "merchant,clock      agreed", "merchant agreed"),
            "quarrel.asked: silence means ('approve',), but the clock may []", id="silence without a row",
        ),
        pytest.param(
            STAGES, MOVES + "asked escalate clock judged\n",
            "quarrel.asked: silence means ('approve',), but the clock may ['approve', 'escalate']", id="a clock that does more",
        ),
        pytest.param(
            changed(STAGES, "asked       merchant ", "asked       merchant,leader "), MOVES,
            "quarrel.asked waits for leader, who has no move", id="waits for one without a move",
        ),
        pytest.param(
            STAGES, without(MOVES, "disputed        escalate") + "disputed close consumer closed\n",
            "quarrel.judged is never reached", id="its only way taken away",
        ),
    ],
)  # fmt: skip
def test_a_table_that_contradicts_itself_names_its_row(stages: str, moves: str, says: str) -> None:
    with pytest.raises(TableError) as refusal:
        read(stages, moves)
    assert says in str(refusal.value)


def test_silence_that_stays_where_it_is_for_ever_is_refused() -> None:
    stages = changed(STAGES, "offer_answered    escalate", "offer_answered    remind")
    moves = without(MOVES, "disputed        escalate") + "disputed remind clock =\ndisputed call merchant judged\n"
    with pytest.raises(TableError, match=r"quarrel\.disputed: silence leads nowhere"):
        read(stages, moves)


def test_silence_that_goes_in_a_circle_is_refused_though_one_way_out_exists() -> None:
    stages = changed(STAGES, "offer_answered    escalate", "offer_answered    escalate,send_back")
    stages = changed(stages, "merchant_answers  approve", "merchant_answers  approve,dispute")
    moves = MOVES + "disputed send_back clock asked\nasked dispute clock disputed\n"
    with pytest.raises(TableError, match=r"quarrel: silence goes in a circle: .*asked.*disputed"):
        read(stages, moves)


def test_a_circle_of_moves_needs_a_verb_that_is_counted() -> None:
    with pytest.raises(TableError, match=r"quarrel: a circle that no count ends: .*asked.*disputed"):
        read(counted={})
    assert read(counted={"ask_again": "rounds"}).becomes("disputed", "ask_again", Party.CONSUMER) == "asked"


def test_an_alarm_that_stays_is_an_end_of_silence_because_a_person_is_called() -> None:
    assert read().stages["judged"].calls_a_person
    quiet = changed(STAGES, "arbiter_rules     alarm", "arbiter_rules     wait")
    with pytest.raises(TableError, match="silence leads nowhere"):
        read(quiet, changed(MOVES, "judged          alarm ", "judged          wait "))


def test_the_head_and_empty_lines_are_no_rows() -> None:
    assert rows("\n a b \n\n 1 2 \n 3   4\n\n") == [["1", "2"], ["3", "4"]]
