"""A visit at home, in Chromium: Anna chooses her time, the technician's telephone shows the way and takes the job to its end, the desk
calls an expert. Both languages; nothing is wider than a telephone."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amends.kernel import clock
from amends.repairs.models import Appointment, Consultation, Repair
from amends.repairs.workshops import save_loan_unit, save_technician
from tests.browser.test_journey import Speaker, Walk
from tests.cast import settled, the_cast
from tests.files_of_evidence import picture
from tests.workshops_at_hand import a_repair, a_technician, a_worker, a_workshop

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]
WHERE = "杭州市西湖区文三路 8 号"
EVERY_DAY = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]


def pictured(walk: Walk, name: str) -> None:
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_visit_from_the_chosen_time_to_the_hand_back(visitors: Visitors, tmp_path: Path, language: str) -> None:
    cast, speak, tag = the_cast(), Speaker(language), language[:2]
    shop = a_workshop(cast, hours=EVERY_DAY)
    worker = a_worker(shop)
    save_technician(shop.ref, {"name": "Ming", "email": "ming@example.com"}, ref=a_technician(cast, shop).ref, by=cast.bolt)
    save_loan_unit({"name_zh": "备用冰箱", "name_en": "Spare fridge", "goods_class": "appliance", "value_minor": 90000}, by=cast.bolt)
    repair = a_repair(cast)
    settled()
    assert worker.workshop_id == shop.pk

    anna = Walk(visitors("anna", 390, language), speak)
    anna.page.goto(f"/portal/cases/{repair.case.ref}/repairs/{repair.ref}/times")
    anna.write("上门地址", "Address for the visit", WHERE)
    anna.page.locator(".pick").first.click()
    pictured(anna, f"times-{tag}")
    anna.press("就约这个时间", "Book this time")
    settled()
    Appointment.objects.filter(state="booked").update(starts_at=clock.now(), ends_at=clock.now() + timedelta(minutes=30))

    ming = Walk(visitors("ming", 390, language), speak)
    ming.page.goto("/counter/")
    expect(ming.page.locator("main")).to_contain_text(WHERE)
    expect(ming.page.locator("a[href^='geo:']")).to_have_count(1)
    pictured(ming, f"today-{tag}")
    ming.press("开始", "Begin")
    pictured(ming, f"job-{tag}")
    photo = tmp_path / "before.jpg"
    photo.write_bytes(picture())
    form = ming.page.locator("#diagnosis")
    form.locator("textarea").fill("启动器坏了")
    form.locator("input[type=file]").set_input_files(str(photo))
    ming.press("写好了，开始修", "Write it down, begin work")
    ming.press("借给顾客", "Promise it")
    ming.press("已交给顾客", "Handed out")
    ming.press("这次完成", "Done here")
    form = ming.page.locator("#hand-back")
    form.locator("textarea").first.fill("换了启动器")
    ming.press("已修好，交还顾客", "Repaired and handed back")
    expect(ming.page.locator("main")).to_contain_text("换了启动器")
    pictured(ming, f"handed-back-{tag}")
    settled()
    assert Repair.objects.get().stage in ("handed_back", "confirmed")
    ming.page.goto("/counter/jobs")
    ming.fits()


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en-GB", 390)])
def test_an_expert_meets_the_consumer_only_with_her_yes(visitors: Visitors, language: str, width: int) -> None:
    cast, speak = the_cast(), Speaker(language)
    a_workshop(cast)
    case = a_repair(cast).case
    settled()
    desk = Walk(visitors("agent", width, language), speak)
    desk.page.goto(f"/desk/experts?case={case.ref}")
    desk.write("要懂什么", "Skill", "appliance")
    desk.write("想请教什么", "The question", "压缩机要不要换？")
    desk.page.locator("#e_kind").select_option("video")
    pictured(desk, f"expert-{language[:2]}-{width}")
    desk.press("请专家", "Call")
    begins = clock.now() + timedelta(days=1)
    desk.page.locator("input[name=starts_at]").fill(f"{begins:%Y-%m-%dT%H:%M}")
    desk.page.locator("input[name=link]").fill("https://meet.example.com/1")
    desk.press("我来看", "I take it")
    desk.fits()

    anna = Walk(visitors("anna", 390, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.locator("main")).not_to_contain_text("meet.example.com")
    pictured(anna, f"session-{language[:2]}")
    anna.press("同意", "I agree")
    expect(anna.page.locator("a[href='https://meet.example.com/1']")).to_be_visible()
    desk.page.goto("/desk/experts")
    desk.write("你的意见", "Your advice", "换启动器就行。")
    desk.press("写入档案", "Put it on the file")
    assert Consultation.objects.get().stage == "advised"
    shop = Walk(visitors("bolt", width, language), speak)
    shop.page.goto("/console/workshops")
    pictured(shop, f"workshops-{language[:2]}-{width}")
