"""Whatever a table waits for has a name for people, and so has what follows from silence."""

from __future__ import annotations

from amends.cases import hooks
from amends.cases.waiting_words import LIMITS, SILENCE


def test_every_limit_and_every_silence_of_every_life_has_words_in_both_languages() -> None:
    stages = [(name, stage) for name, model in hooks.LIVES.items() for stage in model.LIFE.stages.values() if stage.limit]
    assert len(stages) > 60
    assert {(name, stage.limit) for name, stage in stages if stage.limit not in LIMITS} == set()
    assert {(name, verb) for name, stage in stages for verb in stage.silence if verb not in SILENCE} == set()
