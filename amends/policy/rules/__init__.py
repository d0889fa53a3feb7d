"""The pure part of policy: packs of TOML in, decisions out. No framework, no database, no clock.

facts.py what is asked of the world; schema.py what a cell may say; places.py and packs.py from text to cells; checks.py and layers.py what
is refused; stack.py the rules of a day compiled; needs.py, amounts.py, decide.py the decision; explain.py it in sentences.
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
    IssueGroup,
    IssueType,
    Promotion,
    Remedy,
    State,
    Weighing,
)
from amends.policy.rules.packs import Pack, PackRefused, load_pack, read_pack
from amends.policy.rules.stack import Stack, load_stack, stack_for, stacked

__all__ = [
    "GOODS_NAMES",
    "GROUP_NAMES",
    "ISSUE_NAMES",
    "REMEDY_NAMES",
    "Decision",
    "Facts",
    "GoodsClass",
    "IssueGroup",
    "IssueType",
    "Pack",
    "PackRefused",
    "Promotion",
    "Question",
    "Reason",
    "Remedy",
    "RemedyAnswer",
    "Stack",
    "State",
    "SumRow",
    "Weighing",
    "decide",
    "explain",
    "load_pack",
    "load_stack",
    "read_pack",
    "stack_for",
    "stacked",
]
