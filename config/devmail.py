"""The development mailbox: mail that Django's file backend kept, readable in the browser.

Everyone who reaches the server reads it, so it answers 404 unless `DEV_MAIL` is on.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_FILES_MAX = 50
_FILE_NAME = re.compile(r"[\w-]+\.log")
# Django's file backend ends every mail with this line.
_BETWEEN = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail of a file; `number` counts from zero inside it."""

    file: str
    number: int
    subject: str
    recipients: str
    sender: str
    sent_at: datetime
    text: str


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, newest first."""
    _refuse_unless_on()
    mails = sorted(
        (mail for file in _newest_files() for mail in _mails(file)),
        key=lambda mail: (mail.sent_at, mail.file, mail.number),
        reverse=True,
    )
    return render(request, "devmail/mailbox.html", {"mails": mails})


@require_safe
@never_cache
def mail(request: HttpRequest, file: str, number: int) -> HttpResponse:
    """One mail in full."""
    _refuse_unless_on()
    path_ = _folder() / file
    if not _FILE_NAME.fullmatch(file) or not path_.is_file():
        raise Http404
    found = next((kept for kept in _mails(path_) if kept.number == number), None)
    if found is None:
        raise Http404
    return render(request, "devmail/mail.html", {"mail": found})


def _refuse_unless_on() -> None:
    if not settings.DEV_MAIL:
        raise Http404


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _newest_files() -> list[Path]:
    if not _folder().is_dir():
        return []
    # The backend starts every name with the instant, so names sort by time.
    names = sorted((entry for entry in _folder().glob("*.log")), key=lambda entry: entry.name)
    return names[-_FILES_MAX:]


def _mails(file: Path) -> Iterator[KeptMail]:
    kept_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    parts = [part for part in file.read_bytes().split(_BETWEEN) if part.strip()]
    for number, part in enumerate(parts):
        message = email.message_from_bytes(part.lstrip(), policy=email.policy.default)
        body = message.get_body(("plain",))
        date = message["Date"]
        yield KeptMail(
            file=file.name,
            number=number,
            subject=str(message["Subject"] or ""),
            recipients=str(message["To"] or ""),
            sender=str(message["From"] or ""),
            sent_at=date.datetime if date is not None and date.datetime else kept_at,
            text=body.get_content().strip() if body is not None else "",
        )


app_name = "devmail"
urlpatterns = [
    path("", mailbox, name="mailbox"),
    path("<str:file>/<int:number>/", mail, name="mail"),
]
