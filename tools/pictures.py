"""`make pictures`: a small marketplace of its own, and a screenshot of each main page at 390 and 1440 pixels in both languages.

The pictures in docs/pictures are made by this and by nothing else. It looks; it clicks nothing that changes a case. Not a test: whether
pages are right is asked in tests/browser; whether they are beautiful is asked by whoever looks at the pictures.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
AMENDS = [sys.executable, "-m", "amends"]
PASSWORD = "amends-demo-2026"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
WIDTHS = {390: 844, 1440: 900}
PATIENCE = 120.0
COLOURS = 256
SETTLES = 1000
TRIED = 25
FRESH = 'fresh_claim = {{ length = "{}d"'

CASES = "a[href*='/cases/AS-']"
FOUND: dict[object, str] = {}
"""Where a sign was found before, so that it is looked for once and not at every width in every language."""

Walk = Callable[[Page], None]


class Shot(NamedTuple):
    """One page: its file's name, who looks, where it begins, and how it is reached from there."""

    name: str
    person: str
    begins: str
    walk: Walk = lambda page: None


def follow(*selectors: str) -> Walk:
    """To the first page that is reached by links that fit, one selector after the other."""

    def walk(page: Page) -> None:
        if not _reached(page, selectors):
            raise LookupError(f"no way by {' then '.join(selectors)}")

    return walk


def _reached(page: Page, selectors: tuple[str, ...]) -> bool:
    if not selectors:
        return True
    found = page.locator(selectors[0]).evaluate_all("links => links.map(link => link.href)")
    for place in list(dict.fromkeys(found))[:TRIED]:
        page.goto(place)
        if _reached(page, selectors[1:]):
            return True
    return False


def among(links: str, sign: str, door: str = "") -> Walk:
    """To the first page that one of these links leads to, and there to the room `door`, that has the sign on it, with it in view."""

    def walk(page: Page) -> None:
        asked = (page.url, door, sign)
        for place in filter(None, [FOUND.get(asked), *(f"{place}{door}" for place in _places(page, links))]):
            answer = page.goto(place)
            if answer is not None and answer.ok and page.locator(sign).count():
                FOUND[asked] = place
                page.locator(sign).first.scroll_into_view_if_needed()
                return
        raise LookupError(f"nothing shows {sign} {door}")

    return walk


def from_top(walk: Walk) -> Walk:
    """The same, looked at from the top of the page."""

    def walked(page: Page) -> None:
        walk(page)
        page.evaluate("scrollTo(0, 0)")

    return walked


def showing(sign: str) -> Walk:
    """To the first case of the list that has this on its page, with it in view."""
    return among(CASES, sign)


def room(door: str, sign: str) -> Walk:
    """To the room `door` of the first case of the list in which the sign is, with it in view."""
    return among(CASES, sign, door)


def review(sign: str) -> Walk:
    """To the first review of a case of the list on whose page the sign is."""

    def walk(page: Page) -> None:
        if sign in FOUND:
            page.goto(FOUND[sign])
            return
        for case in _places(page, CASES):
            page.goto(case)
            for place in _places(page, "a[href*='/desk/reviews/RV-']"):
                page.goto(place)
                if page.locator(sign).count():
                    FOUND[sign] = place
                    return
        raise LookupError(f"no review shows {sign}")

    return walk


def editor(page: Page) -> None:
    """A ruling of Bolt's watch being typed: part by part, borne by two. Nothing is sent."""
    review("body:has(#ruling):has-text('W2')")(page)
    page.locator("#ruling input[name=outcome][value=parts]").check(force=True)
    page.locator("#ruling details:has([name=share-merchant]) > summary").click()
    page.locator("#ruling select[name^=remedy-]").first.select_option("refund_only")
    for party, share in (("carrier", "70"), ("merchant", "30")):
        page.locator(f"#ruling [name=share-{party}]").fill(share)
    page.wait_for_timeout(SETTLES)
    page.wait_for_load_state("networkidle")
    page.locator("#ruling").evaluate("form => form.closest('section').scrollIntoView()")


def _places(page: Page, links: str) -> list[str]:
    found: list[str] = page.locator(links).evaluate_all("links => links.map(link => link.href.split(/[?#]/)[0])")
    return list(dict.fromkeys(found))


