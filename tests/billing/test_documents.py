"""Paper: invoice and receipt with every payment, a credit note with every refund, for ever."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import Error, transaction
from django.utils import translation
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.errors import InvalidRequest, NotFound
from accounts.models import User
from billing.models import Document, Order, OrderTerms, Refund
from billing.selectors.books import books_of, month_of
from billing.selectors.sheets import pdf_of
from billing.services.buyers import Buyer, save_buyer, save_team_buyer
from billing.services.choices import Choice
from billing.services.document_mail import credit_refunds, mail_documents
from billing.services.documents import NoInvoice, credit_invoice, issue_for_order
from billing.services.refunds import refund_order
from billing.services.teams import found_team
from billing.tax import TaxRule
from tests.billing.shop import TEN_YUAN, Shop, gold
from tests.races import at_once

COMPANY = Buyer(
    name="王小明",
    company="上海示例科技有限公司",
    tax_id="91310000MA1FL0XX0X",
    address="上海市徐汇区示例路 100 号\n8 楼 801 室",
    country="CN",
)


@pytest.fixture
def taxed(settings: Settings) -> Settings:
    """A seller with a name, an address and 6 % inside the prices."""
    settings.SELLER = {
        "name": "Inkling Studio GmbH",
        "address": "Example Street 1; 10115 Berlin; Germany",
        "tax_id": "DE123456789",
        "email": "billing@inkling.example",
    }
    settings.TAX_RATE_BP = 600
    settings.TERMS_VERSION = "2026-11"
    return settings


def words_of(pdf: bytes) -> str:
    """The text of a PDF's pages."""
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def spend_nothing_refund(shop: Shop, user: User, order: Order) -> None:
    refund_order(user=user, order_id=order.pk, now=shop.now)


@pytest.mark.parametrize(
    ("rate_bp", "paid", "tax"),
    [(600, 66_00, 3_74), (0, 66_00, 0), (825, 1, 0), (10_000, 3, 2), (600, 0, 0), (1900, 1_19, 19)],
)
def test_tax_is_rounded_half_up_once(rate_bp: int, paid: int, tax: int) -> None:
    assert TaxRule(rate_bp, included=True).tax_minor(paid) == tax


def test_added_tax_is_found_again_exactly() -> None:
    for rate_bp in (1, 600, 825, 1900, 10_000):
        rule = TaxRule(rate_bp, included=False)
        for price in range(1, 3000, 7):
            paid = rule.to_pay_minor(price)
            assert rule.tax_minor(paid) == paid - price


def test_every_payment_has_its_invoice_and_receipt(shop: Shop, anna: User, taxed: object) -> None:
    shop.welcome(anna)
    save_buyer(user=anna, buyer=COMPANY, now=shop.now)
    order = shop.buy(anna, TEN_YUAN)
    shop.buy(anna, gold())
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    invoices = Document.objects.filter(kind="invoice").order_by("number")
    assert [(one.number, one.gross_minor, one.tax_minor) for one in invoices] == [
        (1, 10_00, 57),
        (2, 66_00, 3_74),
        (3, 66_00, 3_74),
    ]
    receipts = Document.objects.filter(kind="receipt").order_by("number")
    assert [one.invoice for one in receipts] == list(invoices)
    first = invoices[0]
    assert first.order == order
    assert first.name == f"INV-{shop.start.year}-000001"
    assert first.facts["buyer"]["company"] == COMPANY.company
    renewal = invoices[2]
    assert renewal.order is None
    assert renewal.period is not None
    assert renewal.facts["buyer"]["tax_id"] == COMPANY.tax_id
    shop.settled()


