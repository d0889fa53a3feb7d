"""The fields of every public verb, filled from seeded dice for a_quarter.py: by their name, for some verbs by hand.

Every sentence that anybody gives begins with a mark of its own, so that it can be looked for at the end.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image

from amends.cases import hooks, mixing
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.rules.mix import FOR_UNITS, MONEY_FOR_UNIT, NONE, STAYS
from amends.cases.verbs import answering
from amends.cases.verbs.uploading import upload
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.market.models import Unit
from amends.people.rules import Actor
from amends.refunds.payees import give_payee
from amends.repairs.verbs import PartWanted
from amends.replacements.models import Offered
from amends.returns.models import Inspection
from amends.returns.verbs.seeing import Seen
from amends.rulings import appealing
from amends.rulings import verbs as rulings
from amends.rulings.appeal_evidence import NewPiece
from amends.rulings.models import Appeal, ProofRequest, Review
from amends.rulings.queries import contested, heard_units
from amends.rulings.rules.testing import FINDINGS, PAYERS
from amends.talks import offering
from amends.tasks.rules import DEPARTMENTS
from tests.proofs.quarter_people import People

Key = tuple[str, str]
CLAUSES = ("CN-7D-01", "CN-QUAL-01", "CN-PLAT-06")
SIDES = (Party.CONSUMER, Party.MERCHANT)
STAFF = (Party.PLATFORM, Party.ARBITER)
_bills, _words = count(10_000_000), count(1)


@dataclass
class Scene:
    """One person before one case."""

    case: Case
    by: Actor
    dice: random.Random
    people: People
    said: list[str] = field(default_factory=list)

    def words(self) -> str:
        """A sentence that nobody else says, noted in `said`."""
        sentence = a_sentence()
        self.said.append(sentence.split()[0])
        return sentence

    def photo(self) -> str:
        """A picture of this person's own, waiting to be attached."""
        return a_photo(self.case.order.ref, self.by, self.dice)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share


def a_sentence() -> str:
    """A sentence that begins with a mark of its own."""
    return f"w{next(_words):07d} 说的是这一件（模拟）, and this is about it"


def a_photo(order: str, by: Actor, dice: random.Random) -> str:
    """A picture that `by` took, waiting to be attached."""
    image, out = Image.new("RGB", (32, 24), _colour(dice)), BytesIO()
    image.paste(_colour(dice), (dice.randrange(4, 28), 0, 32, 24))
    image.save(out, "PNG")
    return upload(order, name="photo.png", stream=BytesIO(out.getvalue()), by=by).ref


def _colour(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)


# ── fields by their name ─────────────────────────────────────────────────────────────────────────────────────────────────────

Filler = Callable[[Scene], Any]
FIELDS: dict[str, Filler] = {
    **dict.fromkeys(("words", "why", "question"), lambda s: s.words()),
    "reason": lambda s: s.dice.choice(sorted(answering.REFUSALS)),
    "carrier": lambda s: s.dice.choice(["SF", "YTO", "ZTO"]),
    "waybill": lambda s: f"QT{next(_bills)}",
    "address": lambda s: f"{s.case.merchant.name_zh} {s.dice.randrange(1, 99)} 号",
    "amount_minor": lambda s: s.dice.randrange(500, 9000),
    "expected_at": lambda s: clock.now() + timedelta(hours=s.dice.randrange(5, 120)),
    "department": lambda s: s.dice.choice(sorted(DEPARTMENTS)),
    "expert": lambda s: f"{s.dice.choice(s.people.agents).actor.name.lower()}@example.com",
    "reference": lambda s: f"BANK-{s.dice.randrange(10**6)}",
    "finding": lambda s: s.dice.choice(sorted(FINDINGS)),
    "cost_minor": lambda s: s.dice.randrange(0, 20_000),
    "pays_first": lambda s: s.dice.choice(sorted(PAYERS)),
    "body": lambda s: s.dice.choice(s.people.bodies).ref,
}
OFTEN = frozenset({"words", "why", "reference"})
"""Filled where they may be left out, too; and these of certain verbs."""
OF_VERB = {"ship": {"carrier", "waybill"}, "redeliver": {"carrier", "waybill"}, "book_pickup": {"address"}}


