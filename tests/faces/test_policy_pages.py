"""The policy owner's pages: every cell of every pack, a decision tried out, golden cases, drafts from text to publication, simulations."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.office.policy.cells import rows_of, sections
from amends.office.policy.difference import difference
from amends.people.models import User
from amends.people.rules import Role
from amends.policy.golden import golden_cases
from amends.policy.models import Draft, PackVersion, Simulation
from amends.policy.queries import forget_shelf, shelf
from amends.policy.rules.packs import Pack, read_pack
from amends.policy.simulation.running import run
from tests.cast import Cast, person, the_cast

pytestmark = pytest.mark.django_db
PAGES = ["", "packs/", "packs/cn/2026-02/", "try/", "golden/", "drafts/", "simulations/"]


@pytest.fixture
def cast(stepped_clock: Any) -> Cast:
    cast = the_cast()
    for name, role in (("ada", Role.ADMIN), ("alan", Role.ANALYST), ("paula", Role.POLICY_OWNER), ("peter", Role.POLICY_OWNER)):
        person(name, role)
    return cast


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def page(client: Client, place: str) -> str:
    answer = client.get(f"/office/policy/{place}")
    assert answer.status_code == 200, place
    return unescape(answer.content.decode())


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<textarea.*?</textarea>|<[^>]+>", " ", html, flags=re.DOTALL))


def pack(pack_id: str) -> Pack:
    return next(one for one in shelf().packs if one.id == pack_id)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens_in_both_languages(cast: Cast, place: str, language: str) -> None:
    html = page(as_("paula", language), place)
    assert f'lang="{language}"' in html
    if language == "en":
        told = re.sub(r'<[^>]*lang="zh-CN"[^>]*>.*?</div>', " ", html, flags=re.DOTALL)
        assert not re.findall(r"[\u4e00-\u9fff]{2,}", words_of(told).replace("中", ""))


@pytest.mark.parametrize("who", ["anna", "bolt", "judge"])
@pytest.mark.parametrize("place", [*PAGES, "try/json/", "packs/cn/2026-02/text/"])
def test_without_a_role_in_the_office_the_pages_do_not_exist(cast: Cast, who: str, place: str) -> None:
    assert as_(who).get(f"/office/policy/{place}").status_code == 404


@pytest.mark.parametrize("stamp", ["cn@2026-02", "jd@2026-02", "community@2026-02", "default@2026-02", "tenfold@2026-02"])
def test_every_row_of_a_pack_is_shown_with_its_line(cast: Cast, stamp: str) -> None:
    own = next(one for one in shelf().packs if one.stamp == stamp)
    client, place = as_("alan"), f"packs/{own.id}/{own.cells.version}/"
    for table in sections(own.cells, own.cells, own.places):
        html = page(client, f"{place}?part={table.key}")
        for path, _ in rows_of(own.cells, table.key):
            assert f'id="{".".join(map(str, path))}"' in html, path
        assert all(row.line > 0 for row in table.rows)


def test_a_search_finds_rows_of_all_tables_in_either_language(cast: Cast) -> None:
    client = as_("alan")
    for sought in ("merchant_answers", "商家答复时限", "time to answer"):
        assert "merchant_answers" in page(client, f"packs/cn/2026-02/?q={sought}")
    assert "No row holds" in page(client, "packs/cn/2026-02/?q=unicorns")


def test_the_text_of_a_version_is_downloaded_as_it_was_written(cast: Cast) -> None:
    answer = as_("alan").get("/office/policy/packs/cn/2026-02/text/")
    assert answer.content.decode() == pack("cn").text
    assert 'filename="cn-2026-02.toml"' in answer["Content-Disposition"]
    assert as_("alan").get("/office/policy/packs/cn/1999-01/text/").status_code == 404


def test_the_rules_of_another_day_can_be_asked_for(cast: Cast) -> None:
    client = as_("alan")
    assert client.get("/office/policy/?on=2026-03-10").status_code == 200
    assert client.get("/office/policy/?on=1999-01-01").status_code == 404
    assert client.get("/office/policy/?on=never").status_code == 422


def test_a_difference_names_the_cell_with_what_was_and_what_is() -> None:
    law = pack("cn")
    written = law.text.replace('merchant_answers = { value = "48h"', 'merchant_answers = { value = "36h"')
    found = difference(law.cells, read_pack(written).cells)
    assert [(one.path, one.was[0].text.into("en"), one.now[0].text.into("en")) for one in found if one.was and one.now] == [  # type: ignore[union-attr]
        (("limits", "merchant_answers", "value"), "48 hours", "36 hours")
    ]
    assert found[0].turn is not None
    assert found[0].turn.into("en") == "shorter"
    assert difference(law.cells, law.cells) == []


def test_a_row_put_in_the_middle_is_one_difference() -> None:
    law = pack("cn")
    row = next(line for line in law.text.splitlines(keepends=True) if 'remedy = "resend", issues = ["lost"]' in line)
    found = difference(law.cells, read_pack(law.text.replace(row, "")).cells)
    assert [(one.section, one.now) for one in found] == [("rights", None)]


def test_a_part_return_shows_both_settlements_and_each_adds_up(cast: Cast) -> None:
    html = page(as_("paula"), "try/?story=part")
    columns = re.findall(r'<div class="settlement[ "].*?</table>', html, flags=re.DOTALL)
    assert len(columns) == 2
    for column in columns:
        cells = re.findall(r"<td>.*?</td>", column, flags=re.DOTALL)
        sums = [float(re.sub(r"<[^>]+>|[¥,]", "", cell).replace("−", "-")) for cell in cells]
        assert sum(sums[:-1]) == pytest.approx(sums[-1])
    assert "kinder, used" in columns[0] + columns[1]


def test_an_answer_to_what_is_missing_changes_the_decision(cast: Cast) -> None:
    client = as_("paula")
    html = page(client, "try/?story=shirt")
    assert "Open: return and refund, ¥199.00" in html
    links = re.findall(r'href="(\?[^"]*f-tag_removed=yes[^"]*)"', html)
    assert len(links) == 1
    assert "Open: return and refund" not in page(client, f"try/{links[0]}")


def test_the_same_decision_is_told_as_json_and_its_facts_can_be_read_again(cast: Cast) -> None:
    client = as_("paula")
    told = client.get("/office/policy/try/json/?story=shirt").json()
    assert next(one for one in told["remedies"] if one["remedy"] == "return_refund")["open"] is True
    facts = client.get("/office/policy/try/json/?facts=1").json()
    assert facts["paid_minor"] == 19900
    assert facts["issue"] == "no_reason"


def test_facts_that_cannot_be_are_refused_at_their_field(cast: Cast) -> None:
    query = "issue=no_reason&goods=apparel&state=received&quantity=0&ordered=1&order_at=2026-03-01T10:00&asked_at=2026-03-10T10:00"
    html = page(as_("paula"), f"try/?{query}")
    assert "Some facts have to be put right first." in html
    assert 'id="id_quantity_error"' in html
    assert as_("paula").get(f"/office/policy/try/json/?{query}").status_code == 422


def test_all_65_golden_cases_stand_with_tag_and_state(cast: Cast) -> None:
    html = page(as_("alan"), "golden/")
    assert "65 golden cases" in html
    refs = re.findall(r'<li id="(G-[^"]+)" class="(\w+)"', html)
    assert len(refs) == 65
    assert [ref for ref, state in refs if state == "fails"] == []
    assert sum(1 for _, state in refs if state == "later") == 15
    assert len(re.findall(r'<li id="G-', page(as_("alan"), "golden/?state=later"))) == 15
    assert "No case fits these filters." in page(as_("alan"), "golden/?state=fails")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_golden_case_tells_its_story_in_the_language_of_the_reader(cast: Cast, language: str) -> None:
    html = page(as_("alan", language), "golden/")
    told = [text for case in golden_cases() for text in (case.story, case.outcome) if text]
    other = "en" if language == "zh-CN" else "zh"
    assert len(told) == 130
    assert [text.zh for text in told if text.into(language) not in html] == []
    assert [text.zh for text in told if text.into(other) in html] == []


def test_a_golden_case_opens_in_the_try_out_with_its_facts(cast: Cast) -> None:
    client = as_("alan")
    tries = re.findall(r'href="(/office/policy/try/\?[^"]+)"', page(client, "golden/"))
    assert len(tries) > 40
    for url in tries[::8]:
        assert "Some facts have to be put right" not in page(client, url.removeprefix("/office/policy/")), url


def begun(client: Client, stamp: str = "cn@2026-02", name: str = "A draft") -> str:
    """The address of a new draft."""
    answer = client.post("/office/policy/drafts/new/", {"based_on": stamp, "name": name, "idempotency_key": f"{stamp}-{name}"})
    assert answer.status_code == 303
    return str(answer["Location"])


def saved(client: Client, place: str, text: str, *, check: bool = True, key: str = "k1") -> str:
    """The page of the draft after its text was kept (and checked)."""
    found = Draft.objects.get(ref=place.rstrip("/").rpartition("/")[2])
    form = {"text": text, "name": found.name, "edits": str(found.edits), "then": "check" if check else "save", "idempotency_key": key}
    answer = client.post(place, form)
    assert answer.status_code == 303
    return unescape(client.get(place).content.decode())


def text_of(place: str) -> str:
    return Draft.objects.get(ref=place.rstrip("/").rpartition("/")[2]).text


def test_a_new_draft_could_be_published_as_it_is(cast: Cast) -> None:
    place = begun(as_("paula"))
    assert read_pack(text_of(place)).cells.in_force_from == date(2026, 3, 19)
    assert "The check passes" in saved(as_("paula"), place, text_of(place))


def test_a_broken_cell_is_named_with_row_and_column_beside_its_line(cast: Cast) -> None:
    paula = as_("paula")
    place = begun(paula, "jd@2026-02")
    text = text_of(place).replace('consumer_ships = { value = "7d"', 'consumer_ships = { value = "-7d"')
    row = next(at for at, line in enumerate(text.split("\n"), 1) if "-7d" in line)
    html = saved(paula, place, text)
    assert f'data-row="{row}"' in html
    assert f"row {row}, column" in words_of(html)
    assert "-7d” is not a limit" in html
    marks = json.loads(re.findall(r'<script id="marks" type="application/json">(.*?)</script>', html)[0])
    assert marks[0]["row"] == row


def test_a_golden_case_that_fails_names_the_cell_that_was_changed(cast: Cast) -> None:
    paula = as_("paula")
    place = begun(paula)
    text = text_of(place).replace('no_reason = { length = "7d"', 'no_reason = { length = "5d"')
    row = next(at for at, line in enumerate(text.split("\n"), 1) if line.startswith('no_reason = { length = "5d"'))
    html = saved(paula, place, text)
    assert f"golden case; changed at row {row}" in words_of(html)
    assert "before it can be signed" in html
    assert "Sign it off" not in html


def test_the_difference_stands_below_the_text_in_words(cast: Cast) -> None:
    paula = as_("paula")
    place = begun(paula)
    html = saved(paula, place, text_of(place).replace('leader_decides = { value = "24h"', 'leader_decides = { value = "12h"'))
    told = words_of(html)
    assert "24 hours" in told
    assert "12 hours" in told
    assert "shorter" in told


def test_what_was_typed_is_kept_when_somebody_else_saved_first(cast: Cast) -> None:
    paula, peter = as_("paula"), as_("peter")
    place = begun(paula, "jd@2026-02")
    saved(peter, place, text_of(place) + "\n# Peter\n", check=False)
    answer = paula.post(place, {"text": "# mine\n", "edits": "1", "then": "save", "idempotency_key": "late"})
    assert answer.status_code == 409
    assert "# mine" in answer.content.decode()
    assert "# Peter" in text_of(place)


def test_a_draft_is_signed_by_another_and_published_and_read_as_a_version(cast: Cast) -> None:
    paula, peter = as_("paula"), as_("peter")
    place = begun(paula, "jd@2026-02", "JD in spring")
    html = saved(paula, place, text_of(place))
    assert "whoever wrote any of the text cannot sign it" in html
    assert paula.post(f"{place}signature/", {"idempotency_key": "s1"}).status_code == 403
    assert peter.post(f"{place}signature/", {"idempotency_key": "s2"}).status_code == 303
    assert paula.post(f"{place}publication/", {"idempotency_key": "p1"}).status_code == 303
    version = PackVersion.objects.get(pack_id="jd")
    assert "It holds from" in page(paula, place.removeprefix("/office/policy/"))
    assert paula.get(f"/office/policy/packs/jd/{version.version}/").status_code == 200
    assert "to come" in page(paula, "packs/")


def test_who_only_reads_sees_the_draft_and_no_button(cast: Cast) -> None:
    place = begun(as_("paula"))
    html = page(as_("alan"), place.removeprefix("/office/policy/"))
    assert "readonly" in html
    assert "Save and check" not in html
    assert as_("alan").post(place, {"text": "x", "then": "save", "idempotency_key": "no"}).status_code == 403


def test_a_draft_can_be_withdrawn_and_commented(cast: Cast) -> None:
    paula = as_("paula")
    place = begun(paula)
    assert paula.post(f"{place}comments/", {"words": "Why five days?", "idempotency_key": "c1"}).status_code == 303
    assert "Why five days?" in page(paula, place.removeprefix("/office/policy/"))
    assert paula.post(f"{place}withdrawal/", {"idempotency_key": "w1"}).status_code == 303
    assert Draft.objects.get().stage == "withdrawn"


@pytest.fixture
def simulated(cast: Cast) -> Simulation:
    """A year in which spoiled fresh goods may be claimed for three days instead of one."""
    paula = as_("paula")
    place = begun(paula)
    saved(paula, place, text_of(place).replace('fresh_claim = { length = "1d"', 'fresh_claim = { length = "3d"'), check=False)
    form = {"draft": place.rstrip("/").rpartition("/")[2], "source": "year", "cases": "600", "seed": "1", "idempotency_key": "sim"}
    answer = paula.post("/office/policy/simulations/new/", form)
    assert answer.status_code == 303
    return run(Simulation.objects.get().ref, processes=0)


def test_a_simulation_says_how_many_turn_and_each_bar_opens_its_flips(simulated: Simulation) -> None:
    client, place = as_("alan"), f"simulations/{simulated.ref}/"
    html = page(client, place)
    assert f"{simulated.result['flips']} of 600 decisions would end differently" in html
    assert "1 day" in words_of(html)
    assert "3 days" in words_of(html)
    links = set(re.findall(r'"(/office/policy/simulations/[^"]+\?group=goods_class[^"#]+)#flips"', html.replace("\\u0026", "&")))
    assert links
    for url in links:
        kind = re.findall(r"kind=(\w+)", url)[0]
        row = next(one for one in simulated.result["groups"]["goods_class"] if one["key"] == "fresh")
        assert len(re.findall(r"<tr data-row>", page(client, url.removeprefix("/office/policy/")))) == min(50, row[kind])


def test_a_turned_decision_stands_side_by_side_with_the_clause_that_differs(simulated: Simulation) -> None:
    client, place = as_("alan"), f"simulations/{simulated.ref}/"
    flips = re.findall(r'href="(flips/\d+/)"', page(client, place))
    html = page(client, place + flips[0])
    assert "on this side only" in html
    assert "Try these facts" in html
    tried = re.findall(r'href="/office/policy/(try/\?[^"]+)"', html)[0]
    assert "Some facts have to be put right" not in page(client, tried)
    assert client.get(f"/office/policy/{place}flips/999999999/").status_code == 404


def test_flips_go_on_by_key(simulated: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amends.office.policy.simulations.PAGE", 1)
    client, place = as_("alan"), f"simulations/{simulated.ref}/"
    assert simulated.result["flips"] > 1
    first = page(client, place)
    more = re.findall(r'rel="next" href="(\?[^"#]+)', first)[0]
    second = page(client, place + more)
    assert not set(re.findall(r'"flips/(\d+)/"', first)) & set(re.findall(r'"flips/(\d+)/"', second))


def test_a_simulation_is_stopped_and_goes_on(cast: Cast) -> None:
    paula = as_("paula")
    place = begun(paula)
    form = {"draft": place.rstrip("/").rpartition("/")[2], "source": "year", "cases": "300", "seed": "2", "idempotency_key": "sim"}
    where = str(paula.post("/office/policy/simulations/new/", form)["Location"])
    bar = paula.get(f"{where}progress/")
    assert 'hx-trigger="every 1s"' in bar.content.decode()
    assert "HX-Refresh" not in bar
    assert paula.post(f"{where}cancellation/", {"idempotency_key": "stop"}).status_code == 303
    assert paula.get(f"{where}progress/")["HX-Refresh"] == "true"
    assert "Resume the simulation" in unescape(paula.get(where).content.decode())
    assert paula.post(f"{where}resumption/", {"idempotency_key": "go"}).status_code == 303
    assert run(Simulation.objects.get().ref, processes=0).stage == "done"


@pytest.mark.parametrize(
    ("place", "most"), [("", 6), ("packs/cn/2026-02/", 6), ("golden/", 6), ("try/", 6), ("drafts/", 7), ("simulations/", 7)]
)
def test_pages_ask_the_database_little(cast: Cast, place: str, most: int) -> None:
    client = as_("paula")
    page(client, place)
    with CaptureQueriesContext(connection) as asked:
        page(client, place)
    assert len(asked) <= most


def test_a_broken_file_is_set_aside_with_its_row_and_the_rest_stays(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = pack("jd").text.replace('id = "jd"', 'id = "mine"').replace('layer = "platform"', 'layer = "planet"')
    (tmp_path / "mine.toml").write_text(broken, encoding="utf-8")
    monkeypatch.setenv("AMENDS_PACKS", str(tmp_path))
    forget_shelf()
    try:
        html = page(as_("alan"), "")
        assert "Files were set aside; the versions in force stay in force." in html
        assert "mine.toml" in html
        row = 1 + broken[: broken.index("planet")].count("\n")
        assert f"row {row}, column" in words_of(html)
        assert "cn@2026-02" in html
    finally:
        monkeypatch.delenv("AMENDS_PACKS")
        forget_shelf()


@pytest.mark.parametrize("story", ["shirt", "part", "crabs", "phone", "unshipped", "weight"])
def test_every_story_to_begin_with_is_answered(cast: Cast, story: str) -> None:
    html = page(as_("alan", "zh-CN"), f"try/?story={story}")
    assert "可以要的" in html
    assert "有几项要先改好" not in html
