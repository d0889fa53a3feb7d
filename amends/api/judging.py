"""Reviews as JSON: the file with issues and burdens, proofs and tests asked for, drafts and second readers; and who judges."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router

from amends.api import judging_shapes as out
from amends.api.bodies import NothingIn
from amends.api.callers import Asked
from amends.api.carrying import acted
from amends.api.case_shapes import CaseOut
from amends.api.doing import done, posting, reading
from amends.api.telling import money, text
from amends.cases.rules.mix import POINTS
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import say
from amends.people.models import User
from amends.people.rules import Actor
from amends.rulings import report_links, verbs
from amends.rulings.assigning import fits, loads_of
from amends.rulings.judged import judged, review_for
from amends.rulings.mixing_of import Costs, cost_of_ruling
from amends.rulings.models import ArbiterProfile, ProofRequest, Review, TestingBody
from amends.rulings.rules.assigning import BARS, why_chosen

router = Router(tags=["reviews"])


@reading(router, "/reviews/{ref}", out.JudgedOut, "One review")
def one(request: Asked, ref: str) -> out.JudgedOut:
    """What is in dispute and who proves it, proofs and tests asked for, the ruling part by part."""
    return told(review_for(ref, request.auth.actor), request.auth.actor)


@reading(router, "/reviews/{ref}/arbiters", out.FitsOut, "Who could judge it")
def who(request: Asked, ref: str) -> out.FitsOut:
    """Whoever would be asked first stands first; who is barred stands behind, with the reason. For the platform's people."""
    review = _ours(ref, request.auth.actor)
    rows = fits(review.case, review)
    people = User.objects.in_bulk([fit.candidate.user_id for fit in rows])
    return out.FitsOut(items=[
        out.FitOut(
            name=people[fit.candidate.user_id].name, email=people[fit.candidate.user_id].email, may=fit.may,
            why=text(why_chosen(fit)) if fit.may else None, bars=[text(BARS[bar]) for bar in fit.bars],
        )
        for fit in rows
    ])  # fmt: skip


@posting(router, "/reviews/{ref}/preview", out.RulingCostOut, "What a ruling would cost")
def preview(request: Asked, ref: str, body: out.RulingIn) -> HttpResponse:
    """The cost to each side of the ruling as it is told here; nothing is written."""
    by = request.auth.actor

    def answer() -> out.RulingCostOut:
        fields = body.fields()
        costs = cost_of_ruling(_ours(ref, by), fields["outcome"], fields["parts"], fields["bears"], by, liable=fields["liable"])
        return cost_out(costs)

    return done(request, answer)


