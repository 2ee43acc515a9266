"""Sending paper: each document goes out once, as a PDF, in the language of the purchase."""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Document, Refund
from billing.selectors.documents import team_invoice_data_of
from billing.selectors.sheets import file_name, pdf_of
from billing.services.documents import NoInvoice, correct_credit_note, issue_credit_note

log = logging.getLogger(__name__)


def credit_refunds(*, now: datetime) -> int:
    """Write the credit notes that refunds still lack, and correct those of refunds that failed.

    Each in its transaction; returns how many. What was undone before it was given was never
    invoiced and has no credit note.
    """
    written = 0
    lacking = Refund.objects.filter(state="done", credit_notes=None).select_related("order__user")
    for refund in lacking.exclude(order__state__in=["undoing", "undone"]).order_by("id")[:200]:
        try:
            with transaction.atomic(durable=True):
                issue_credit_note(refund=refund, now=now)
        except NoInvoice as reason:
            log.error("refund %s has no credit note: %s", refund.pk, reason)
            continue
        written += 1
    failed = Refund.objects.filter(state="failed", credit_notes__kind="credit_note")
    for refund in failed.exclude(credit_notes__kind="invoice").order_by("id")[:200]:
        with transaction.atomic(durable=True):
            correct_credit_note(refund=refund, now=now)
        written += 1
    return written


def mail_documents(*, now: datetime, limit: int = 200) -> int:
    """Mail what was not mailed yet, oldest first, a payment's papers together; how many mails.

    A mail server that does not answer leaves the rest for the next run.
    """
    sent = 0
    waiting = Document.objects.filter(mailed_at=None).exclude(kind="receipt").order_by("id")
    for document in waiting.select_related("user", "invoice")[:limit]:
        # Marked first: a paper lost in a crash is in the portal, one sent twice alarms.
        with transaction.atomic(durable=True):
            papers = _claim(document, now)
        if not papers:
            continue
        try:
            _mail(papers).send()
        except (SMTPException, OSError) as error:
            Document.objects.filter(pk__in=[one.pk for one in papers]).update(mailed_at=None)
            log.warning("document %s not mailed: %s", document, error)
            break
        sent += 1
    return sent


def _claim(document: Document, now: datetime) -> list[Document]:
    """The document and, with an invoice, its receipt: ours to send, or nobody's."""
    if not Document.objects.filter(pk=document.pk, mailed_at=None).update(mailed_at=now):
        return []
    receipts = document.followers.filter(kind="receipt", mailed_at=None)
    papers = [document, *receipts.select_related("user", "invoice")]
    receipts.update(mailed_at=now)
    return papers


def _mail(papers: list[Document]) -> EmailMessage:
    first = papers[0]
    with translation.override(first.language):
        if first.kind == "credit_note":
            subject = _("Your credit note %(number)s") % {"number": first.name}
            text = _(
                "Money is on its way back to you. The credit note for it is attached. "
                "You find all your documents on the Billing page."
            )
        else:
            subject = _("Your invoice %(number)s") % {"number": first.name}
            text = (
                _(
                    "A refund did not reach you, and its credit note is taken back by the attached "
                    "invoice. Nothing is charged."
                )
                if "corrects" in first.facts
                else _(
                    "Thank you for your purchase. Invoice and receipt are attached. "
                    "You find all your documents on the Billing page."
                )
            )
    mail = EmailMessage(subject, text, None, _recipients(first))
    for paper in papers:
        mail.attach(file_name(paper), pdf_of(paper), "application/pdf")
    return mail


def _recipients(document: Document) -> list[str]:
    """Whoever paid, and where their team wants its papers."""
    team = team_invoice_data_of(user=document.user)
    addressed = str(document.facts["buyer"]["email"])
    copy = [addressed] if team and team.email == addressed != document.user.email else []
    return [document.user.email, *copy]
