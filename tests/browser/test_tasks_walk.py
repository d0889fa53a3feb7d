"""Tasks of departments and an authority's complaint in Chromium: at the width of a telephone and of a desk, in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from amends.complaints.models import Complaint
from amends.people.rules import Role
from amends.tasks.models import Task
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, claims, person, settled, the_cast

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


def pictured(walk: Walk, name: str) -> None:
    """The page fits; where pictures are wanted it is kept."""
    walk.fits()
    if folder := os.environ.get("AMENDS_PICTURES"):
        walk.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1280)])
def test_a_task_is_given_passed_on_and_raised_and_an_authority_answered(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    person("sun", Role.SUPERVISOR)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    desk, tag = Walk(visitors("agent", width, language), Speaker(language)), f"{language[:2]}-{width}"
    desk.page.goto(f"/desk/cases/{case.ref}")
    desk.fits()
    desk.link("^派任务$", "^Give a task$")
    desk.page.locator("[name=department]").select_option("quality")
    desk.page.locator("[name=words]").fill("同一批还有投诉吗？ / Are there others of this batch?")
    pictured(desk, f"task-new-{tag}")
    desk.press("^派出", "^Give it")
    desk.page.goto(f"/desk/tasks/{Task.objects.get().ref}")
    for department in ("legal", "press"):
        desk.page.locator("select[name=department]").select_option(department)
        desk.press("^转交$", "^Pass it on$")
    desk.sees("已经交主管", "a supervisor's now")
    pictured(desk, f"task-{tag}")
    boss = Walk(visitors("sun", width, language), Speaker(language))
    boss.page.goto("/desk/departments")
    boss.page.locator("[name=person]").last.select_option("agent@example.com")
    boss.page.locator("[name=department]").last.select_option("press")
    boss.page.locator("[name=leads]").check()
    boss.press("^登记", "^Put on record")
    boss.sees("负责人", "Leader")
    pictured(boss, f"departments-{tag}")
    desk.page.goto("/desk/tasks?department=all")
    desk.sees("公关", "Press")
    pictured(desk, f"tasks-{tag}")

    desk.page.goto(f"/desk/complaints/of/{case.ref}")
    desk.page.locator("[name=authority]").fill("杭州市市场监督管理局")
    desk.page.locator("[name=number]").fill("3301-2026-0077")
    desk.page.locator("[name=words]").fill("消费者称商家拒绝退款 / The consumer says that the shop refuses")
    pictured(desk, f"complaint-new-{tag}")
    desk.press("^登记", "^Put it on file")
    desk.page.goto(f"/desk/complaints/{Complaint.objects.get().ref}")
    desk.press("生成举证包", "Make a file")
    desk.page.locator("form[action$=answer] [name=words]").fill("全部经过在举证包里 / All is in the file")
    desk.press("^登记答复", "^We have answered")
    desk.sees("已答复，等监管部门", "Answered, with the authority")
    pictured(desk, f"complaint-{tag}")
    desk.page.goto("/desk/complaints")
    desk.sees("3301-2026-0077", "3301-2026-0077")
    pictured(desk, f"complaints-{tag}")
    assert Complaint.objects.get().stage == "answered" and Task.objects.get().stage == "raised"
