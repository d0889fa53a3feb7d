"""The policy chapters of the manual are true: the facts table is the schema's; every cell, need and lane stands in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from amends.management.facts_table import table
from amends.policy.golden import KINDS
from amends.policy.rules.checks import CONDITIONS
from amends.policy.rules.drafting import NOTICE, NOTICE_MAJOR, Stage
from amends.policy.rules.facts_schema import facts_schema
from amends.policy.rules.layers import COUNTS_OF_CONSUMER, FOR_CONSUMER
from amends.policy.rules.packs import PackRefused, load_pack, read_pack
from amends.policy.rules.schema import Layer, PackCells, Right
from amends.policy.rules.stack import SHIPPED, stacked
from amends.policy.rules.when import compiled
from amends.policy.rules.when_names import FUNCTIONS
from amends.policy.rules.words import Lane

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def page(language: str, name: str) -> str:
    return (MANUAL / language / f"{name}.md").read_text(encoding="utf-8")


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and every model that one of its cells holds."""
    yield model
    for cell in model.model_fields.values():
        for held in held_in(cell.annotation):
            yield from models(held)


def held_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from held_in(inner)


@LANGUAGES
def test_the_facts_table_is_the_schema_s(language: str) -> None:
    assert table(facts_schema(), language) in page(language, "policy-facts"), f"run: amends policy facts --table {language}"


@LANGUAGES
def test_every_cell_of_a_pack_is_described(language: str) -> None:
    said = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", page(language, "policy-cells")))))
    cells = {name for model in models(PackCells) for name in model.model_fields} - {"zh", "en", "rows"}
    assert sorted(cells - said) == []


@LANGUAGES
def test_every_word_that_a_row_may_say_is_described(language: str) -> None:
    said = page(language, "policy-cells")
    amounts = get_args(Right.model_fields["amount"].annotation)
    assert [word for word in (*CONDITIONS, *amounts, *Lane, *Layer) if f"`{word}`" not in said] == []
    layers = page(language, "policy-layers")
    assert [word for word in (*FOR_CONSUMER - {"appeal_window"}, *COUNTS_OF_CONSUMER) if f"`{word}`" not in layers] == []


@LANGUAGES
def test_the_way_into_force_is_that_of_the_table(language: str) -> None:
    said = page(language, "policy-drafts")
    assert [stage for stage in Stage if f"`{stage}`" not in said] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in said] == []
    assert (NOTICE.days, NOTICE_MAJOR.days) == (7, 15)


@LANGUAGES
def test_the_pack_of_the_walk_is_a_pack(language: str) -> None:
    [written] = [block for block in re.findall(r"```toml\n(.*?)```", page(language, "policy"), re.S) if block.startswith("id = ")]
    assert read_pack(written).stamp == "house@2026-12"
    broken = written.replace("10d", "banana")
    at = next(number for number, line in enumerate(broken.splitlines(), 1) if "banana" in line)
    assert f"{at}" in re.search(r"house-2026-12\.toml (?:row|第) (\d+)", page(language, "policy"))[1]  # type: ignore[index]


@LANGUAGES
def test_the_pack_to_simulate_lies_on_the_law(language: str) -> None:
    [written] = re.findall(r"```toml\n(.*?)```", page(language, "policy-simulation"), re.S)
    law = load_pack(SHIPPED / "cn" / "2026-02.toml")
    assert stacked([law, read_pack(written)]).terms.windows["no_reason"].length == "14d"


@LANGUAGES
def test_the_expression_of_the_page_compiles(language: str) -> None:
    [written] = re.findall(r'when = "(.*)"', page(language, "policy-cells"))
    assert compiled(written).names == ("channel", "paid_minor")
    assert [name for name in ("group", "state", *FUNCTIONS) if f"`{name}`" not in page(language, "policy-cells")] == []


@LANGUAGES
def test_the_refusal_of_the_page_is_the_one_that_comes(language: str) -> None:
    [walk] = [block for block in re.findall(r"```toml\n(.*?)```", page(language, "policy"), re.S) if block.startswith("id = ")]
    five = '\n[windows]\nno_reason = { length = "5d", clause = "no_reason_window", source = "house rules 4.3", tag = "I" }\n'
    with pytest.raises(PackRefused) as refused:
        stacked([load_pack(SHIPPED / "cn" / "2026-02.toml"), read_pack(walk + five, "house-2026-12.toml")])
    assert f"```\n{refused.value.text.into(language)}\n```" in page(language, "policy-layers")