def busy_day(page: Page) -> None:
    """Today where somebody is expected, else the day before: pictures are made at any hour."""
    if not page.locator("a[href*='/counter/jobs/RE-']").count():
        page.goto(str(page.locator("a[href*='/counter/days/']").first.get_attribute("href")))


def claim(page: Page) -> None:
    """The screen of remedies for the first order whose goods may be sent back: a change of mind about one piece."""
    places = page.locator("a[href$='/claim']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for place in places:
        page.goto(f"{place}/remedies?issue=no_reason&n-1=1")
        if page.locator("input[value=return_refund]:checked").count():
            return
    raise LookupError("nothing can be sent back without a reason")


def draft(page: Page) -> None:
    """The newest draft; where there is none, one in which spoiled fresh goods may be claimed for three days instead of one, checked."""
    there = page.locator("a[href*='/office/policy/drafts/PD-']")
    if there.count():
        page.goto(str(there.first.get_attribute("href")))
        return
    page.locator("#id_name").fill("生鲜三天 / Fresh goods, three days")
    with page.expect_navigation():
        page.locator("form[action$='/drafts/new/'] button").click()
    page.locator("#id_text").evaluate(
        "(area, [was, now]) => { area.value = area.value.replace(was, now); }", [FRESH.format(1), FRESH.format(3)]
    )
    with page.expect_navigation():
        page.locator("button[value=check]").click()


def simulated(page: Page) -> None:
    """The newest simulation; where there is none, that of the draft over a small generated year, once it is done."""
    there = page.locator("a[href*='/office/policy/simulations/SM-']")
    if there.count():
        page.goto(str(there.first.get_attribute("href")))
        return
    page.goto("/office/policy/drafts/")
    draft(page)
    page.locator("input[name=source][value=year]").check(force=True)
    page.locator("#id_cases").fill("20000")
    with page.expect_navigation():
        page.locator("form[action$='/simulations/new/'] button").click()
    page.locator(".outcome").wait_for(timeout=PATIENCE * 1000)


SHOTS = (
    Shot("portal-orders", "anna", "/portal/"),
    Shot("portal-choose", "anna", "/portal/", follow("a[href$='/claim']")),
    Shot("portal-claim", "anna", "/portal/", claim),
    Shot("portal-case", "anna", "/portal/cases/", follow("a[href*='/portal/cases/AS-']")),
    Shot("portal-parcel", "anna", "/portal/cases/", follow("a[href*='/portal/cases/AS-']", "a[href*='/parcels/RT-']")),
    Shot("portal-replacement", "anna", "/portal/cases/", showing("form[action$='/choice']")),
    Shot("portal-repair", "anna", "/portal/cases/", showing("form[action$='/declining']")),
    Shot("portal-offers", "anna", "/portal/cases/", room("/offers", ".offers:has(.offer + .offer)")),
    Shot("portal-talk", "anna", "/portal/cases/", room("/talk", ".tl .said")),
    Shot("portal-ruling", "anna", "/portal/cases/", showing("#act-appeal")),
    Shot("portal-appeal", "anna", "/portal/cases/", showing("#appeal")),
    Shot("portal-whole", "anna", "/portal/cases/", room("/whole", "#extensions")),
    Shot("portal-proof", "anna", "/portal/cases/", room("/seal", "form[action$='/proof-files']")),
    Shot("proofs", "anna", "/proofs/"),
    Shot("portal-times", "anna", "/portal/cases/", follow("a[href*='/portal/cases/AS-']", "a[href$='/times']")),
    Shot("portal-notices", "anna", "/portal/notices/"),
    Shot("portal-settings", "anna", "/portal/settings/"),
    Shot("portal-money", "anna", "/portal/money/"),
    Shot("portal-purse", "anna", "/portal/purse/"),
    Shot("console-queue", "bolt", "/console/"),
    Shot("console-case", "bolt", "/console/", follow("a[href*='/console/cases/AS-']")),
    Shot("console-inspection", "bolt", "/console/parcels", follow("a[href*='/console/cases/AS-']", "a[href$='/inspection']")),
    Shot("console-offers", "bolt", "/console/cases", room("/offers", ".offers .offer")),
    Shot("console-talk", "bolt", "/console/cases", room("/talk", "#notes .said")),
    Shot("console-whole", "bolt", "/console/cases", room("/whole", "#hints")),
    Shot("console-replies", "bolt", "/console/quick-replies"),
    Shot("console-receiving", "bolt", "/console/receiving", follow("a[href*='/console/receiving/batches/BT-']")),
    Shot("console-shelf", "bolt", "/console/receiving/shelf", follow("a[href*='/console/receiving/shelf/UP-']")),
    Shot("console-pieces", "bolt", "/console/pieces"),
    Shot("console-repairs", "bolt", "/console/repairs"),
    Shot("console-repair", "bolt", "/console/repairs", follow("a[href*='/console/repairs/RE-']")),
    Shot("console-workshops", "bolt", "/console/workshops"),
    Shot("counter-jobs", "workshop", "/counter/jobs"),
    Shot("counter-day", "technician", "/counter/", busy_day),
    Shot("counter-job", "technician", "/counter/jobs", follow("a[href*='/counter/jobs/RE-']")),
    Shot("console-webhooks", "bolt", "/console/webhooks"),
    Shot("console-money", "bolt", "/console/money"),
    Shot("console-statement", "bolt", "/console/money/statement"),
    Shot("desk-queue", "judge", "/desk/"),
    Shot("desk-review", "judge", "/desk/", follow("a[href*='/desk/cases/AS-']", "a[href*='/desk/reviews/RV-']")),
    Shot("desk-ruling", "judge", "/desk/", editor),
    Shot("desk-arbiters", "judge", "/desk/arbiters"),
    Shot("desk-appeals", "head", "/desk/appeals"),
    Shot("desk-appeal", "head", "/desk/appeals", from_top(among("a[href*='/desk/appeals/AL-']", "form[action$='/changing']"))),
    Shot("desk-whole", "agent", "/desk/cases", room("/whole", "#hints")),
    Shot("desk-incidents", "agent", "/desk/incidents"),
    Shot("desk-incident", "agent", "/desk/incidents", follow("a[href*='/desk/incidents/IC-']")),
    Shot("desk-tasks", "agent", "/desk/tasks"),
    Shot("desk-task", "supervisor", "/desk/tasks?state=raised", follow("a[href*='/desk/tasks/TK-']")),
    Shot("desk-complaints", "agent", "/desk/complaints"),
    Shot("desk-complaint", "agent", "/desk/complaints", follow("a[href*='/desk/complaints/CM-']")),
    Shot("desk-refunds", "supervisor", "/desk/refunds"),
    Shot("desk-approvals", "supervisor", "/desk/approvals", follow("a[href*='/desk/approvals/AP-']")),
    Shot("desk-parcels", "agent", "/desk/parcels"),
    Shot("desk-repairs", "agent", "/desk/repairs"),
    Shot("desk-proposals", "agent", "/desk/proposals"),
    Shot("desk-experts", "supervisor", "/desk/experts"),
    Shot("desk-charges", "supervisor", "/desk/charges"),
    Shot("desk-ledger", "supervisor", "/desk/charges", follow("a[href*='/desk/cases/AS-']", "a[href$='/ledger']")),
    Shot("office-figures", "supervisor", "/office/"),
    Shot("office-ledger", "supervisor", "/office/money/ledger/"),
    Shot("office-reconciliation", "supervisor", "/office/money/reconciliation/"),
    Shot("office-gateways", "admin", "/office/money/gateways/"),
    Shot("office-deposits", "supervisor", "/office/money/deposits/"),
    Shot("office-money-rules", "supervisor", "/office/money/rules/"),
    Shot("office-carriers", "admin", "/office/carriers/"),
    Shot("office-policy", "supervisor", "/office/policy/"),
    Shot("office-policy-pack", "policy", "/office/policy/packs/cn/2026-02/?part=rights"),
    Shot("office-policy-try", "policy", "/office/policy/try/?story=part"),
    Shot("office-policy-golden", "policy", "/office/policy/golden/"),
    Shot("office-policy-draft", "policy", "/office/policy/drafts/", draft),
    Shot("office-policy-simulation", "policy", "/office/policy/simulations/", simulated),
    Shot("office-notices", "admin", "/office/notices/"),
    Shot("office-notices-wording", "admin", "/office/notices/", follow("a[href*='/office/notices/case.']")),
    Shot("office-arbiters", "supervisor", "/office/arbiters/"),
    Shot("office-messages", "admin", "/office/messages/"),
    Shot("office-promises", "supervisor", "/office/promises/"),
    Shot("office-lifecycle", "supervisor", "/office/lifecycle/"),
)


def main() -> None:
    """Afterwards the pictures are there; ends with 1 where a page could not be reached."""
    asked = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    asked.add_argument("--into", type=Path, default=PROJECT / "docs" / "pictures", help="the folder (docs/pictures)")
    asked.add_argument("--site", default="", help="photograph a running demo at this address instead of making one")
    asked.add_argument("--only", default="", help="only pages whose name holds this, or one of these with commas between them")
    asked.add_argument("--whole", action="store_true", help="the whole length of each page, for looking through all of it")
    told = asked.parse_args()
    told.into.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if any(part in shot.name for part in told.only.split(","))]
    if told.site:
        lost = photograph(told.site, shots, told.into, whole=told.whole)
    else:
        with marketplace() as site:
            lost = photograph(site, shots, told.into, whole=told.whole)
    for line in lost:
        sys.stderr.write(f"{line}\n")
    sys.exit(1 if lost else 0)


