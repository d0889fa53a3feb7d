"""`amends reviews`: what waits for arbiters, one review whole, who could judge it, and the record of arbiters and testing bodies.

amends reviews list --as judge@example.com
amends reviews show RV-… --as judge@example.com --json
amends reviews who RV-… --as head@example.com
amends reviews take RV-… --as judge@example.com
amends reviews request RV-… --party merchant --words "the weighing slip" --as judge@example.com
amends reviews cost RV-… --parts '[{"remedy": "none", "units": [7]}, {"remedy": "voucher", "amount_minor": 2000}]' --as judge@example.com
amends reviews more RV-… --words "which box was it in?" --as judge@example.com
amends reviews test RV-… --body lab --cost-minor 8000 --pays platform --words "Was it used?" --as judge@example.com
amends reviews report RV-… --finding fault --words "report 77" --as agent@example.com
amends reviews rule RV-… --parts '[{"remedy": "refund_only", "units": [7]}]' --bears carrier=70,merchant=30 --clause … --words … --as …
amends reviews arbiter judge@example.com --skills electronics,damaged --languages zh --rank 2 --as head@example.com
amends reviews body lab --name-zh 检测所 --name-en Laboratory --as head@example.com
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand

from amends.api.judging import cost_out, told
from amends.cases.models import Case
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.management.bearing import refused
from amends.management.person import actor_named
from amends.people.models import User
from amends.people.rules import Actor
from amends.plumbing.console import language
from amends.rulings import verbs
from amends.rulings.assigning import fits, loads_of
from amends.rulings.judged import review_for
from amends.rulings.mixing_of import cost_of_ruling
from amends.rulings.models import ArbiterProfile, Review
from amends.rulings.rules import REVIEW
from amends.rulings.rules.assigning import BARS, why_chosen

MOST = 100
WHAT = (
    "list", "show", "who", "take", "request", "more", "test", "report", "cost", "rule", "sign", "return", "arbiters", "arbiter", "body",
)  # fmt: skip


class Command(BaseCommand):
    help = "Reviews: what waits, one whole, who could judge it; ask, rule; the record of arbiters and testing bodies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=WHAT)
        parser.add_argument("name", nargs="?", default="", help="a review, an arbiter's e-mail address, or a testing body's key")
        parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="who acts")
        parser.add_argument("--party", default="", help="request: consumer or merchant")
        parser.add_argument("--issue", default="", help="request: which issue it is about")
        parser.add_argument("--words", default="", help="request, more, test, report, return, rule: in words")
        parser.add_argument("--body", default="", help="test: the testing body's key or reference")
        parser.add_argument("--cost-minor", type=int, default=0, help="test: what it costs, in minor units of the case's currency")
        parser.add_argument("--pays", default="", help="test: who advances it, consumer, merchant or platform")
        parser.add_argument("--finding", default="", help="report: fault, no_fault or unclear")
        parser.add_argument("--words-en", default="", help="rule: the reasons in English beside them")
        parser.add_argument("--outcome", default="", help="cost, rule: for or against the claim as it was asked")
        parser.add_argument("--parts", default="", help="cost, rule: what each heard unit is given, freight and sums, as JSON")
        parser.add_argument("--bears", default="", metavar="PARTY=PER CENT,…", help="cost, rule: who bears it")
        parser.add_argument("--liable", default="", help="cost, rule: who answers for it, and bears it where no shares are named")
        parser.add_argument("--clause", default="", help="rule: the clause it rests on")
        parser.add_argument("--blocks", default="", help="rule: building blocks of the reasons, with commas between")
        parser.add_argument("--skills", default="", help="arbiter, body: goods classes and issues, with commas between")
        parser.add_argument("--languages", default="", help="arbiter: zh,en")
        parser.add_argument("--rank", type=int, default=1, help="arbiter: 1 to 9; an appeal needs a higher one")
        parser.add_argument("--load-most", type=int, default=20, help="arbiter: how many reviews at once")
        parser.add_argument("--name-zh", default="", help="body: its name in Chinese")
        parser.add_argument("--name-en", default="", help="body: its name in English")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        found = refused(lambda: getattr(self, f"_{asked.what}")(asked, actor_named(asked.person)))
        if asked.json:
            self.stdout.write(json.dumps(found, ensure_ascii=False, default=str))
            return
        for row in found if isinstance(found, list) else [found]:
            self.stdout.write("  ".join(f"{name}={value}" for name, value in row.items() if value not in ("", None, [], {})))

    def _list(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        rows = Review.objects.filter(stage__in=REVIEW.open_stages, case__in=_cases(by)).select_related("case", "arbiter")
        return [
            {"review": row.ref, "case": row.case.ref, "stage": row.stage, "arbiter": row.arbiter.email if row.arbiter else "",
             "since": row.since.isoformat()}
            for row in rows.order_by("since")[:MOST]
        ]  # fmt: skip

    def _show(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return told(review_for(asked.name, by), by).model_dump(mode="json")

    def _who(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        review = review_for(asked.name, by)
        rows = fits(review.case, review) if by.sees_everything else []
        people = User.objects.in_bulk([fit.candidate.user_id for fit in rows])
        return [
            {"arbiter": people[fit.candidate.user_id].email, "may": fit.may,
             "why": _in(why_chosen(fit)) if fit.may else ", ".join(_in(BARS[bar]) for bar in fit.bars)}
            for fit in rows
        ]  # fmt: skip

    def _take(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _row(verbs.take_review(asked.name, by=by))

    def _request(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        row = verbs.request_proof(asked.name, party=asked.party, words=asked.words, issue=asked.issue, by=by)
        return {"request": row.ref, "party": row.party, "due": row.due_at.isoformat()}

    def _more(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _row(verbs.ask_more(asked.name, words=asked.words, by=by))

    def _test(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        told = {"body": asked.body, "question": asked.words, "cost_minor": asked.cost_minor, "pays_first": asked.pays}
        return _row(verbs.order_test(asked.name, **told, by=by))

    def _report(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _row(verbs.report_test(asked.name, finding=asked.finding, words=asked.words, by=by))

    def _cost(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        review = review_for(asked.name, by)
        if not by.sees_everything:
            raise NotFound
        parts = _parsed(asked.parts) if asked.parts else None
        costs = cost_of_ruling(review, asked.outcome, parts, _shares(asked.bears), by, liable=asked.liable)
        return cost_out(costs).model_dump(mode="json")

    def _return(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _row(verbs.return_draft(asked.name, words=asked.words, by=by))

    def _rule(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        parts = {"parts": _parsed(asked.parts)} if asked.parts else {"outcome": asked.outcome}
        return _row(verbs.give_ruling(
            asked.name, liable=asked.liable, clause=asked.clause, words=asked.words, words_en=asked.words_en,
            blocks=_listed(asked.blocks), bears=_shares(asked.bears), by=by, **parts,
        ))  # fmt: skip

    def _sign(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        return _row(verbs.rule(asked.name, by=by))

    def _arbiters(self, asked: Namespace, by: Actor) -> list[dict[str, Any]]:
        rows = list(ArbiterProfile.objects.select_related("user").order_by("user__email")) if by.sees_everything else []
        loads = loads_of([row.user_id for row in rows])
        return [
            {"arbiter": row.user.email, "skills": row.skills, "languages": row.languages, "rank": row.rank,
             "load": loads.get(row.user_id, 0), "most": row.load_most, "away": row.away_until.isoformat() if row.away_until else ""}
            for row in rows
        ]  # fmt: skip

    def _arbiter(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        row = verbs.keep_arbiter(
            asked.name, skills=_listed(asked.skills), languages=_listed(asked.languages), rank=asked.rank, load_most=asked.load_most, by=by
        )
        return {"arbiter": row.user.email, "skills": row.skills, "languages": row.languages, "rank": row.rank, "most": row.load_most}

    def _body(self, asked: Namespace, by: Actor) -> dict[str, Any]:
        row = verbs.add_body(key=asked.name, name_zh=asked.name_zh, name_en=asked.name_en, skills=_listed(asked.skills), by=by)
        return {"body": row.ref, "key": row.key}


def _cases(by: Actor) -> Any:
    return Case.objects.visible_to(by)


def _row(review: Review) -> dict[str, Any]:
    return {"review": review.ref, "stage": review.stage, "outcome": review.outcome, "arbiter": review.arbiter_id or ""}


def _listed(written: str) -> list[str]:
    return [one.strip() for one in written.split(",") if one.strip()]


def _shares(written: str) -> dict[str, int]:
    found = {}
    for one in _listed(written):
        party, _, percent = one.partition("=")
        try:
            found[party.strip()] = round(float(percent) * 100)
        except (ValueError, OverflowError) as wrong:
            text = say("请写成 carrier=70 的样子。", "Write it like carrier=70.")
            raise Unprocessable.field("bears", text, code="share_wrong") from wrong
    return found


def _parsed(written: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(written)
    except ValueError as wrong:
        raise Unprocessable.field("parts", say("parts 须为 JSON。", "--parts is JSON."), code="no_json") from wrong
    if not isinstance(found, list):
        raise Unprocessable.field("parts", say("parts 须为数组。", "--parts is a list."), code="no_list")
    return found


def _in(text: Text) -> str:
    return text.into(language())
