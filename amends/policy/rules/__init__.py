"""The pure part of policy: packs of TOML in, decisions out. No framework, no database, no clock.

words.py the words of the trade; facts.py what is asked of the world, facts_schema.py and facts_shapes.py facts of strangers; cells.py and
schema.py what a cell may say; when.py a condition, read by when_reading.py with the names and types of when_names.py and when_types.py;
places.py and packs.py from text to cells; checks.py (names), coherence.py (rows), kinder.py, forced.py and layers.py what is refused;
compiled.py the rules of a day; stack.py which packs those are; tables.py, conditions.py, windows.py, needs.py, amounts.py, compensation.py,
lanes.py, decide.py the decision in the parts of answers.py and decision.py; explain.py, told.py it in words; asking.py what is missing.
"""

from amends.policy.rules.decide import decide
from amends.policy.rules.decision import Decision, Question, Reason, RemedyAnswer, SumRow
from amends.policy.rules.explain import explain
from amends.policy.rules.facts import (
    GOODS_NAMES,
    GROUP_NAMES,
    ISSUE_NAMES,
    REMEDY_NAMES,
    Facts,
    GoodsClass,
    History,
    IssueGroup,
    IssueType,
    Lane,
    Promotion,
    Remedy,
    State,
    TenderShare,
    Trait,
    Weighing,
)
from amends.policy.rules.facts_schema import FactsRefused, facts_schema, read_facts
from amends.policy.rules.packs import Pack, PackRefused, load_pack, read_pack
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import Shelf, Stack, chosen, load_stack, read_shelf, stack_for, stacked

__all__ = [
    "GOODS_NAMES",
    "GROUP_NAMES",
    "ISSUE_NAMES",
    "REMEDY_NAMES",
    "Decision",
    "Facts",
    "FactsRefused",
    "GoodsClass",
    "History",
    "IssueGroup",
    "IssueType",
    "Lane",
    "Layer",
    "Pack",
    "PackRefused",
    "Promotion",
    "Question",
    "Reason",
    "Remedy",
    "RemedyAnswer",
    "Shelf",
    "Stack",
    "State",
    "SumRow",
    "TenderShare",
    "Trait",
    "Weighing",
    "chosen",
    "decide",
    "explain",
    "facts_schema",
    "load_pack",
    "load_stack",
    "read_facts",
    "read_pack",
    "read_shelf",
    "stack_for",
    "stacked",
]
