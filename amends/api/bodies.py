"""What may be sent, field by field: anything else is refused by its name (B32). No field is an amount that we owe, or a stage."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

MOST_ID = 2**63 - 1


def _storable(text: str) -> str:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise PydanticCustomError("nul", "no NUL and no half of a pair")
    return text


Str = Annotated[str, AfterValidator(_storable)]
Ref = Annotated[str, StringConstraints(max_length=40), AfterValidator(_storable)]
# Longer words reach the verb, which says how many are too many; this is only a wall.
Words = Annotated[str, StringConstraints(max_length=100_000)]
Flag = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Refs = Annotated[list[Ref], Field(max_length=50)]
Minor = Annotated[int, Field(ge=0, le=10**15, strict=True)]
Count = Annotated[int, Field(ge=-1000, le=1_000_000, strict=True)]


class Body(Schema):
    """A body with unknown fields is refused."""

    model_config = ConfigDict(extra="forbid")


class WeighingIn(Body):
    """Loose goods weighed again, in grams."""

    billed_grams: Annotated[int, Field(ge=1, le=10**7, strict=True)]
    weighed_grams: Annotated[int, Field(ge=0, le=10**7, strict=True)]


class LineIn(Body):
    """How many pieces of which line of the order, and the answers to the questions that a consideration asked. `wanted`: for an
    exchange, the article that is wanted instead (its reference, or the shop's key for it); left out, the same one."""

    position: Count
    quantity: Count
    flags: dict[Flag, bool] = Field(default_factory=dict, max_length=40)
    bad_share_bps: Annotated[int, Field(ge=0, le=10_000, strict=True)] | None = None
    weighing: WeighingIn | None = None
    wanted: Str = ""


class ConsiderationIn(Body):
    """What went wrong with which pieces: ask before you apply."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"issue": "no_reason", "lines": [{"position": 1, "quantity": 1}]}]}
    )

    issue: Str
    lines: Annotated[list[LineIn], Field(max_length=100)]


class ApplicationIn(Body):
    """An application. `consumer` is for a merchant's key alone: the consumer who asked the shop to apply. `person`: a person
    is to decide, not a machine alone; no remedy is lost by it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "order": "OR-7K3F-9Q2M-4D1X",
                    "lines": [{"position": 1, "quantity": 1, "flags": {"intact": True}}],
                    "issue": "no_reason",
                    "remedy": "return_refund",
                    "words": "尺码不合适 / It does not fit.",
                    "evidence": [],
                }
            ]
        },
    )

    order: Ref
    lines: Annotated[list[LineIn], Field(max_length=100)]
    issue: Str
    remedy: Str
    words: Words = ""
    evidence: Refs = []
    consumer: Ref = ""
    person: bool = False


class NothingIn(Body):
    """An act that needs no words: send {}."""


class RefusalIn(Body):
    """Why the merchant says no: a reason of the list, and words that the consumer reads."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "not_intact", "words": "吊牌已剪，照片见附件。/ The tag was cut off; see the photo."}]},
    )

    reason: Str
    words: Words


class WordsIn(Body):
    """A sentence for the other side."""

    words: Words = ""


class ProofIn(Body):
    """Words, files, or both."""

    words: Words = ""
    evidence: Refs = []


class RatingIn(Body):
    """One to five, and a comment."""

    score: Count
    words: Words = ""


class AddressIn(Body):
    """Where the goods go: an `entry` of the address book, or an address; left empty, the entry that fits, else the address on file."""

    address: Words = ""
    entry: Ref = ""


class DispatchIn(Body):
    """Who carries it under which number; both left out, it goes under its prepaid label."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"carrier": "SF", "waybill": "SF1234567890"}]})

    carrier: Str = ""
    waybill: Str = ""


class PickupIn(Body):
    """A slot by its beginning (one of a parcel's `slots`), the first where it is left out; where to come, who, and whether with
    packaging."""

    starts_at: AwareDatetime | None = None
    address: Words = ""
    carrier: Str = ""
    packaging: bool = False


class SeenIn(Body):
    """What was seen: grade A to D, the serial number as read, grams, answers of the class's template, photos (EV-…) by its slots."""

    grade: Literal["", "A", "B", "C", "D"] = ""
    serial: Ref = ""
    weight_grams: Annotated[int, Field(ge=-1000, le=10**7, strict=True)] | None = None
    checks: Annotated[dict[Str, bool], Field(max_length=20)] = {}
    photos: Annotated[dict[Str, Ref], Field(max_length=20)] = {}


class FindingIn(Body):
    """What was found about the next `count` units of a line. A deduction is for each unit, in minor units of the case's currency."""

    verdict: Literal["accept", "reduce", "reject", "wrong", "missing"]
    line: Count
    count: Count = 1
    reduced_minor: Minor = 0
    words: Words = ""
    evidence: Refs = []
    seen: SeenIn = SeenIn()


class InspectionIn(Body):
    """What was found, line by line; units not named wait on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"findings": [{"verdict": "accept", "line": 1, "count": 1}]}]}
    )

    findings: Annotated[list[FindingIn], Field(max_length=200)]


class ReassignmentIn(Body):
    """The e-mail address of the arbiter who takes over; empty: whoever takes it."""

    to: Annotated[str, StringConstraints(max_length=254), AfterValidator(_storable)] = ""


class UnitFindingIn(Body):
    """What is wrong with one unit. A deduction is in minor units of the case's currency."""

    verdict: Literal["reduce", "reject", "wrong", "missing"]
    words: Words
    reduced_minor: Minor = 0
    evidence: Refs = []
    seen: SeenIn = SeenIn()