def act(scene: Scene, row: LifeRow, verb: str) -> Any:
    """The button is pressed with its fields filled. Raises Refusal."""
    key = (row.LIFE.name, verb)
    if key in BY_HAND:
        return BY_HAND[key](scene, row)
    made = hooks.VERBS[key]
    wanted = [p for p in inspect.signature(made).parameters.values() if p.kind is p.KEYWORD_ONLY and p.name not in ("by", "inspection")]
    filled = OFTEN | OF_VERB.get(verb, set())
    fields = {p.name: FIELDS[p.name](scene) for p in wanted if p.default is p.empty or p.name in filled}
    if isinstance(row, Inspection):
        return made(scene.case.ref, inspection=row.pk, **fields, by=scene.by)
    return made(row.ref, **fields, by=scene.by)  # type: ignore[attr-defined]


# ── mixes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_mix(scene: Scene, units: list[Unit]) -> list[dict[str, Any]]:
    """Something for each of these units, of one kind or of two; above the law's least or not, as it comes."""
    case, dice = scene.case, scene.dice
    ids = [unit.pk for unit in units]
    cut = dice.randrange(1, len(ids)) if len(ids) > 1 and dice.random() < 0.4 else len(ids)
    mix: list[dict[str, Any]] = []
    for group in (ids[:cut], ids[cut:]):
        paid = sum(unit.paid_minor for unit in units if unit.pk in group)
        if group:
            mix.append(_part(case, dice, group, paid))
    if dice.random() < 0.25:
        mix.append({"remedy": "goodwill", "amount_minor": dice.randrange(100, 900), "borne_by": "merchant"})
    return mix