def test_events_repeated_make_no_second_paper(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    shop.recover()
    with transaction.atomic():
        again = issue_for_order(order, now=shop.now + timedelta(days=3))
    assert again.number == 1
    assert Document.objects.count() == 2


def test_terms_are_copied_and_never_change(shop: Shop, anna: User, taxed: Settings) -> None:
    shop.welcome(anna)
    save_buyer(user=anna, buyer=COMPANY, now=shop.now)
    order = shop.order(anna, TEN_YUAN)
    save_buyer(user=anna, buyer=Buyer(name="Anna"), now=shop.now)
    taxed.TAX_RATE_BP = 1300
    taxed.TERMS_VERSION = "2027-01"
    shop.pay(order)
    shop.deliver()
    terms = OrderTerms.objects.get(order=order)
    assert (terms.company, terms.terms_version) == (COMPANY.company, "2026-11")
    invoice = Document.objects.get(kind="invoice")
    assert (invoice.tax_rate_bp, invoice.tax_minor) == (600, 57) == (600, terms.tax_minor)
    assert invoice.facts["buyer"]["company"] == COMPANY.company
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        OrderTerms.objects.update(company="another")


def test_paper_cannot_be_changed_or_deleted(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, TEN_YUAN)
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        Document.objects.update(gross_minor=1, net_minor=1)
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        Document.objects.filter(kind="receipt").delete()
    assert Document.objects.update(mailed_at=shop.now) == 2


def test_added_tax_is_what_is_paid(shop: Shop, anna: User, taxed: Settings) -> None:
    taxed.TAX_INCLUDED = False
    shop.welcome(anna)
    topup = shop.buy(anna, TEN_YUAN)
    assert (topup.state, topup.amount_minor, topup.points_cp) == ("paid", 10_60, 100_00)
    card = shop.buy(anna, gold())
    assert (card.state, card.amount_minor) == ("paid", 69_96)
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    found = Document.objects.filter(kind="invoice").order_by("number")
    assert [(one.net_minor, one.tax_minor) for one in found] == [
        (10_00, 60),
        (66_00, 3_96),
        (66_00, 3_96),
    ]
    shop.settled()


def test_numbers_have_no_gap_when_payments_race_and_fail(
    shop: Shop, person: Callable[..., User]
) -> None:
    people = [shop.welcome(person(f"buyer{number}")) for number in range(6)]
    orders = [shop.order(one, TEN_YUAN) for one in people]
    for order in orders:
        shop.pay(order)
    shop.deliver()
    Document.objects.count()
    paid = list(Order.objects.filter(state="paid"))
    assert len(paid) == 6

    def credit(order: Order, fails: bool) -> None:
        with transaction.atomic():
            invoice = Document.objects.get(kind="invoice", order=order)
            credit_invoice(
                invoice=invoice,
                key=f"test:{order.pk}",
                amount_minor=1_00,
                reason="test",
                now=shop.now,
            )
            if fails:
                raise RuntimeError("after the number was taken")

    calls = [partial(credit, order, number % 2 == 0) for number, order in enumerate(paid)]
    at_once(calls)
    for kind, count in (("invoice", 6), ("receipt", 6), ("credit_note", 3)):
        numbers = Document.objects.filter(kind=kind).order_by("number")
        assert list(numbers.values_list("number", flat=True)) == list(range(1, count + 1))


def test_a_refund_has_its_credit_note_once(shop: Shop, anna: User, taxed: object) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    refund_order(user=anna, order_id=order.pk, now=shop.now)
    credit_refunds(now=shop.now)
    assert credit_refunds(now=shop.now) == 0
    note = Document.objects.get(kind="credit_note")
    assert note.name == f"CN-{shop.now.year}-000001"
    assert note.invoice == Document.objects.get(kind="invoice")
    assert (note.gross_minor, note.tax_minor) == (10_00, 57)


def test_partial_credit_notes_take_back_exactly_the_tax(
    shop: Shop, anna: User, taxed: object
) -> None:
    shop.welcome(anna)
    shop.buy(anna, Choice(amount_minor=11_00))
    invoice = Document.objects.get(kind="invoice")
    for number, part in enumerate((3_33, 3_33, 4_34)):
        with transaction.atomic():
            credit_invoice(
                invoice=invoice, key=f"part:{number}", amount_minor=part, reason="refund",
                now=shop.now,
            )  # fmt: skip
    notes = Document.objects.filter(kind="credit_note")
    assert sum(one.tax_minor for one in notes) == invoice.tax_minor
    assert sum(one.net_minor for one in notes) == invoice.net_minor
    with pytest.raises(NoInvoice), transaction.atomic():
        credit_invoice(invoice=invoice, key="part:9", amount_minor=1, reason="x", now=shop.now)


def test_it_is_mailed_once_in_the_language_of_the_purchase(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    with translation.override("zh-hans"):
        order = shop.order(anna, TEN_YUAN)
    shop.pay(order)
    shop.deliver()
    assert mail_documents(now=shop.now) == 1
    assert mail_documents(now=shop.now) == 0
    (sent,) = mail.outbox
    year = shop.now.year
    assert sent.to == [anna.email]
    assert "发票" in sent.subject
    assert [name for name, *_rest in sent.attachments] == [
        f"INV-{year}-000001.pdf",
        f"REC-{year}-000001.pdf",
    ]
    assert "商业发票" in words_of(sent.attachments[0][1])
    spend_nothing_refund(shop, anna, order)
    credit_refunds(now=shop.now)
    assert mail_documents(now=shop.now) == 1
    assert "贷记" in mail.outbox[1].subject


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_stands_on_it(shop: Shop, anna: User, taxed: object, language: str) -> None:
    shop.welcome(anna)
    save_buyer(user=anna, buyer=COMPANY, now=shop.now)
    order = shop.buy(anna, Choice(pack="pack-100"))
    invoice = Document.objects.get(kind="invoice")
    text = words_of(pdf_of(invoice, language))
    for said in (
        invoice.name, "Inkling Studio GmbH", "DE123456789", "10115 Berlin", COMPANY.company,
        COMPANY.tax_id, "上海市徐汇区示例路 100 号", "CNY 94.34", "CNY 5.66", "CNY 100.00", "6 %",
        str(order.pk),
    ):  # fmt: skip
        assert said in text
    assert ("商业发票" if language == "zh-hans" else "Invoice") in text


def test_the_same_document_is_the_same_file(shop: Shop, anna: User, tmp_path: Path) -> None:
    shop.welcome(anna)
    save_buyer(user=anna, buyer=COMPANY, now=shop.now)
    shop.buy(anna, TEN_YUAN)
    invoice = Document.objects.get(kind="invoice")
    first = pdf_of(invoice, "zh-hans")
    assert pdf_of(invoice, "en") != first
    # Another process, so that nothing is left over from the first.
    code = (
        "import sys, django; django.setup();"
        "from billing.models import Document; from billing.selectors.sheets import pdf_of;"
        "sys.stdout.buffer.write(pdf_of(Document.objects.get(kind='invoice'), 'zh-hans'))"
    )
    named = {"DJANGO_SETTINGS_MODULE": "tests.billing.other_process"}
    again = _elsewhere(code, named)
    assert again == first


def _elsewhere(code: str, environment: dict[str, str]) -> bytes:
    database = str(django_settings.DATABASES["default"]["NAME"])
    named = {**os.environ, **environment, "TEST_DATABASE": database}
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env=named
    ).stdout


@pytest.mark.parametrize(
    ("buyer", "field"),
    [
        (Buyer(country="China"), "country"),
        (Buyer(country="cn"), "country"),
        (Buyer(name="x" * 121), "name"),
        (Buyer(address="x" * 401), "address"),
        (Buyer(tax_id="a\nb"), "tax_id"),
    ],
)
def test_details_that_cannot_be_printed(anna: User, buyer: Buyer, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        save_buyer(user=anna, buyer=buyer, now=datetime(2026, 11, 23, tzinfo=UTC))
    assert list(refused.value.fields) == [field]


def test_over_http_and_only_by_its_owner(
    shop: Shop, anna: User, bert: User, api_of: Callable[[User], APIClient]
) -> None:
    shop.welcome(anna)
    api = api_of(anna)
    body = {"company": "Ärmel & Söhne ğł", "country": "DE"}
    assert api.put("/api/v1/billing-details", body, format="json").json()["country"] == "DE"
    shop.buy(anna, TEN_YUAN)
    listed = api.get("/api/v1/documents").json()["results"]
    assert [one["kind"] for one in listed] == ["receipt", "invoice"]
    address = f"/api/v1/documents/{listed[1]['id']}/pdf"
    answer = api.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "Ärmel & Söhne ğł" in words_of(answer.content)
    assert "商业发票" in words_of(api.get(f"{address}?language=zh-hans").content)
    assert api.get(f"{address}?language=xx").json()["fields"] == {"language": "en or zh-hans"}
    assert api_of(bert).get(address).status_code == 404
    assert api_of(bert).get("/api/v1/documents").json()["results"] == []
    order = Document.objects.filter(kind="invoice").get().order
    assert order is not None
    assert api.get(f"/api/v1/orders/{order.pk}").json()["terms_version"] == "1"


def test_a_refund_that_fails_later_is_no_credit(shop: Shop, anna: User, taxed: object) -> None:
    shop.welcome(anna)
    order = shop.buy(anna, TEN_YUAN)
    refund_order(user=anna, order_id=order.pk, now=shop.now)
    credit_refunds(now=shop.now)
    Refund.objects.update(state="failed")
    assert credit_refunds(now=shop.now) == 1
    assert credit_refunds(now=shop.now) == 0
    note = Document.objects.get(kind="credit_note")
    correction = Document.objects.get(kind="invoice", refund__isnull=False)
    assert (correction.net_minor, correction.tax_minor) == (note.net_minor, note.tax_minor)
    assert note.name in words_of(pdf_of(correction))
    at = shop.now.astimezone(ZoneInfo(django_settings.POINTS_DAY_TZ))
    sums = books_of(month_of(f"{at.year}-{at.month:02d}")).of("CNY")
    assert (sums.credited_gross, sums.tax_credited, sums.gaps) == (0, 0, [])
    # All of it can be given back once more.
    with transaction.atomic():
        invoice = Document.objects.get(kind="invoice", refund=None)
        credit_invoice(invoice=invoice, key="again", amount_minor=10_00, reason="x", now=shop.now)


def test_a_refund_is_of_the_invoice_of_its_payment(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, gold())
    order = shop.buy(anna, TEN_YUAN)
    refund_order(user=anna, order_id=order.pk, now=shop.now)
    credit_refunds(now=shop.now)
    note = Document.objects.get(kind="credit_note")
    assert note.invoice is not None
    assert note.invoice.order == order


def test_a_teams_purchases_are_made_out_to_the_team(
    shop: Shop, anna: User, bert: User, taxed: object
) -> None:
    shop.welcome(anna)
    save_buyer(user=anna, buyer=Buyer(name="Anna"), now=shop.now)
    shop.buy(anna, Choice(plan="platinum", period="month"))
    team = found_team(user=anna, name="Studio", now=shop.now)
    keep = partial(save_team_buyer, by=anna, team_id=team.pk, now=shop.now)
    keep(buyer=COMPANY, email="books@example.com")
    shop.buy(anna, TEN_YUAN)
    keep(buyer=Buyer(company="Studio AG"), email="")
    shop.pass_months(anna, 1, hours=2)
    shop.deliver()
    keep(buyer=Buyer(), email="")
    shop.buy(anna, TEN_YUAN)
    invoices = Document.objects.filter(kind="invoice").order_by("id")
    # Each as it was wanted when it was agreed: the plan, points, the renewal, points again.
    assert [
        (one.facts["buyer"]["company"], one.facts["buyer"]["name"], one.facts["buyer"]["email"])
        for one in invoices
    ] == [
        ("", "Anna", anna.email),
        (COMPANY.company, COMPANY.name, "books@example.com"),
        ("Studio AG", "", anna.email),
        ("", "Anna", anna.email),
    ]
    assert COMPANY.tax_id in words_of(pdf_of(invoices[1]))
    with pytest.raises(NotFound):
        save_team_buyer(by=bert, team_id=team.pk, buyer=COMPANY, email="", now=shop.now)


def test_papers_of_a_team_go_where_it_wants_them(shop: Shop, anna: User) -> None:
    shop.welcome(anna)
    shop.buy(anna, Choice(plan="platinum", period="month"))
    mail_documents(now=shop.now)
    team = found_team(user=anna, name="Studio", now=shop.now)
    keep = partial(save_team_buyer, by=anna, team_id=team.pk, buyer=COMPANY, now=shop.now)
    keep(email="books@example.com")
    order = shop.buy(anna, TEN_YUAN)
    mail_documents(now=shop.now)
    assert [one.to for one in mail.outbox] == [[anna.email], [anna.email, "books@example.com"]]
    keep(email="others@example.com")
    refund_order(user=anna, order_id=order.pk, now=shop.now)
    credit_refunds(now=shop.now)
    mail_documents(now=shop.now)
    # The credit note is addressed like its invoice, and sent nowhere that the team has left.
    note = Document.objects.get(kind="credit_note")
    assert note.facts["buyer"]["email"] == "books@example.com"
    assert mail.outbox[-1].to == [anna.email]
