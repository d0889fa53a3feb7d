"""Stock on the page, as JSON and on the command line: counts all or none, units put somewhere once, one shop's only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from amends.kernel.clock import Stepped
from amends.market.models import Product
from amends.returns.verbs import accept
from amends.returns.verbs.seeing import Seen
from amends.stock.models import StockLevel, StockMove
from tests.api_client import program, programs
from tests.cast import Cast, the_cast
from tests.faces.test_console import enters, posts
from tests.verbs.returns_at_hand import findings_of, parcel_of, received

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    return the_cast()


def levels() -> list[tuple[str, int]]:
    return list(StockLevel.objects.order_by("pk").values_list("place", "on_hand"))


def test_a_file_of_counts_is_told_whole_or_not_at_all(cast: Cast) -> None:
    received(cast)
    key, client = Product.objects.get().key, enters("bolt@example.com")

    def sends(rows: str) -> int:
        file = SimpleUploadedFile("counts.csv", f"商品编码,数量,仓库\n{rows}".encode(), "text/csv")
        return int(posts(client, "/console/stock/levels", file=file).status_code)

    assert sends(f"{key},12,east\n{key},3,west\n") == 303 and levels() == [("east", 12), ("west", 3)]
    assert sends(f"{key},99,east\n{key},minus one,west\n") == 422
    assert sends(f"{key},99,east\nno such thing,1,west\n") == 422
    assert posts(client, "/console/stock/levels").status_code == 422 and levels() == [("east", 12), ("west", 3)]


def test_a_unit_is_put_back_on_the_page(cast: Cast) -> None:
    case = received(cast)
    first = findings_of(case)[0].pk
    client = enters("bolt@example.com", "zh-CN")
    assert "没有等待决定去向的商品" in client.get("/console/stock").content.decode()
    accept(case.ref, inspection=first, seen=Seen("A"), by=cast.bolt)
    assert "台灯" in client.get("/console/stock").content.decode()
    where = f"/console/stock/{parcel_of(case).ref}/units/{first}/disposal"
    assert posts(client, where, disposition="restock").status_code == 303
    assert posts(client, where, disposition="scrap").status_code == 409
    page = client.get("/console/stock").content.decode()
    assert "重新上架" in page and "没有等待决定去向的商品" in page
    assert posts(enters("rival@example.com"), where, disposition="scrap").status_code == 404


def test_a_program_tells_levels_and_reads_moves(cast: Cast) -> None:
    case = received(cast)
    key, first = Product.objects.get().key, findings_of(case)[0].pk
    shop = program(cast.bolt)
    told = shop.post("/stock/levels", {"levels": [{"product": key, "on_hand": 5}]}).json()["items"]
    assert [(row["product"], row["on_hand"], row["reserved"]) for row in told] == [(key, 5, 0)]
    wrong = shop.post("/stock/levels", {"levels": [{"product": key, "on_hand": 9}, {"product": "none", "on_hand": 1}]})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["levels.1.product"])
    early = shop.post(f"/cases/{case.ref}/inspections/{first}/disposal", {"disposition": "restock", "grade": "A"})
    assert (early.status_code, early.json()["code"]) == (409, "not_to_dispose_of")
    accept(case.ref, inspection=first, by=cast.bolt)
    made = shop.post(f"/cases/{case.ref}/inspections/{first}/disposal", {"disposition": "restock", "grade": "A", "place": ""}).json()
    assert shop.get("/stock/moves").json()["items"] == [made] and shop.get("/stock/moves", after=made["id"]).json()["items"] == []
    assert shop.get("/stock/levels").json()["items"][0]["on_hand"] == 6
    assert programs(cast)["rival"].get("/stock/moves").json()["items"] == []


def test_the_command_tells_lists_and_disposes(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = received(cast)
    key, first = Product.objects.get().key, findings_of(case)[0].pk
    counts = tmp_path / "counts.csv"
    counts.write_text(f"product,on_hand,place,counted_at\n{key},7,east,2026-03-10 09:00\n")
    call_command("stock", "tell", str(counts), "--as", "bolt@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["on_hand"] == 7
    counts.write_text(f"product,on_hand,place,counted_at\n{key},7,east,yesterday\n")
    with pytest.raises(CommandError):
        call_command("stock", "tell", str(counts), "--as", "bolt@example.com")
    accept(case.ref, inspection=first, by=cast.bolt)
    capsys.readouterr()
    call_command(
        "stock", "dispose", case.ref, str(first), "restock", "--grade", "B", "--place", "east", "--as", "bolt@example.com", "--json"
    )
    assert json.loads(capsys.readouterr().out)["kind"] == "restock"
    call_command("stock", "levels", "--as", "bolt@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["on_hand"] == 8
    call_command("stock", "moves", "--as", "bolt@example.com", "--csv")
    assert capsys.readouterr().out.splitlines()[1].split(",")[2] == "restock"
    assert StockMove.objects.count() == 1
    with pytest.raises(CommandError):
        call_command("stock", "levels", "--as", "anna@example.com")
