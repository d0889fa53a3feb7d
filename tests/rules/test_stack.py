"""Which packs hold on a day: the law, every promise, what is for all, the platform's, the shop's; and what a broken shelf says."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from amends.kernel.refusals import NotFound
from amends.policy.rules import load_pack, read_pack, stack_for
from amends.policy.rules.packs import Pack
from amends.policy.rules.schema import Layer
from amends.policy.rules.stack import chosen, pack_folders, read_shelf

PACKS = Path(__file__).resolve().parents[2] / "packs"
CN = PACKS / "cn" / "2026-02.toml"
TODAY = date(2026, 11, 1)
HEAD = """id = "{id}"
name = {{ zh = "包", en = "Pack" }}
layer = "{layer}"
jurisdiction = "CN"
version = "{version}"
in_force_from = {since}
for_all = {for_all}
"""


def a_pack(name: str, layer: str, *, version: str = "2026-02", since: str = "2026-02-01", for_all: str = "false") -> Pack:
    return read_pack(HEAD.format(id=name, layer=layer, version=version, since=since, for_all=for_all), f"{name}-{version}.toml")


LAW = load_pack(CN)
SHELF = [
    a_pack("house", "shop"),
    a_pack("house", "shop", version="2026-12", since="2026-12-01"),
    a_pack("market", "platform"),
    a_pack("elsewhere", "platform"),
    a_pack("seconds", "platform", for_all="true"),
    a_pack("tenfold", "promise"),
    a_pack("tomorrow", "promise", since="2026-11-02"),
    LAW,
]


def test_law_promises_what_is_for_all_platform_and_shop_hold_together() -> None:
    packs = chosen(SHELF, "CN", "market", "house", TODAY)
    assert [pack.id for pack in packs] == ["cn", "tenfold", "seconds", "market", "house"]
    assert [pack.id for pack in chosen(SHELF, "CN", None, None, TODAY)] == ["cn", "tenfold", "seconds"]


def test_the_newest_version_in_force_on_the_day_holds() -> None:
    for day, version in ((TODAY, "2026-02"), (date(2026, 12, 1), "2026-12")):
        assert chosen(SHELF, "CN", None, "house", day)[-1].cells.version == version


@pytest.mark.parametrize(("jurisdiction", "platform", "shop"), [("DE", None, None), ("CN", "nobody", None), ("CN", None, "nobody")])
def test_what_is_not_there_is_not_found(jurisdiction: str, platform: str | None, shop: str | None) -> None:
    with pytest.raises(NotFound):
        chosen(SHELF, jurisdiction, platform, shop, TODAY)


def test_a_pack_keeps_its_text_and_its_digest() -> None:
    assert LAW.text == CN.read_text()
    assert LAW.digest == sha256(CN.read_bytes()).hexdigest()


def test_the_packs_that_ship_all_stand() -> None:
    shelf = read_shelf(pack_folders())
    assert not shelf.refused, [str(wrong) for wrong in shelf.refused]
    assert {pack.layer for pack in shelf.packs} == set(Layer)
    assert len({pack.stamp for pack in shelf.packs}) == len(shelf.packs)


def test_the_shop_of_a_merchant_is_laid_last() -> None:
    stack = stack_for("CN", "taobao", TODAY, "default")
    assert [pack.id for pack in stack.packs][-2:] == ["taobao", "default"]
    assert stack.packs[0].layer is Layer.LAW


def test_a_pack_that_is_missing_because_its_file_is_broken_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text(HEAD.format(id="mine", layer="shop", version="2026-02", since="2026-02-30", for_all="false"))
    monkeypatch.setenv("AMENDS_PACKS", str(tmp_path))
    with pytest.raises(NotFound) as missing:
        stack_for("CN", None, TODAY, "mine")
    assert "mine.toml row 6" in missing.value.text.into("en")
    assert "没有这个日期" in missing.value.text.into("zh")
    assert stack_for("CN", None, TODAY).packs[0].id == "cn"


def test_a_clause_tells_its_source_and_how_surely_it_is_known() -> None:
    stack = stack_for("CN", None, TODAY)
    reason = stack.yes["no_reason"]
    cell = stack.terms.clauses["no_reason"]
    assert (reason.source, reason.tag) == (cell.source, cell.tag)