@contextmanager
def marketplace() -> Iterator[str]:
    """The address of a demo that runs in a folder of its own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="amends-pictures-"))
    folder.chmod(0o711)
    env = {**os.environ, "AMENDS_HOME": str(folder), "AMENDS_PORT": str(_free_port())}
    env.pop("DATABASE_URL", None)
    try:
        for words in (["up", "--no-demo", "--no-serve"], ["demo_marketplace", "--orders", "500", "--cases", "130"]):
            subprocess.run([*AMENDS, *words], cwd=PROJECT, env=env, check=True)
        site = f"http://127.0.0.1:{env['AMENDS_PORT']}"
        with subprocess.Popen([*AMENDS, "serve"], cwd=PROJECT, env=env) as served:
            try:
                _await(f"{site}/health/live")
                yield site
            finally:
                served.terminate()
    finally:
        subprocess.run([*AMENDS, "database", "destroy", "--yes"], cwd=PROJECT, env=env, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def photograph(site: str, shots: list[Shot], into: Path, *, whole: bool) -> list[str]:
    """Every shot in every language at every width; answers a line for each that failed."""
    lost = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("AMENDS_CHROMIUM") or shutil.which("chromium"), args=ARGUMENTS)
        for person in dict.fromkeys(shot.person for shot in shots):
            for language in LANGUAGES:
                for width in WIDTHS:
                    page = _signed_in(browser, site, person, language, width)
                    for shot in (each for each in shots if each.person == person):
                        lost += _shoot(page, shot, into / f"{shot.name}-{language}-{width}.png", whole=whole)
                    page.context.close()
        browser.close()
    return lost


def _signed_in(browser: Browser, site: str, person: str, language: str, width: int) -> Page:
    scale = 2 if width < 800 else 1
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale=LANGUAGES[language], base_url=site, device_scale_factor=scale,
        reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(f"{person}@example.com")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    return page


def _shoot(page: Page, shot: Shot, file: Path, *, whole: bool) -> list[str]:
    wrong: list[str] = []
    heard = lambda error: wrong.append(f"{file.name}: {error}")  # noqa: E731 - taken off again below by its name
    page.on("pageerror", heard)
    try:
        answer = page.goto(shot.begins)
        if answer is None or not answer.ok:
            return [f"{file.name}: {shot.begins} answers {answer.status if answer else 'nothing'}"]
        shot.walk(page)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        spare = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if spare > 0:
            wrong.append(f"{file.name}: {spare} pixels wider than the window")
        _keep(page.screenshot(full_page=whole), file)
    except Exception as error:  # one page's trouble must not cost the others
        wrong.append(f"{file.name}: {type(error).__name__} {str(error).splitlines()[0]}")
    finally:
        page.remove_listener("pageerror", heard)
    return wrong


def _keep(png: bytes, file: Path) -> None:
    """A palette makes the file a third as large. The colours are chosen so that small marks keep their own and large grounds stay exact."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(file, optimize=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise TimeoutError(f"{address} does not answer")


if __name__ == "__main__":
    main()
