"""A sheet as a PDF: one A4 page, the same bytes for the same sheet."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from billing.paper import typeface
from billing.paper.sheet import Party, Row, Sheet

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, _WIDTH - 62.0, _HEIGHT - 68.0, 62.0
_COLUMN = 232.0  # a party, or the sums
_INK, _MUTED, _RULE = (0.10, 0.11, 0.13), (0.42, 0.44, 0.48), (0.84, 0.85, 0.87)
_LEADING = 1.5
_LINES_MAX = 7  # of one party: a page always holds two of them


def render(sheet: Sheet) -> bytes:
    """The file."""
    typeface.glyphs()
    target = io.BytesIO()
    # `invariant`: no clock and no chance in the file; it identifies itself by its content.
    canvas = Canvas(target, pagesize=A4, invariant=1, lang=sheet.language)
    canvas.setTitle(f"{sheet.title} {sheet.facts[0].text}")
    canvas.setAuthor(sheet.seller.name)
    canvas.setSubject(sheet.issued_at.date().isoformat())
    page = _Page(canvas, _TOP)
    _head(page, sheet)
    _parties(page, sheet)
    _items(page, sheet)
    _sums(page, sheet)
    _notes(page, sheet)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


@dataclass
class _Page:
    """The page and how far down it is written."""

    canvas: Canvas
    y: float

    def text(
        self, text: str, x: float, size: float, *, color: tuple[float, float, float] = _INK,
        strong: bool = False, right: bool = False,
    ) -> None:  # fmt: skip
        """One line at the present height; with `right`, ending at `x`."""
        at = x - typeface.width(text, size) if right else x
        line = self.canvas.beginText(at, self.y)
        line.setFillColorRGB(*color)
        line.setStrokeColorRGB(*color)
        # Strong letters are drawn with an outline: one weight is embedded.
        line.setTextRenderMode(2 if strong else 0)
        self.canvas.setLineWidth(size / 60)
        for font, piece in typeface.runs(text):
            line.setFont(font, size)
            line.textOut(piece)
        line.setTextRenderMode(0)
        self.canvas.drawText(line)

    def down(self, by: float) -> None:
        """Go on further down."""
        self.y -= by

    def rule(self, left: float = _LEFT, *, dark: bool = False) -> None:
        """A line across."""
        self.canvas.setStrokeColorRGB(*(_INK if dark else _RULE))
        self.canvas.setLineWidth(0.8 if dark else 0.6)
        self.canvas.line(left, self.y, _RIGHT, self.y)


def _head(page: _Page, sheet: Sheet) -> None:
    page.text(sheet.title, _LEFT, 25, strong=True)
    page.text(sheet.brand, _RIGHT, 12, strong=True, right=True)
    page.down(36)
    label_room = max(typeface.width(row.label, 9.5) for row in sheet.facts) + 18
    for row in sheet.facts:
        _labelled(page, row, label_room)
    page.down(20)


def _labelled(page: _Page, row: Row, label_room: float) -> None:
    page.text(row.label, _LEFT, 9.5, color=_MUTED)
    for line in typeface.wrapped(row.text, 9.5, _RIGHT - _LEFT - label_room):
        page.text(line, _LEFT + label_room, 9.5)
        page.down(9.5 * _LEADING + 1)


def _parties(page: _Page, sheet: Sheet) -> None:
    top = page.y
    _party(page, sheet.seller, _LEFT)
    ends = page.y
    page.y = top
    _party(page, sheet.buyer, _RIGHT - _COLUMN)
    page.y = min(ends, page.y)
    page.down(26)


def _party(page: _Page, party: Party, x: float) -> None:
    page.text(party.heading, x, 9, color=_MUTED)
    page.down(17)
    for line in typeface.wrapped(party.name, 11, _COLUMN)[:3]:
        page.text(line, x, 11, strong=True)
        page.down(11 * _LEADING)
    broken = [part for line in party.lines for part in typeface.wrapped(line, 9.5, _COLUMN)]
    kept = broken[: _LINES_MAX + len(party.lines)]
    for line in kept:
        page.text(line, x, 9.5)
        page.down(9.5 * _LEADING)


def _items(page: _Page, sheet: Sheet) -> None:
    page.text(sheet.item_heading, _LEFT, 9, color=_MUTED)
    page.text(sheet.amount_heading, _RIGHT, 9, color=_MUTED, right=True)
    page.down(9)
    page.rule(dark=True)
    for item in sheet.items:
        page.down(21)
        page.text(item.amount, _RIGHT, 11, right=True)
        for line in typeface.wrapped(item.text, 11, _RIGHT - _LEFT - 130):
            page.text(line, _LEFT, 11)
            page.down(11 * _LEADING)
        for detail in item.details:
            for line in typeface.wrapped(detail, 9, _RIGHT - _LEFT - 130):
                page.text(line, _LEFT, 9, color=_MUTED)
                page.down(9 * _LEADING)
        page.down(2)
        page.rule()


def _sums(page: _Page, sheet: Sheet) -> None:
    left = _RIGHT - _COLUMN
    page.down(9)
    for row in sheet.sums:
        page.down(14)
        page.text(row.label, left, 9.5, color=_MUTED)
        page.text(row.text, _RIGHT, 9.5, right=True)
        page.down(3)
    page.down(9)
    page.rule(left, dark=True)
    page.down(20)
    page.text(sheet.total.label, left, 11, strong=True)
    page.text(sheet.total.text, _RIGHT, 13, strong=True, right=True)


def _notes(page: _Page, sheet: Sheet) -> None:
    lines = [line for note in sheet.notes for line in typeface.wrapped(note, 8.5, _RIGHT - _LEFT)]
    page.y = min(page.y - 44, _BOTTOM + len(lines) * 8.5 * _LEADING + 14)
    page.rule()
    page.down(17)
    for line in lines:
        page.text(line, _LEFT, 8.5, color=_MUTED)
        page.down(8.5 * _LEADING)
