"""What offers, conversation, notes and quick replies look like as JSON, in and out. Nothing here reads the database."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from amends.api.bodies import Body, Minor, Ref, Refs, Str, Words
from amends.api.shapes import TextOut
from amends.kernel.texts import Text
from amends.talks.conversation import Line
from amends.talks.models import Note, QuickReply
from amends.talks.notes import Noted
from amends.talks.queries import Composing, OfferView, PartView, Previewed
from amends.talks.replies import Filled

REMEDIES = Literal[
    "refund_only", "return_refund", "exchange", "repair", "resend", "none", "price_adjustment", "extra", "goodwill", "voucher", "points"
]
EXAMPLE: dict[str, Any] = {
    "parts": [{"remedy": "price_adjustment", "units": [41], "amount_minor": 3000}],
    "words": "留着用，退一部分。/ Keep it, and have some of its price back.",
}


class MixPartIn(Body):
    """One part of a mix. `units`: ids of claimed units (a composition lists them). `amount_minor`: minor units of the case's currency, or
    points; left out for a refund of units it is what the rules give, or all that is left of their price."""

    remedy: REMEDIES
    units: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1, strict=True)]], Field(max_length=1000)] = []
    amount_minor: Minor | None = None
    line: Annotated[int, Field(ge=0, le=1000, strict=True)] = 0
    part: Literal["", "freight", "packaging"] = ""
    borne_by: Literal["merchant", "platform"] = "merchant"


class MixIn(Body):
    """Remedies of any mix: every claimed unit that is not finished has a part, be it `none`."""

    parts: Annotated[list[MixPartIn], Field(max_length=50)]


class OfferIn(MixIn):
    """A proposal to the other side; of the platform's people, to both. `why`: for whoever signs sums beyond the order that you may not
    promise alone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    words: Words = ""
    why: Str = ""


class YesIn(Body):
    """A yes to an offer. `why`: for whoever signs sums beyond the order that you may not promise alone."""

    why: Str = ""


class DecliningIn(Body):
    """Why not, in words that the other side reads."""

    words: Words = ""


class MessageIn(Body):
    """Words for the other sides, and files uploaded for this order. `reply`: the quick reply that it was made from."""

    words: Words = ""
    evidence: Refs = []
    reply: Ref = ""


class NoteIn(Body):
    """Words for one's own side alone."""

    words: Words


class ReplyIn(Body):
    """A quick reply in both languages; what is left out stays as it is."""

    key: Str | None = None
    title_zh: Str | None = None
    title_en: Str | None = None
    body_zh: Words | None = None
    body_en: Words | None = None


class MixPartOut(Schema):
    """One part in words. `goods_minor`, `freight_minor` and `packaging_minor` are what its sum is of; `sends_back`: the goods go back
    first, and `return_freight` says who pays that way. `unit`: a currency or points."""

    remedy: str
    name: TextOut
    units: list[int]
    articles: list[ArticlesOut]
    amount_minor: int | None
    unit: str
    goods_minor: int
    freight_minor: int
    packaging_minor: int
    sends_back: bool
    return_freight: TextOut | None
    borne_by: TextOut


class ArticlesOut(Schema):
    """How many of which article."""

    name: TextOut
    quantity: int


class ChoiceOut(Schema):
    """A verb that the caller may choose now."""

    verb: str
    name: TextOut


class OfferOut(Schema):
    """An offer. `side`: consumer, merchant or platform; `least_minor`: what the rules give for these units in these very remedies;
    `signed_by_another`: why somebody else has to sign your yes."""

    ref: str
    case: str
    side: str
    round: int
    stage: str
    stage_name: TextOut
    answers: str | None
    parts: list[MixPartOut]
    amount_minor: int
    least_minor: int
    currency: str
    words: str
    agreed: list[TextOut]
    made_at: datetime
    until: datetime | None
    silence: TextOut | None
    choices: list[ChoiceOut]
    signed_by_another: TextOut | None


class PromisedOut(Schema):
    """The offer as it is now, or the `approval` that was asked: nothing is done until somebody else has signed."""

    offer: OfferOut | None
    approval: str | None


class OffersOut(Schema):
    items: list[OfferOut]


class OfferPreviewOut(Schema):
    """What a mix would give now; nothing is kept. `wrong`: why it can't be offered; `signed_by_another`: why somebody else signs first."""

    parts: list[MixPartOut]
    amount_minor: int
    least_minor: int
    currency: str
    wrong: TextOut | None
    code: str
    signed_by_another: TextOut | None


class ArticleOut(Schema):
    """A line of the case: its units that are not finished, what is left of their price in money, and of freight and packaging."""

    line: int
    name: TextOut
    units: list[int]
    left_minor: int
    freight_minor: int
    packaging_minor: int


class LawOut(Schema):
    """A remedy that the rules open as of right, and the money it would bring now."""

    remedy: str
    name: TextOut
    amount_minor: int


