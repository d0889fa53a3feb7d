"""A statement as a workbook: one sheet of sums, one for each account; closing balances are formulas over the lines that stand there."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def workbook(told: dict[str, Any]) -> bytes:
    """The workbook as bytes. Text never becomes a formula or a link of its own accord."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        looks = _Looks(book)
        names = _names(told["accounts"])
        _front(book, looks, told, names)
        for account, name in zip(told["accounts"], names, strict=True):
            _sheet(book, looks, told, account, name)
    return out.getvalue()


class _Looks:
    """The formats of the book: one for each number of decimals."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True})
        self.link = book.get_default_url_format()
        self._money: dict[tuple[int, bool], Any] = {}

    def money(self, decimals: int, *, bold: bool = False) -> Any:
        """Grouped thousands, so many decimals, a minus in front."""
        if (decimals, bold) not in self._money:
            form = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._money[decimals, bold] = self.book.add_format({"num_format": form, "bold": bold})
        return self._money[decimals, bold]


def _names(accounts: list[dict[str, Any]]) -> list[str]:
    """A sheet's name has at most 31 signs, none of them forbidden, and is there once."""
    return [f"{i} {account['words']} {account['unit']}".translate(FORBIDDEN)[:31] for i, account in enumerate(accounts, 1)]


def _front(book: Any, looks: _Looks, told: dict[str, Any], names: list[str]) -> None:
    sheet, words = book.add_worksheet(f"0 {told['words']['whole']}"[:31].translate(FORBIDDEN)), told["words"]
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 4, 20)
    sheet.write_string(0, 0, f"{words['title']} · {told['merchant']}", looks.title)
    for row, (name, value) in enumerate((("period", told["period"]), ("made", told["made"])), 1):
        sheet.write_string(row, 0, words[name], looks.bold)
        sheet.write_string(row, 1, value)
    sheet.write_string(3, 0, words["signs"])
    for column, name in enumerate(("account", "opening", "moved", "closing")):
        sheet.write_string(5, column, words[name], looks.head)
    for row, (account, name) in enumerate(zip(told["accounts"], names, strict=True), 6):
        look = looks.money(account["decimals"])
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks.link, f"{account['words']} ({account['unit']})")
        _number(sheet, row, 1, account["opening_minor"], account["decimals"], look)
        _number(sheet, row, 2, account["moved_minor"], account["decimals"], look)
        scale = 10 ** account["decimals"]
        sheet.write_formula(row, 3, f"=B{row + 1}+C{row + 1}", look, account["closing_minor"] / scale)


def _sheet(book: Any, looks: _Looks, told: dict[str, Any], account: dict[str, Any], name: str) -> None:
    sheet, heads = book.add_worksheet(name), told["heads"]
    look, scale = looks.money(account["decimals"]), 10 ** account["decimals"]
    for column, width in enumerate((18, 34, 20, 24, 16, 16)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(("at", "what", "case", "order", "amount", "after")):
        sheet.write_string(0, column, heads[head], looks.head)
    sheet.write_string(1, 1, told["words"]["opening"], looks.bold)
    _number(sheet, 1, 5, account["opening_minor"], account["decimals"], looks.money(account["decimals"], bold=True))
    for row, line in enumerate(account["rows"], 2):
        sheet.write_string(row, 0, line["at"])
        sheet.write_string(row, 1, line["what"])
        if line["link"]:
            sheet.write_url(row, 2, line["link"], looks.link, line["case"])
        sheet.write_string(row, 3, line["order"])
        _number(sheet, row, 4, line["minor"], account["decimals"], look)
        sheet.write_formula(row, 5, f"=F{row}+E{row + 1}", look, line["after_minor"] / scale)
    last = len(account["rows"]) + 2
    sheet.write_string(last, 1, told["words"]["closing"], looks.bold)
    lines = f"+SUM(E3:E{last})" if account["rows"] else ""
    sheet.write_formula(last, 5, f"=F2{lines}", looks.money(account["decimals"], bold=True), account["closing_minor"] / scale)


def _number(sheet: Any, row: int, column: int, minor: int, decimals: int, look: Any) -> None:
    sheet.write_number(row, column, minor / 10**decimals, look)
