"""A document in words: what is printed, in either language. The same data, the same words."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Document
from billing.paper.pdf import render
from billing.paper.sheet import Item, Party, Row, Sheet
from billing.selectors.names import METHODS, plan_name, points
from billing.selectors.taxes import percent
from billing.types import minor_per_whole

LANGUAGES = ("en", "zh-hans")


def pdf_of(document: Document, language: str = "") -> bytes:
    """The document as a PDF, in its own language or another of ours; always the same bytes."""
    return render(sheet_of(document, language))


def file_name(document: Document) -> str:
    """A name that says what it is and sorts well."""
    return f"{document.name}.pdf"


def sheet_of(document: Document, language: str = "") -> Sheet:
    """What stands on the document."""
    wanted = language or document.language
    with translation.override(wanted if wanted in LANGUAGES else "en"):
        return _sheet(document, translation.get_language() or "en")


def money(amount_minor: int, currency: str) -> str:
    """An amount as accounts write it: "CNY 1,066.00"."""
    per_whole = minor_per_whole(currency)
    whole, rest = divmod(abs(amount_minor), per_whole)
    decimals = f".{rest:0{len(str(per_whole)) - 1}d}" if per_whole > 1 else ""
    sign = "−" if amount_minor < 0 else ""
    return f"{sign}{currency} {whole:,}{decimals}"


def _sheet(document: Document, language: str) -> Sheet:
    facts: dict[str, Any] = document.facts
    return Sheet(
        language="zh-Hans" if language == "zh-hans" else "en",
        title=_title(document.kind),
        brand=facts["seller"]["name"],
        facts=tuple(_facts(document)),
        seller=_party(_("Seller"), facts["seller"], facts["seller"]["name"]),
        buyer=_buyer(facts["buyer"]),
        item_heading=_("What was bought"),
        amount_heading=_("Amount, tax included") if document.tax_rate_bp else _("Amount"),
        items=(_item(document),),
        sums=tuple(_sums(document)),
        total=Row(_total_label(document.kind), money(document.gross_minor, document.currency)),
        notes=tuple(_notes(document)),
        issued_at=document.issued_at,
    )


def _title(kind: str) -> str:
    return {
        "invoice": _("Invoice"),
        "receipt": _("Receipt"),
        "credit_note": _("Credit note"),
    }[kind]


def _total_label(kind: str) -> str:
    return {
        "invoice": _("Total"),
        "receipt": _("Received"),
        "credit_note": _("Credited"),
    }[kind]


def _facts(document: Document) -> list[Row]:
    rows = [
        Row(_("Number"), document.name),
        Row(_("Issued"), _day(document, document.issued_at)),
    ]
    if document.invoice is not None:
        rows.append(Row(_("For invoice"), document.invoice.name))
    if document.kind == "invoice":
        rows.append(Row(_("Date of supply"), _day(document, document.paid_at)))
    if document.kind == "receipt":
        method = METHODS.get(document.facts.get("method", ""))
        rows.append(Row(_("Paid on"), _day(document, document.paid_at)))
        if method:
            rows.append(Row(_("Paid by"), str(method)))
    if document.facts.get("corrects"):
        rows.append(Row(_("Takes back"), document.facts["corrects"]))
    if document.facts.get("order"):
        rows.append(Row(_("Order"), document.facts["order"]))
    return rows


def _party(heading: str, who: dict[str, str], name: str) -> Party:
    address = [line.strip() for line in who["address"].replace(";", "\n").split("\n")]
    lines = [line for line in address if line]
    if who.get("country"):
        lines.append(who["country"])
    if who["tax_id"]:
        lines.append(_("Tax number: %(number)s") % {"number": who["tax_id"]})
    if who["email"]:
        lines.append(who["email"])
    return Party(heading, name, tuple(lines))


def _buyer(buyer: dict[str, str]) -> Party:
    name = buyer["company"] or buyer["name"] or buyer["email"]
    party = _party(
        _("Buyer"), buyer | {"email": "" if name == buyer["email"] else buyer["email"]}, name
    )
    if buyer["company"] and buyer["name"]:
        return Party(party.heading, party.name, (buyer["name"], *party.lines))
    return party


def _item(document: Document) -> Item:
    item = document.facts["item"]
    details: list[str] = []
    if item["kind"] == "points":
        total_cp = item["points_cp"] + item["bonus_cp"]
        text = _("%(points)s points") % {"points": points(total_cp)}
        if item["bonus_cp"]:
            bonus = points(item["bonus_cp"])
            details.append(_("%(bonus)s of them are a gift.") % {"bonus": bonus})
    else:
        months = item["months"]
        text = _("Membership: %(plan)s") % {"plan": plan_name(item["plan"])}
        details = [
            f"{_when(document, item['starts_at'])} – {_when(document, item['ends_at'])}",
            ngettext("%(months)d month", "%(months)d months", months) % {"months": months}
            + " · "
            + _("%(points)s points a month") % {"points": points(item["month_cp"])},
        ]
    if document.kind == "credit_note":
        text = _("Given back of: %(thing)s") % {"thing": text}
        return Item(text, tuple(details), money(document.gross_minor, document.currency))
    return Item(text, tuple(details), money(document.facts["list_minor"], document.currency))


def _sums(document: Document) -> list[Row]:
    rows = []
    discount_minor = document.facts["list_minor"] - document.gross_minor
    if document.kind != "credit_note" and discount_minor:
        rows.append(Row(_("Discount"), money(-discount_minor, document.currency)))
    rate = percent(document.tax_rate_bp)
    return [
        *rows,
        Row(_("Net"), money(document.net_minor, document.currency)),
        Row(_("Tax %(rate)s") % {"rate": rate}, money(document.tax_minor, document.currency)),
    ]


def _notes(document: Document) -> list[str]:
    notes = []
    if document.kind == "invoice":
        notes.append(_("Paid in full; nothing is due."))
    if document.tax_rate_bp:
        notes.append(_("Tax is computed once on the total and rounded half up."))
    if document.facts["seller"]["email"]:
        notes.append(
            _("Questions about this document: %(email)s")
            % {"email": document.facts["seller"]["email"]}
        )
    # Only in Chinese has it words: there, an invoice is also something that tax offices print.
    notes.append(_("This document is issued by the seller named above."))
    return notes


def _day(document: Document, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(document.facts["time_zone"])).date().isoformat()


def _when(document: Document, moment: str) -> str:
    return _day(document, datetime.fromisoformat(moment))