class CompositionOut(Schema):
    """What an offer can be made of now. `finished`: how many units no offer has a word in; `may_offer`: whether the caller may."""

    articles: list[ArticleOut]
    finished: int
    law: list[LawOut]
    currency: str
    may_offer: bool


class SaidOut(Schema):
    """Something said. `read_at`: when the other side first saw it."""

    ref: str
    party: str
    words: str
    erased: bool
    files: list[str]
    made_at: datetime
    read_at: datetime | None


class ConversationOut(Schema):
    items: list[SaidOut]


class SaidReadOut(Schema):
    """How many lines were read now that were not before."""

    read: int


class NoteOut(Schema):
    """A note of the caller's own side."""

    id: int
    name: str
    words: str
    erased: bool
    made_at: datetime
    mine: bool


class NotedOut(Schema):
    """A note that was written or erased. Without its words: answers are kept for a while (B14), and erased words are gone for good."""

    id: int
    erased: bool
    made_at: datetime


class NotesOut(Schema):
    items: list[NoteOut]


class ReplyOut(Schema):
    """A quick reply as it is kept, with its places."""

    ref: str
    key: str
    title: TextOut
    body: TextOut
    used: int


class RepliesOut(Schema):
    items: list[ReplyOut]


MixPartOut.model_rebuild()


def offer_out(view: OfferView, case: str) -> OfferOut:
    """An offer as it is answered."""
    return OfferOut(
        ref=view.ref, case=case, side=view.side.value, round=view.round, stage=view.stage, stage_name=words(view.stage_name),
        answers=view.answers or None, parts=[part_out(part) for part in view.parts], amount_minor=view.amount_minor,
        least_minor=view.least_minor, currency=view.currency, words=view.words, agreed=[words(name) for name in view.agreed],
        made_at=view.made_at, until=view.until, silence=words(view.silence) if view.silence else None,
        choices=[ChoiceOut(verb=verb, name=words(name)) for verb, name in view.choices],
        signed_by_another=words(view.signed_by_another) if view.signed_by_another else None,
    )  # fmt: skip


def part_out(part: PartView) -> MixPartOut:
    """One part as it is answered."""
    return MixPartOut(
        remedy=part.remedy, name=words(part.name), units=list(part.units),
        articles=[ArticlesOut(name=words(name), quantity=n) for name, n in part.articles], amount_minor=part.amount_minor, unit=part.unit,
        goods_minor=part.goods_minor, freight_minor=part.freight_minor, packaging_minor=part.packaging_minor, sends_back=part.sends_back,
        return_freight=words(part.return_freight) if part.return_freight else None, borne_by=words(part.borne_by),
    )  # fmt: skip


def preview_out(told: Previewed) -> OfferPreviewOut:
    """A preview as it is answered."""
    return OfferPreviewOut(
        parts=[part_out(part) for part in told.parts], amount_minor=told.amount_minor, least_minor=told.least_minor, currency=told.currency,
        wrong=words(told.wrong) if told.wrong else None, code=told.code,
        signed_by_another=words(told.signed_by_another) if told.signed_by_another else None,
    )  # fmt: skip


def composition_out(told: Composing) -> CompositionOut:
    """What can be offered, as it is answered."""
    return CompositionOut(
        articles=[
            ArticleOut(line=one.position, name=words(one.name), units=list(one.units), left_minor=one.left_minor,
                       freight_minor=one.freight_minor, packaging_minor=one.packaging_minor)
            for one in told.articles
        ],
        finished=told.locked, law=[LawOut(remedy=remedy, name=words(name), amount_minor=minor) for remedy, name, minor in told.law],
        currency=told.currency, may_offer=told.may,
    )  # fmt: skip


def message_out(line: Line) -> SaidOut:
    """A line of the conversation as it is answered."""
    return SaidOut(ref=line.ref, party=line.party.value, words=line.words, erased=line.erased, files=[ref for ref, _ in line.files],
                      made_at=line.made_at, read_at=line.read_at)  # fmt: skip


def note_out(one: Noted) -> NoteOut:
    """A note as it is answered, to its own side."""
    return NoteOut(id=one.id, name=one.name, words=one.words, erased=one.erased, made_at=one.made_at, mine=one.mine)


def noted_out(row: Note) -> NotedOut:
    """A note as it is answered to whoever wrote or erased it."""
    return NotedOut(id=row.pk, erased=row.erased_at is not None, made_at=row.made_at)


def reply_out(row: QuickReply) -> ReplyOut:
    """A quick reply as it is kept."""
    return ReplyOut(ref=row.ref, key=row.key, title=TextOut(zh=row.title_zh, en=row.title_en), body=TextOut(zh=row.body_zh, en=row.body_en),
                    used=row.used)  # fmt: skip


def filled_out(one: Filled) -> ReplyOut:
    """A quick reply with its places filled for a case."""
    return ReplyOut(ref=one.ref, key=one.key, title=words(one.title), body=words(one.body), used=one.used)


def words(text: Text) -> TextOut:
    """A sentence in both languages."""
    return TextOut(**text.both())
