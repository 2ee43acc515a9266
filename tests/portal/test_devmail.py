"""The development mailbox: readable when it is on, not there when it is off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import get_connection, send_mail
from django.test import Client

from tests.portal.pages import faults_of, page_of


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Path:
    """Mail kept in files, as `make run` keeps it."""
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def keep(subject: str, body: str) -> None:
    backend = get_connection("django.core.mail.backends.filebased.EmailBackend")
    send_mail(subject, body, "Inkling <noreply@localhost>", ["a@example.com"], connection=backend)


def test_an_empty_mailbox(mailbox: Path, db: None) -> None:
    assert "No mail yet" in page_of(Client().get("/dev/mail/")).text


def test_mail_is_listed_and_readable(mailbox: Path, db: None) -> None:
    keep("Your code", "It is K7TQ2X.\n\n雪中的狐狸 <b>not bold</b>")
    page = page_of(Client().get("/dev/mail/"))
    assert "Your code a@example.com" in page.text
    link = next(link["href"] for link in page.all("a") if link["href"].endswith("/0/"))
    response = Client().get(link)
    text = page_of(response).text
    assert "It is K7TQ2X." in text
    assert "雪中的狐狸 <b>not bold</b>" in text
    assert faults_of(response.content.decode()) == []


def test_several_mails_in_one_file(mailbox: Path, db: None) -> None:
    keep("First", "one")
    keep("Second", "two")
    file = next(mailbox.glob("*.log"))
    other = max(mailbox.glob("*.log"))
    if other != file:
        file.write_bytes(file.read_bytes() + other.read_bytes())
        other.unlink()
    text = page_of(Client().get("/dev/mail/")).text
    assert "First" in text
    assert "Second" in text


@pytest.mark.parametrize("file", ["..", "x.log", "..%2Fsecret.log", "secret.txt"])
def test_no_other_file_is_read(mailbox: Path, db: None, file: str) -> None:
    mailbox.mkdir()
    (mailbox.parent / "secret.log").write_text("Subject: no\n\nno")
    (mailbox / "secret.txt").write_text("Subject: no\n\nno")
    assert Client().get(f"/dev/mail/{file}/0/").status_code == 404


def test_no_other_mail_of_a_file(mailbox: Path, db: None) -> None:
    keep("First", "one")
    name = next(mailbox.glob("*.log")).name
    assert Client().get(f"/dev/mail/{name}/0/").status_code == 200
    assert Client().get(f"/dev/mail/{name}/1/").status_code == 404


def test_it_is_not_there_when_it_is_off(mailbox: Path, settings: Any, db: None) -> None:
    settings.DEV_MAIL = False
    keep("First", "one")
    name = next(mailbox.glob("*.log")).name
    assert Client().get("/dev/mail/").status_code == 404
    assert Client().get(f"/dev/mail/{name}/0/").status_code == 404
    assert "dev/mail" not in Client().get("/").content.decode()
