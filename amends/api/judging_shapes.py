"""What goes in and out about reviews: rulings of parts and shares, proofs asked for, tests, who judges."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from amends.api import shapes
from amends.api.bodies import Body, Ref, Refs, Str, Words
from amends.api.talk_shapes import MixPartIn

Key = Ref
Side = Literal["consumer", "merchant"]
Bps = Annotated[int, Field(ge=0, le=10_000, strict=True)]


class RulingIn(Body):
    """For or against the claim as it was asked (`outcome`), or unit by unit (`parts`); who answers for it (`liable`), or shares in
    hundredths of a per cent (`bears`); the clause; and the reasons that both sides read, from building blocks and in words."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "outcome": "for",
                    "liable": "merchant",
                    "clause": "CN-7D-01",
                    "words": "照片显示商品完好。/ The photos show that the goods are intact.",
                }
            ]
        },
    )

    outcome: Literal["for", "against", ""] = ""
    liable: Str = ""
    clause: Str = ""
    words: Words = ""
    words_en: Words = ""
    parts: Annotated[list[MixPartIn], Field(max_length=20)] | None = None
    bears: dict[Literal["consumer", "merchant", "supplier", "carrier", "platform"], Bps] = {}
    blocks: Annotated[list[Key], Field(max_length=20)] = []
    found: dict[Key, Literal["proven", "not_proven", "disproven", ""]] = {}

    def fields(self) -> dict[str, Any]:
        """As the verb takes them."""
        parts = None if self.parts is None else [part.model_dump(exclude_defaults=True) for part in self.parts]
        return {**self.model_dump(exclude={"parts"}), "parts": parts}


class SubmissionIn(Body):
    """Words and files; `request`: the proof that was asked for, where it is one."""

    words: Words = ""
    evidence: Refs = []
    request: Ref = ""


class ProofRequestIn(Body):
    """One proof of one side, about one of the review's issues where `issue` names it."""

    party: Side
    words: Words
    issue: Key = ""


class MoreIn(Body):
    """What is still wanted of both, and certain proofs of one side."""

    words: Words
    requests: Annotated[list[ProofRequestIn], Field(max_length=10)] = []


class LabTestIn(Body):
    """A testing body by its reference or key; the cost in minor units of the case's currency, and who advances it."""

    body: Str
    question: Words
    cost_minor: Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
    pays_first: Literal["consumer", "merchant", "platform"]


class LabReportIn(Body):
    """What the testing body found."""

    finding: Literal["fault", "no_fault", "unclear"]
    words: Words = ""
    evidence: Refs = []


class RemarksIn(Body):
    words: Words


class AwayIn(Body):
    """Until when; null: back again."""

    until: AwareDatetime | None = None


class RelationIn(Body):
    merchant: Ref
    why: Words


class ArbiterIn(Body):
    """An arbiter by e-mail address. Skills are goods classes and issues; none: anything. Languages: zh, en; none: both."""

    email: Str
    skills: Annotated[list[Key], Field(max_length=50)] = []
    languages: Annotated[list[Literal["zh", "en"]], Field(max_length=2)] = []
    rank: Annotated[int, Field(ge=1, le=9, strict=True)] = 1
    load_most: Annotated[int, Field(ge=1, le=500, strict=True)] = 20


class BodyIn(Body):
    key: Str
    name_zh: Str
    name_en: Str
    address: Str = ""
    skills: Annotated[list[Key], Field(max_length=50)] = []


class EndingIn(Body):
    ref: Ref


class IssueOut(Schema):
    """One point in dispute. `by` has to prove it; `found` is '' until an arbiter found."""

    key: str
    name: shapes.TextOut
    by: str
    clause: str
    source: str
    found: str


class RequestOut(Schema):
    ref: str
    party: str
    words: str
    state: str
    due_at: datetime
    answer: str


class TestOut(Schema):
    ref: str
    body: shapes.TextOut
    question: str
    cost: shapes.Money
    pays_first: shapes.TextOut
    bears: shapes.TextOut | None
    state: str
    finding: shapes.TextOut | None
    report: str


class RuledPartOut(Schema):
    """One thing that a ruling gives, of which articles or of which line's freight; `points` where it is points."""

    remedy: str
    name: shapes.TextOut
    units: list[shapes.TextOut]
    amount: shapes.Money | None
    points: int | None
    borne_by: str


class CostOut(Schema):
    """What one side finally bears of it; of the consumer what of the claim is not given."""

    party: str
    amount: shapes.Money


class HeardOut(Schema):
    """A unit that a ruling of now decides about; `id` is what `parts` name."""

    id: int
    name: shapes.TextOut
    remedy: str
    contested: bool


class JudgedOut(Schema):
    """A review whole. `costs` is empty for the consumer and before a ruling; `heard` for the platform's people while it is open; `arbiter`
    is named to the sides once there is a ruling."""

    ref: str
    case: str
    stage: str
    arbiter: str
    issues: list[IssueOut]
    requests: list[RequestOut]
    tests: list[TestOut]
    outcome: shapes.TextOut | None
    clause: str
    reasons: shapes.TextOut | None
    parts: list[RuledPartOut]
    bears: dict[str, int]
    costs: list[CostOut]
    heard: list[HeardOut]
    is_final: bool
    may_accept: bool


class BesideOut(Schema):
    """A voucher (`amount`) or points that a ruling gives beside money, and who gives it."""

    remedy: str
    party: str
    amount: shapes.Money | None
    points: int | None


class RulingCostOut(Schema):
    """What a ruling would cost, and whom; nothing is written."""

    money: shapes.Money
    goods: shapes.Money
    claimed: shapes.Money
    costs: list[CostOut]
    besides: list[BesideOut]
    second_reader: bool


class FitOut(Schema):
    """One arbiter beside this review: why they would be asked, or what bars them."""

    name: str
    email: str
    may: bool
    why: shapes.TextOut | None
    bars: list[shapes.TextOut]


class FitsOut(Schema):
    items: list[FitOut]


class ArbiterOut(Schema):
    email: str
    name: str
    skills: list[str]
    languages: list[str]
    rank: int
    load: int
    load_most: int
    away_until: datetime | None


class ArbitersOut(Schema):
    items: list[ArbiterOut]


class RelationOut(Schema):
    merchant: shapes.TextOut
    why: str
    made_at: datetime


class TestingBodyOut(Schema):
    ref: str
    key: str
    name: shapes.TextOut
    address: str
    skills: list[str]


class TestingBodiesOut(Schema):
    items: list[TestingBodyOut]


class LinkMadeOut(Schema):
    """A link to report by, shown to whoever made it."""

    ref: str
    url: str
    expires_at: datetime
