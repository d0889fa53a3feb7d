"""A told decision (policy/rules/told.py) as lines that a person reads at the terminal, in one language; nothing that the JSON lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from amends.kernel.money import Money
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import Text, say
from amends.policy.rules.words import REMEDY_NAMES, Remedy

Told = Mapping[str, Any]


def lines(told: Told, language: str) -> list[str]:
    """The whole decision: what is open, what is not, claims, what is missing, proof, clocks, versions."""
    return list(_Writer(told, language).whole())


class _Writer:
    def __init__(self, told: Told, language: str) -> None:
        self.told, self.language, self.zone = told, language, ZoneInfo(told["zone"])

    def whole(self) -> Iterator[str]:
        said = self._say
        yield said(say("依据：{packs}", "Under {packs}", packs=", ".join(self.told["versions"])))
        remedies = self.told["remedies"]
        if any(each["open"] for each in remedies):
            yield from ("", said(say("可以申请", "Open")))
            for remedy in remedies:
                yield from self._remedy(remedy) if remedy["open"] else ()
        if not all(each["open"] for each in remedies):
            yield from ("", said(say("不能要求", "Not open")))
            yield from self._closed([each for each in remedies if not each["open"]])
        if self.told["claims"]:
            yield from ("", said(say("另可索赔", "Claims beside the remedies")))
            for claim in self.told["claims"]:
                yield from self._claim(claim)
        if self.told["missing"]:
            yield from ("", said(say("还缺的事实", "Facts still missing")))
            for asked in self.told["missing"]:
                yield from self._question(asked)
        if self.told["unasked"]:
            unasked = self._listed(self.told["unasked"])
            yield from ("", said(say("这些规则包不认识：{names}", "These packs know nothing of: {names}", names=unasked)))
        yield from ("", *self._proof(), *self._clocks())

    def _remedy(self, remedy: Told) -> Iterator[str]:
        facts = [self._in(remedy["name"])]
        facts += [self._money(remedy["amount_minor"])] if remedy["rows"] else []
        facts += [self._say(say("截至 {at}", "until {at}", at=self._at(remedy["until"])))] if remedy["until"] else []
        yield "  " + self._joined([*facts, self._in(remedy["lane_name"])])
        for reason in remedy["reasons"]:
            if reason["holds"]:
                yield from self._reason(reason)
        yield from self._sums(remedy)
        if remedy["return_freight"]:
            payer = NAMES[Party(remedy["return_freight"])]
            said = self._say(say("退回运费由{who}付", "The {who} pays the way back", who=payer))
            yield f"    {said}{self._bracket(remedy['freight_article'])}"
        for reason in remedy["lane_reasons"]:
            yield from self._reason(reason)

    def _closed(self, remedies: Sequence[Told]) -> Iterator[str]:
        """Those that are closed for the same reasons stand together."""
        alike: dict[str, list[Told]] = {}
        for remedy in remedies:
            alike.setdefault(repr((remedy["reasons"], remedy["opens_by"])), []).append(remedy)
        for first, *others in alike.values():
            yield "  " + self._listed([self._in(each["name"]) for each in (first, *others)])
            for reason in first["reasons"]:
                yield from self._reason(reason)
            if first["opens_by"]:
                yield f"    → {self._in(first['opens_by'])}"

    def _sums(self, remedy: Told) -> Iterator[str]:
        if not remedy["settlements"]:
            yield from self._column(remedy["rows"], remedy["amount_minor"])
        for column in remedy["settlements"]:
            used = self._say(say("（采用）", " (used)")) if column["chosen"] else ""
            yield f"    {self._in(column['text'])}{used}"
            yield from self._column(column["rows"], column["amount_minor"])
        for share in remedy["back_to"]:
            back = self._money(share["amount_minor"])
            yield "    " + self._say(say("退回 {kind}：{sum}", "back to {kind}: {sum}", kind=share["kind"], sum=back))

    def _column(self, rows: Sequence[Told], total: int) -> Iterator[str]:
        for row in rows:
            note = f"  {self._in(row['note'])}" if row["note"] else ""
            yield f"    {self._money(row['amount_minor']):>14}  {self._in(row['text'])}{note}"
        if len(rows) > 1:
            yield f"    {self._money(total):>14}  {self._say(say('合计', 'total'))}"

    def _claim(self, claim: Told) -> Iterator[str]:
        waits = say("还缺事实", "facts are missing") if claim["missing"] else say("不可以", "not open")
        state = say("可以", "open") if claim["open"] else waits
        facts = [self._in(claim["title"]), self._say(state)]
        yield "  " + self._joined([*facts, *([self._money(claim["amount_minor"])] if claim["open"] else [])])
        for reason in claim["reasons"]:
            yield from self._reason(reason)
        yield from self._column(claim["rows"], claim["amount_minor"]) if claim["open"] else ()

    def _question(self, asked: Told) -> Iterator[str]:
        yield f"  {asked['flag']}  {self._in(asked['text'])}"
        changes = [(self._in(effect["text"]), self._change(effect)) for effect in asked["answers"]]
        if not any(change for _, change in changes):
            yield "    " + self._say(say("单独回答不会改变什么", "By itself it changes nothing"))
            return
        for answer, change in changes:
            yield f"    {answer}{self._say(say('：', ': '))}{change or self._say(say('没有变化', 'changes nothing'))}"

    def _change(self, effect: Told) -> str:
        """What one answer would change, in a line; empty where it changes nothing."""
        titles = {claim["name"]: claim["title"] for claim in self.told["claims"]}
        opens = [*map(self._remedy_name, effect["opens"]), *(self._in(titles[name]) for name in effect["opens_claims"])]
        closes = [*map(self._remedy_name, effect["closes"]), *(self._in(titles[name]) for name in effect["closes_claims"])]
        said = [
            *([say("可以申请 {what}", "opens {what}", what=self._listed(opens))] if opens else []),
            *([say("不能再要求 {what}", "closes {what}", what=self._listed(closes))] if closes else []),
            *(
                say("{what} 变动 {sum}", "{what} by {sum}", what=self._remedy_name(remedy), sum=self._money(minor))
                for remedy, minor in effect["changes"].items()
            ),
        ]
        return self._joined([self._say(each) for each in said])

    def _remedy_name(self, remedy: str) -> str:
        return REMEDY_NAMES[Remedy(remedy)].into(self.language)

    def _reason(self, reason: Told) -> Iterator[str]:
        mark = "+" if reason["holds"] else "-"
        origin = " · ".join(part for part in (reason["source"], reason["tag"]) if part)
        yield f"    {mark} {self._in(reason['text'])}{self._bracket(reason['article'])} [{origin}]"

    def _proof(self) -> Iterator[str]:
        proof = self.told["proof"]
        yield self._say(say("由{who}举证", "The {who} bears the proof", who=NAMES[Party(proof["by"])]))
        yield from self._reason(proof["reason"])

    def _clocks(self) -> Iterator[str]:
        beside = [clock for clock in self.told["clocks"] if clock["legal"]]
        if beside:
            yield self._say(say("法定期限与平台时限", "Limits beside the periods of the law"))
        for clock in beside:
            legal = clock["legal"]
            yield f"    {clock['limit']}  {self._in(clock['text'])} [{clock['source']} · {clock['tag']}]"
            yield f"      {legal['name']}  {self._in(legal['text'])}{self._bracket(legal['article'])} [{legal['source']}]"

    def _say(self, text: Text) -> str:
        return text.into(self.language)

    def _in(self, both: Mapping[str, str] | None) -> str:
        return both[self.language] if both else "-"

    def _bracket(self, article: Mapping[str, str] | None) -> str:
        return self._say(say("（{article}）", " ({article})", article=self._in(article))) if article else ""

    def _money(self, minor: int) -> str:
        return Money(minor, self.told["currency"]).into(self.language)

    def _at(self, written: str) -> str:
        """In the market's time; the end of a day is its own 24:00, not the next day's beginning."""
        at = datetime.fromisoformat(written).astimezone(self.zone)
        return f"{at - timedelta(days=1):%Y-%m-%d} 24:00" if at.time() == time(0) else f"{at:%Y-%m-%d %H:%M}"

    def _listed(self, names: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(names)

    def _joined(self, parts: Sequence[str]) -> str:
        return ("，" if self.language == "zh" else ", ").join(parts)
