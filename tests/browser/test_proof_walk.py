"""A proof file in Chromium, in both languages and widths: a side makes one and saves it, its script checks it, and whoever has it asks
on the public page whether it is ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from amends.faces.proving import public
from amends.sealing.exporting import SCRIPT
from amends.sealing.models import ProofFile
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


@pytest.mark.parametrize(
    ("who", "face", "language", "width"),
    [("anna", "portal", "zh-CN", 390), ("bolt", "console", "en-GB", 1440), ("judge", "desk", "zh-CN", 1440)],
)
def test_a_file_is_made_saved_checked_and_asked_about(
    visitors: Visitors, tmp_path: Path, who: str, face: str, language: str, width: int
) -> None:
    cast, home = the_cast(), f"/{face}/"
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    public.LIMIT.forget()
    walk = Walk(visitors(who, width, language), Speaker(language))
    page = walk.page
    page.goto(f"{home}cases/{case.ref}")
    page.locator(f'a[href="{home}cases/{case.ref}/seal"]').click()
    walk.fits()
    walk.press("生成举证包", "Make a proof file")
    row = ProofFile.objects.get()
    walk.fits()
    with page.expect_download() as saved:
        page.locator(f'a[href$="/proof-files/{row.ref}"]').click()
    path = tmp_path / "saved.zip"
    saved.value.save_as(path)
    assert subprocess.run([sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, check=False).returncode == 0
    page.goto("/proofs/")
    walk.fits()
    page.locator("#id_number").fill(row.ref)
    page.locator("#id_file").set_input_files(path)
    walk.press("核对", "Check")
    walk.sees("与我们保存的一致", "it is what we keep")
    walk.fits()
    path.write_bytes(path.read_bytes() + b"\0")
    page.locator("#id_number").fill(row.ref)
    page.locator("#id_file").set_input_files(path)
    walk.press("核对", "Check")
    walk.sees("不一致", "No: the number")
    walk.fits()
