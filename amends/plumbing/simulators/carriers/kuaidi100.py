"""Kuaidi100's enterprise interface as far as a shop needs it: /poll, /poll/query.do, and its pushes signed with MD5 over param and salt.

Its instants are wall time of China without a zone, to the second. It knows no weights and has no word for lost.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode

from amends.plumbing.simulators.carriers.wires import Letter, Stumbled, Wire
from amends.plumbing.simulators.payments.webhooks import NOT_OURS
from amends.plumbing.simulators.serving import Asked, Reply

CHINA = timezone(timedelta(hours=8))
COMPANIES = {
    "shunfeng": "sf", "zhongtong": "zto", "yuantong": "yto", "shentong": "sto", "yunda": "yunda",
    "jtexpress": "jt", "jd": "jd", "ems": "ems",
    "debangkuaidi": "deppon", "youzhengguonei": "chinapost", "usps": "usps", "ups": "ups", "fedex": "fedex",
}  # fmt: skip
STATES: dict[str, tuple[str, str, str]] = {
    "accepted": ("1", "103", "揽收"), "in_transit": ("0", "1002", "在途"), "out_for_delivery": ("5", "5", "派件"),
    "delivered": ("3", "301", "签收"), "attempt_failed": ("2", "204", "疑难"), "unclaimed": ("5", "501", "派件"),
    "returning": ("6", "6", "退回"), "returned": ("4", "4", "退签"), "exception": ("2", "208", "疑难"), "lost": ("2", "2", "疑难"),
    "damaged": ("2", "209", "疑难"), "cancelled": ("4", "401", "退签"),
}  # fmt: skip


class Kuaidi100(Wire):
    """See the file's head. Its key, customer and salt are made once, in `folder`/kuaidi100.json."""

    name = "kuaidi100"

    @property
    def secrets(self) -> dict[str, str]:
        """Its keys."""
        return self.kept(lambda: {"key": secrets.token_hex(6), "customer": secrets.token_hex(16).upper(), "salt": secrets.token_hex(8)})

    @property
    def settings(self) -> dict[str, str]:
        """See Wire."""
        return {
            "AMENDS_KUAIDI100_KEY": self.secrets["key"], "AMENDS_KUAIDI100_CUSTOMER": self.secrets["customer"],
            "AMENDS_KUAIDI100_SALT": self.secrets["salt"], "AMENDS_KUAIDI100_URL": f"{self.url}/kuaidi100",
            "AMENDS_KUAIDI100_CALLBACK": f"{self.url}/as-aimed",
        }  # fmt: skip

    def reply(self, asked: Asked, path: str) -> Reply:
        """See Wire."""
        form = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        try:
            if path == "/poll":
                return Reply(200, self._subscribe(form))
            if path == "/poll/query.do":
                return Reply(200, self._query(form))
        except Stumbled:
            return Reply(503, b"<html>busy</html>")
        except (KeyError, ValueError):
            return Reply(200, _no("700", "参数错误"))
        return Reply(404, b"not found")

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """See Wire: the whole list as it stood then."""
        rows = self.so_far(fact)
        if not rows or rows[-1]["kind"] not in STATES:
            return None
        last = self._result(fact["carrier"], fact["waybill"], rows)
        if forged:
            last["state"] = "3"
            last["data"][0] |= {"statusCode": "301", "status": "签收"}
        told = {"status": "shutdown" if last["ischeck"] == "1" else "polling", "billstatus": "change", "message": "", "lastResult": last}
        param = json.dumps(told, ensure_ascii=False)
        sign = hashlib.md5((param + (NOT_OURS if forged else self.secrets["salt"])).encode()).hexdigest().upper()  # noqa: S324 - theirs
        return Letter({"content-type": "application/x-www-form-urlencoded"}, urlencode({"sign": sign, "param": param}).encode())

    def taken(self, status: int, body: bytes) -> bool:
        """See Wire."""
        try:
            return 200 <= status < 300 and bool(json.loads(body).get("result"))
        except (ValueError, AttributeError):
            return False

    def _subscribe(self, form: dict[str, str]) -> dict[str, Any]:
        param = json.loads(form["param"])
        if param["key"] != self.secrets["key"] or param["parameters"]["salt"] != self.secrets["salt"]:
            return _no("600", "您不是合法的订阅者")
        if param["company"] not in COMPANIES:
            return _no("702", "我方不支持的快递公司")
        carrier = COMPANIES[param["company"]]

        def follow() -> bool:
            return self.book.subscribe(self.name, carrier, param["number"], self.desk.server.behaviour.news)

        if not self.desk.through(f"poll {carrier} {param['number']}", follow):
            return _no("501", "重复订阅")
        return {"result": True, "returnCode": "200", "message": "提交成功"}

    def _query(self, form: dict[str, str]) -> dict[str, Any]:
        wanted = hashlib.md5((form["param"] + self.secrets["key"] + form["customer"]).encode()).hexdigest().upper()  # noqa: S324 - theirs
        if form["customer"] != self.secrets["customer"] or not hmac.compare_digest(wanted, form["sign"]):
            return _no("503", "验证签名失败")
        param = json.loads(form["param"])
        carrier = COMPANIES.get(param["com"], param["com"])
        rows = [row for row in self.book.events(carrier, param["num"]) if row["kind"] in STATES]
        return self._result(carrier, param["num"], rows) if rows else _no("500", "查询无结果，请隔段时间再查")

    def _result(self, carrier: str, waybill: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        placed = [row for row in rows if row["kind"] in STATES]
        state = STATES[placed[-1]["kind"]][0]
        company = next((name for name, key in COMPANIES.items() if key == carrier), carrier)
        data = [
            {"time": _wall(row["at"]), "ftime": _wall(row["at"]), "context": row["words"], "areaName": row["place"],
             "status": STATES[row["kind"]][2], "statusCode": STATES[row["kind"]][1]}
            for row in sorted(placed, key=lambda row: -row["at"])
        ]  # fmt: skip
        return {
            "message": "ok",
            "nu": waybill,
            "com": company,
            "status": "200",
            "state": state,
            "ischeck": "1" if state == "3" else "0",
            "data": data,
        }


def _wall(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _no(code: str, words: str) -> dict[str, Any]:
    return {"result": False, "returnCode": code, "message": words}