def _part(case: Case, dice: random.Random, group: list[int], paid: int) -> dict[str, Any]:
    remedy = dice.choices([case.remedy, "refund_only", "return_refund", STAYS, NONE], [5, 3, 2, 3, 1])[0]
    if remedy not in FOR_UNITS | {STAYS}:
        remedy = "refund_only"
    part: dict[str, Any] = {"remedy": remedy, "units": group}
    if remedy == STAYS or (remedy in MONEY_FOR_UNIT and dice.random() < 0.3):
        part["amount_minor"] = max(1, paid * dice.randrange(10, 100) // 100)
    return part


def free_mix(scene: Scene) -> list[dict[str, Any]]:
    """A mix of the units that are not finished yet."""
    return a_mix(scene, [unit for _, unit in sorted(mixing.free_units(scene.case).items())])


def ruled_mix(scene: Scene, heard: list[int]) -> list[dict[str, Any]] | None:
    """A mix of the units that were heard, None where the short form has to do: nothing heard, or a contested finding among them."""
    found = contested(scene.case)
    if not heard or found or scene.chance(0.5):
        return None
    return a_mix(scene, list(Unit.objects.filter(merchant_id=scene.case.merchant_id, pk__in=heard).order_by("pk")))


def _ruling(scene: Scene, row: Review) -> dict[str, Any]:
    parts = ruled_mix(scene, heard_units(scene.case))
    outcome = scene.dice.choice(["for", "for", "against"])
    fields: dict[str, Any] = {"parts": parts} if parts else {"outcome": outcome}
    if scene.chance(0.5):
        merchant = scene.dice.choice([10_000, 7_000, 5_000])
        fields["bears"] = {"merchant": merchant} | ({"platform": 10_000 - merchant} if merchant < 10_000 else {})
    else:
        fields["liable"] = "consumer" if outcome == "against" else "merchant"
    return fields | {"clause": scene.dice.choice(CLAUSES), "words": scene.words(), "words_en": scene.words()}


# ── verbs with fields of their own ───────────────────────────────────────────────────────────────────────────────────────────


def _judge(scene: Scene, row: Any) -> Any:
    if row.stage == rulings.SECOND_READING:
        return rulings.rule(row.ref, by=scene.by)
    return rulings.give_ruling(row.ref, by=scene.by, **_ruling(scene, row))


def _submit(scene: Scene, row: Any) -> Any:
    asked = ProofRequest.objects.filter(review_id=row.pk, party=scene.by.party.value, state="asked").order_by("pk").first()
    pieces = [scene.photo()] if scene.chance(0.15) else []
    return rulings.submit(row.ref, words=scene.words(), evidence=pieces, request=asked.ref if asked else "", by=scene.by)


def _ask_more(scene: Scene, row: Any) -> Any:
    wants = [{"party": scene.dice.choice(SIDES).value, "words": scene.words()}] if scene.chance(0.5) else []
    return rulings.ask_more(row.ref, words=scene.words(), requests=wants, by=scene.by)


def _appeal(scene: Scene, row: Any) -> Any:
    if scene.chance(0.2):
        agent = scene.dice.choice(scene.people.agents).actor
        contact = appealing.Contact(scene.dice.choice(["call", "mail"]), clock.now(), "本人，报出手机尾号（模拟）")
        return appealing.enter_appeal(row.ref, side=scene.by.party.value, contact=contact, words=scene.words(), by=agent)
    new = [NewPiece(scene.photo(), scene.words())] if scene.chance(0.3) else []
    return appealing.appeal(row.ref, words=scene.words(), new_evidence=new, by=scene.by)


def _allowed(scene: Scene, row: Appeal) -> list[str]:
    return [piece["evidence"] for piece in row.new_evidence if scene.chance(0.5)]


def _change(scene: Scene, row: Any) -> Any:
    parts = ruled_mix(scene, list(row.review.heard))
    fields: dict[str, Any] = {"parts": parts} if parts else {"outcome": "against" if row.review.outcome == "for" else "for"}
    return hooks.VERBS["appeal", "change"](
        row.ref, clause=scene.dice.choice(CLAUSES), words=scene.words(), words_en=scene.words(), allowed=_allowed(scene, row),
        by=scene.by, **fields,
    )  # fmt: skip


def _answer_appeal(verb: str) -> Callable[[Scene, Any], Any]:
    return lambda scene, row: hooks.VERBS["appeal", verb](
        row.ref, words=scene.words(), words_en=scene.words(), allowed=_allowed(scene, row), by=scene.by
    )


def _admit(scene: Scene, row: Any) -> Any:
    return hooks.VERBS["appeal", "admit"](row.ref, allowed=_allowed(scene, row) if scene.chance(0.5) else None, by=scene.by)


def _reduce(scene: Scene, row: Any) -> Any:
    photo = scene.photo()
    seen = Seen("D", photos={"whole": photo, "flaw": photo})
    minor = max(1, row.grant.amount_minor * scene.dice.randrange(5, 60) // 100)
    return hooks.VERBS["inspection", "reduce"](
        scene.case.ref, inspection=row.pk, reduced_minor=minor, words=scene.words(), seen=seen, by=scene.by
    )


def _contest(scene: Scene, row: Any) -> Any:
    return hooks.VERBS["inspection", "contest"](scene.case.ref, inspection=row.pk, words=scene.words(), by=scene.by)


def _choose(scene: Scene, row: Any) -> Any:
    there = list(Offered.objects.filter(replacement_id=row.pk).order_by("pk").values_list("product__ref", flat=True))
    return hooks.VERBS["replacement", "choose_other"](row.ref, product=scene.dice.choice(there or ["PR-0"]), by=scene.by)


def _order_parts(scene: Scene, row: Any) -> Any:
    wanted = PartWanted("screen", expected_at=clock.now() + timedelta(days=scene.dice.randrange(2, 20)))
    return hooks.VERBS["repair", "order_parts"](row.ref, parts=[wanted], by=scene.by)


def _redirect(scene: Scene, row: Any) -> Any:
    buyer = scene.people.consumers[scene.case.consumer_id].actor
    payee = give_payee(scene.case.ref, way="credit", by=buyer, consents=True)
    return hooks.VERBS["refund", "redirect"](row.ref, payee=payee.ref, why="the card is closed", by=scene.by)


BY_HAND: Mapping[Key, Callable[[Scene, Any], Any]] = {
    ("review", "rule"): _judge,
    ("review", "draft_ruling"): _judge,
    ("review", "submit"): _submit,
    ("review", "ask_more"): _ask_more,
    ("case", "appeal"): _appeal,
    ("appeal", "admit"): _admit,
    ("appeal", "uphold"): _answer_appeal("uphold"),
    ("appeal", "send_back"): _answer_appeal("send_back"),
    ("appeal", "change"): _change,
    ("offer", "counter"): lambda s, row: offering.counter(row.ref, parts=free_mix(s), words=s.words(), by=s.by),
    ("inspection", "reduce"): _reduce,
    ("inspection", "contest"): _contest,
    ("replacement", "choose_other"): _choose,
    ("repair", "order_parts"): _order_parts,
    ("refund", "redirect"): _redirect,
    ("case", "let_stand"): lambda s, row: rulings.accept_ruling(row.ref, by=s.by),
}