@posting(router, "/reviews/{ref}/taking", CaseOut, "Take a review")
def taking(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The review is the calling arbiter's."""
    return acted(request, lambda: verbs.take_review(ref, by=request.auth.actor))


@posting(router, "/reviews/{ref}/proof-requests", out.RequestOut, "Ask one side for a proof")
def ask_for_proof(request: Asked, ref: str, body: out.ProofRequestIn) -> HttpResponse:
    """One side owes one certain proof until the round of evidence ends; it is given by a submission that names it."""

    def answer() -> out.RequestOut:
        row = verbs.request_proof(ref, **body.model_dump(), by=request.auth.actor)
        return _request(ProofRequest.objects.select_related("words", "answer").get(merchant_id=row.merchant_id, pk=row.pk))

    return done(request, answer)


@posting(router, "/reviews/{ref}/more", CaseOut, "Ask both sides for more")
def more(request: Asked, ref: str, body: out.MoreIn) -> HttpResponse:
    """The evidence is open once more, as often as the case's terms say."""
    wanted = [each.model_dump() for each in body.requests]
    return acted(request, lambda: verbs.ask_more(ref, words=body.words, requests=wanted, by=request.auth.actor))


@posting(router, "/reviews/{ref}/tests", CaseOut, "Order a test")
def tests(request: Asked, ref: str, body: out.LabTestIn) -> HttpResponse:
    """The goods go before a testing body; the arbiter's clock stands still."""
    return acted(request, lambda: verbs.order_test(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/reviews/{ref}/test-report", CaseOut, "Report on a test")
def test_report(request: Asked, ref: str, body: out.LabReportIn) -> HttpResponse:
    """What the testing body found is on file, and it is known who bears the cost of the test."""
    return acted(request, lambda: verbs.report_test(ref, **body.model_dump(), by=request.auth.actor))


@posting(router, "/reviews/{ref}/test-link", out.LinkMadeOut, "Make a link for the testing body")
def test_link(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """A link by which the testing body reports by itself, once; the one before ends."""

    def answer() -> out.LinkMadeOut:
        link, url = report_links.make_test_link(ref, by=request.auth.actor)
        return out.LinkMadeOut(ref=link.ref, url=url, expires_at=link.expires_at)

    return done(request, answer)


@posting(router, "/reviews/{ref}/draft", CaseOut, "Draft a ruling")
def draft(request: Asked, ref: str, body: out.RulingIn) -> HttpResponse:
    """A second person has to read this ruling and sign it before anybody hears of it."""
    return acted(request, lambda: verbs.draft_ruling(ref, **body.fields(), by=request.auth.actor))


@posting(router, "/reviews/{ref}/draft-return", CaseOut, "Return a draft")
def draft_return(request: Asked, ref: str, body: out.RemarksIn) -> HttpResponse:
    """The draft goes back to whoever wrote it, with remarks."""
    return acted(request, lambda: verbs.return_draft(ref, words=body.words, by=request.auth.actor))


@posting(router, "/cases/{ref}/ruling-acceptance", CaseOut, "Accept a ruling for one's own side")
def accept_the_ruling(request: Asked, ref: str, body: NothingIn) -> HttpResponse:
    """The ruling binds; or, where it burdens both sides, waits for the other one to accept too."""

    def run() -> Review:
        case = verbs.accept_ruling(ref, by=request.auth.actor)
        return Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).latest("pk")

    return acted(request, run)


# ── who judges, who tests ────────────────────────────────────────────────────────────────────────────────────────────────────


@reading(router, "/arbiters", out.ArbitersOut, "Who judges")
def arbiters(request: Asked) -> out.ArbitersOut:
    """Skills, languages, rank and load of every arbiter on record. For the platform's people; empty for everybody else."""
    if not request.auth.actor.sees_everything:
        return out.ArbitersOut(items=[])
    rows = list(ArbiterProfile.objects.select_related("user").order_by("user__name", "pk"))
    loads = loads_of([row.user_id for row in rows])
    return out.ArbitersOut(items=[_arbiter(row, loads.get(row.user_id, 0)) for row in rows])


@posting(router, "/arbiters", out.ArbiterOut, "Keep an arbiter's record")
def arbiter(request: Asked, body: out.ArbiterIn) -> HttpResponse:
    """This arbiter is asked by skill, language, rank and load from now on. By supervisors and administrators."""

    def answer() -> out.ArbiterOut:
        row = verbs.keep_arbiter(**body.model_dump(), by=request.auth.actor)
        return _arbiter(row, loads_of([row.user_id]).get(row.user_id, 0))

    return done(request, answer)


@posting(router, "/arbiters/absence", out.ArbiterOut, "Be away, or back")
def absence(request: Asked, body: out.AwayIn) -> HttpResponse:
    """The calling arbiter is asked for nothing until then."""
    return done(request, lambda: _arbiter(verbs.be_away(until=body.until, by=request.auth.actor), 0))


@posting(router, "/arbiters/relations", out.RelationOut, "Declare a relation to a merchant")
def relation(request: Asked, body: out.RelationIn) -> HttpResponse:
    """The caller has no part in this merchant's cases from now on."""

    def answer() -> out.RelationOut:
        row = verbs.declare_relation(body.merchant, why=body.why, by=request.auth.actor)
        return out.RelationOut(merchant=text(say(row.merchant.name_zh, row.merchant.name_en)), why=row.why, made_at=row.made_at)

    return done(request, answer)


@reading(router, "/testing-bodies", out.TestingBodiesOut, "Who tests goods")
def bodies(request: Asked) -> out.TestingBodiesOut:
    """The testing bodies on record."""
    rows = TestingBody.objects.filter(ended_at__isnull=True).order_by("name_zh", "pk")
    return out.TestingBodiesOut(items=[_body(row) for row in rows])


@posting(router, "/testing-bodies", out.TestingBodyOut, "Put a testing body on record")
def body_entry(request: Asked, body: out.BodyIn) -> HttpResponse:
    """A testing body is on record; one with this key is changed."""
    return done(request, lambda: _body(verbs.add_body(**body.model_dump(), by=request.auth.actor)))


@posting(router, "/testing-bodies/ending", out.TestingBodyOut, "End a testing body")
def body_ending(request: Asked, body: out.EndingIn) -> HttpResponse:
    """No new test goes to it."""
    return done(request, lambda: _body(verbs.end_body(body.ref, by=request.auth.actor)))


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def told(review: Review, by: Actor) -> out.JudgedOut:
    """The review for this reader."""
    seen, currency = judged(review, by), review.case.currency
    return out.JudgedOut(
        ref=seen.ref, case=review.case.ref, stage=seen.stage,
        arbiter=review.arbiter.name if review.arbiter and (by.sees_everything or review.ruled_at) else "",
        issues=[
            out.IssueOut(key=row.key, name=text(row.name), by=row.by, clause=row.clause, source=row.source, found=row.found)
            for row in seen.issues
        ],
        requests=[
            out.RequestOut(ref=row.ref, party=row.party, words=row.words, state=row.state, due_at=row.due_at, answer=row.answer)
            for row in seen.requests
        ],
        tests=[
            out.TestOut(
                ref=row.ref, body=text(row.body), question=row.question, cost=money(row.cost_minor, row.currency),
                pays_first=text(row.pays_first), bears=text(row.bears) if row.bears else None, state=row.state,
                finding=text(row.finding) if row.finding else None, report=row.report,
            )
            for row in seen.tests
        ],
        outcome=text(seen.outcome) if seen.outcome else None, clause=seen.clause,
        reasons=text(seen.reasons) if seen.reasons else None,
        parts=[
            out.RuledPartOut(
                remedy=row.remedy, name=text(row.name), units=[text(unit) for unit in row.units], borne_by=row.borne_by,
                amount=None if row.amount_minor is None else money(row.amount_minor, currency), points=row.points,
            )
            for row in seen.parts
        ],
        bears=dict(seen.bears), costs=_costs(seen.costs) if seen.costs else [],
        heard=[out.HeardOut(id=row.id, name=text(row.name), remedy=row.remedy, contested=row.contested) for row in seen.heard],
        is_final=seen.is_final, may_accept=seen.may_accept,
    )  # fmt: skip


def cost_out(costs: Costs) -> out.RulingCostOut:
    """What a ruling would cost, told to a program."""
    sums = [money(minor, costs.currency) for minor in (costs.money_minor, costs.goods_minor, costs.claimed_minor)]
    besides = [
        out.BesideOut(
            remedy=one.remedy, party=one.party, amount=None if one.remedy == POINTS else money(one.minor, costs.currency),
            points=one.minor if one.remedy == POINTS else None,
        )
        for one in costs.besides
    ]  # fmt: skip
    return out.RulingCostOut(
        money=sums[0], goods=sums[1], claimed=sums[2], costs=_costs(costs), besides=besides, second_reader=costs.second_reader
    )


def _ours(ref: str, by: Actor) -> Review:
    review = review_for(ref, by)
    if not by.sees_everything:
        raise NotYourMove(say("这由平台来做。", "The platform does this."))
    return review


def _costs(costs: Costs) -> list[out.CostOut]:
    return [out.CostOut(party=party, amount=money(minor, costs.currency)) for party, minor in costs.by_party]


def _request(row: ProofRequest) -> out.RequestOut:
    answer = row.answer.body if row.answer else ""
    return out.RequestOut(ref=row.ref, party=row.party, words=row.words.body, state=row.state, due_at=row.due_at, answer=answer)


def _arbiter(row: ArbiterProfile, load: int) -> out.ArbiterOut:
    return out.ArbiterOut(
        email=row.user.email, name=row.user.name, skills=list(row.skills), languages=list(row.languages), rank=row.rank, load=load,
        load_most=row.load_most, away_until=row.away_until,
    )  # fmt: skip


def _body(row: TestingBody) -> out.TestingBodyOut:
    return out.TestingBodyOut(
        ref=row.ref, key=row.key, name=text(say(row.name_zh, row.name_en)), address=row.address, skills=list(row.skills)
    )
