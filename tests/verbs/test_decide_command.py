"""`amends decide` and `amends policy facts`: the same answer as the API, in words or as JSON, and refusals that say what would be right."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from amends.cli import main
from amends.kernel.refusals import NotFound, Unprocessable
from amends.policy.deciding import answer
from amends.policy.rules.packs import PackRefused
from tests.faces.test_policy_api import AT, SHIRT

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
pytestmark = pytest.mark.usefixtures("db", "stepped_clock")

# Three pieces for 300, 60 off from 240: giving one back loses the discount, and both settlements are shown.
PART_RETURN = SHIRT | {
    "quantity": 1,
    "ordered": 3,
    "paid_minor": 8000,
    "list_minor": 10000,
    "discount_minor": 2000,
    "promotions": [{"kind": "discount", "min_spend_minor": 24000, "saved_minor": 6000, "share_minor": 2000, "kept_minor": 20000}],
    "flags": {"tag_removed": False, "soiled": False, "parts_missing": False},
}


def written(folder: Path, facts: Any) -> str:
    file = folder / "claim.json"
    file.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
    return str(file)


def decided(capsys: pytest.CaptureFixture[str], facts: str, *more: str) -> str:
    call_command("decide", "--facts", facts, "--stack", "cn", "--at", AT, *more)
    return capsys.readouterr().out


def test_the_command_says_what_the_api_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(decided(capsys, written(tmp_path, SHIRT), "--json")) == answer(SHIRT | {"asked_at": AT}, ["cn"])


def test_facts_come_by_standard_input_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(SHIRT)))
    assert json.loads(decided(capsys, "-", "--json"))["versions"] == ["cn@2026-02"]


SAID = {"zh": ("可以申请", "退货退款", "（消法 25 条）", "合计", "2026-03-09 24:00"), "en": ("Open", "return and refund", "total")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_json_it_is_read_in_the_language_of_the_terminal(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_LANG", language)
    told = decided(capsys, written(tmp_path, PART_RETURN))
    assert all(each in told for each in SAID[language]), told


def test_both_settlements_of_a_part_return_add_up_and_the_kinder_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(decided(capsys, written(tmp_path, PART_RETURN), "--json"))
    back = next(each for each in told["remedies"] if each["remedy"] == "return_refund")
    columns = {each["name"]: each for each in back["settlements"]}
    assert set(columns) == {"apportioned", "recalculated"}
    assert all(sum(row["amount_minor"] for row in column["rows"]) == column["amount_minor"] for column in columns.values())
    chosen = next(column for column in columns.values() if column["chosen"])
    assert chosen["amount_minor"] == back["amount_minor"] == max(column["amount_minor"] for column in columns.values())


def test_a_pack_of_one_s_own_lies_on_the_law_by_its_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = tmp_path / "house.toml"
    house.write_text(
        'id = "house"\nname = { zh = "本平台", en = "Our platform" }\nlayer = "platform"\njurisdiction = "CN"\nversion = "2026-03"\n'
        'in_force_from = 2026-03-01\n[limits]\nconsumer_ships = { value = "10d", source = "house rules 4.2", tag = "I" }\n',
        encoding="utf-8",
    )
    call_command("decide", "--facts", written(tmp_path, SHIRT), "--stack", f"cn,{house}", "--at", AT, "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["versions"] == ["cn@2026-02", "house@2026-03"] and told["limits"]["consumer_ships"] == "10d"
    house.write_text(house.read_text(encoding="utf-8").replace("10d", "banana"), encoding="utf-8")
    with pytest.raises(PackRefused, match="row 8 column"):
        call_command("decide", "--facts", written(tmp_path, SHIRT), "--stack", f"cn,{house}", "--at", AT)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("{", "row 1 column 2: this is not JSON"),
        ("[]", "one JSON object"),
        (json.dumps(SHIRT | {"issue": "boredom"}), "issue"),
        ('{\n "paid_minor": ' + "9" * 5000 + "}", "row 2 column 16: a number of at most 4300 digits"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_bad_facts_are_refused_with_what_is_wrong(facts: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(Unprocessable) as refused:
        call_command("decide", "--facts", written(tmp_path, facts), "--stack", "cn", "--at", AT)
    assert says in f"{refused.value.text} {refused.value.fields}"


@pytest.mark.parametrize("at", ["yesterday", "2026-03-09", "2026-03-09T12:00:00"])
def test_an_instant_needs_a_zone(at: str, tmp_path: Path) -> None:
    with pytest.raises(Unprocessable, match="no instant with a zone"):
        call_command("decide", "--facts", written(tmp_path, SHIRT), "--stack", "cn", "--at", at)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_an_instant_off_the_calendar_is_refused(at: str, tmp_path: Path) -> None:
    with pytest.raises(Unprocessable, match="asked_at"):
        call_command("decide", "--facts", written(tmp_path, SHIRT), "--stack", "cn", "--at", at)


def test_a_file_or_a_pack_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unprocessable, match=r"nowhere\.json cannot be read"):
        call_command("decide", "--facts", "nowhere.json", "--stack", "cn")
    with pytest.raises(NotFound, match=r"platform/nobody.*There are: cn"):
        call_command("decide", "--facts", written(tmp_path, SHIRT), "--stack", "cn,platform/nobody", "--at", AT)


def test_a_refusal_ends_the_command_with_2_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["amends", "decide", "--facts", "nowhere.json"])
    assert ended.value.code == 2 and "nowhere.json" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_manual_shows_what_the_command_prints(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_LANG", language)
    page = (MANUAL / language / "policy-facts.md").read_text(encoding="utf-8")
    [claim] = re.findall(r"```json\n(.*?)\n```", page, re.S)
    decision, missing, refused = re.findall(r"^```\n(.*?)\n```$", "\n".join(_plain_blocks(page)), re.S | re.M)
    call_command("decide", "--facts", written(tmp_path, claim), "--stack", "cn,platform/taobao", "--at", "2026-03-09T12:00:00+08:00")
    told = capsys.readouterr().out
    assert told.startswith(decision.removesuffix("…")) and missing in told
    wrong = {
        "isue": "no_reason",
        "goods_class": "apparel",
        "shipped": False,
        "received": True,
        "order_at": "2026-03-01",
        "paid_minor": 75.0,
    }
    with pytest.raises(Unprocessable) as found:
        answer(wrong | {"order_at": "2026-03-01", "paid_minor": 75.0}, ["cn"])
    assert found.value.text.into(language) == refused


def _plain_blocks(page: str) -> list[str]:
    """The fenced blocks that name no language, fences and all."""
    kept, inside = list[str](), None
    for line in page.splitlines():
        if inside is None and line.startswith("```"):
            inside = line
        elif line == "```" and inside is not None:
            kept += [line] if inside == "```" else []
            inside = None
            continue
        if inside == "```":
            kept.append(line)
    return kept


def test_the_schema_and_the_manual_s_table_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("policy", "facts")
    assert set(SHIRT) <= set(json.loads(capsys.readouterr().out)["properties"])
    call_command("policy", "facts", "--table", "zh")
    assert "| `issue` |" in capsys.readouterr().out
