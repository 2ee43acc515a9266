"""The desk: documents to read, and the books of a month to take away."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.models import Document
from tests.billing.conftest import shop, stand_in  # noqa: F401
from tests.billing.shop import TEN_YUAN, Shop


@pytest.fixture
def desk(anna: User) -> Client:
    """Someone who may do anything."""
    owner = User.objects.create_superuser("owner@example.com", "a-good-long-password")
    client = Client()
    client.force_login(owner)
    return client


def test_a_month_of_books_is_an_archive(shop: Shop, anna: User, desk: Client) -> None:  # noqa: F811
    shop.buy(anna, TEN_YUAN)
    path = reverse("admin:billing_document_books")
    assert "Export the books" in desk.get(path).content.decode()
    assert "like 2026-11" in desk.post(path, {"month": "x"}).content.decode()
    issued = Document.objects.get(kind="invoice").issued_at
    answer = desk.post(path, {"month": f"{issued.year}-{issued.month:02d}"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
    assert [name.rsplit("-", 1)[1] for name in names] == [
        "summary.csv",
        "lots.csv",
        "documents.csv",
    ]


def test_a_document_opens(shop: Shop, anna: User, desk: Client) -> None:  # noqa: F811
    shop.buy(anna, TEN_YUAN)
    document = Document.objects.get(kind="invoice")
    assert document.name in desk.get(reverse("admin:billing_document_changelist")).content.decode()
    file = desk.get(reverse("admin:billing_document_file", args=[document.pk]))
    assert file.content.startswith(b"%PDF")


def test_staff_without_the_right_get_neither(anna: User) -> None:
    anna.is_staff = True
    anna.save()
    client = Client()
    client.force_login(anna)
    assert client.get(reverse("admin:billing_document_books")).status_code == 403
