"""The desk: everything to read, one thing to write."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.ledger.models import Entry, Hold, Lot, Transaction, Wallet
from billing.selectors.wallets import overview, wallet_id_of
from billing.services import daily_points
from generation.models import Job
from tests.conftest import Person
from tests.jobs_by_hand import NOON, Submit, claimed, deliver


@pytest.fixture
def operator(person: Person) -> User:
    """Olga, who may open the desk."""
    return person("olga", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(operator: User) -> Client:
    """Olga's browser."""
    client = Client()
    client.force_login(operator)
    return client


def test_only_operators_come_in(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    assert client.get("/admin/").status_code == 302


def test_the_desk_may_run_its_scripts_and_the_portal_may_not(desk: Client) -> None:
    """unfold's Alpine needs eval; without it nothing on the desk can be clicked."""
    assert "'unsafe-eval'" in desk.get("/admin/")["Content-Security-Policy"]
    assert "unsafe" not in desk.get("/create/")["Content-Security-Policy"]


def test_the_desk_is_entered_by_the_door_that_counts_failures(operator: User) -> None:
    response = Client().post("/admin/login/", {"username": operator.email, "password": "wrong"})
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_every_list_and_page_opens(desk: Client, rich_anna: User, submit: Submit) -> None:
    submit(rich_anna)
    deliver(claimed())
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listing = desk.get(reverse(f"{name}_changelist"))
        assert listing.status_code == 200, name
        row = model._default_manager.first()
        if row is not None:
            page = desk.get(reverse(f"{name}_change", args=[address(row)]))
            assert page.status_code == 200, name


def address(row: Any) -> str:
    """How the desk addresses a row: those of the ledger by their wallet too."""
    if isinstance(row, Lot | Hold | Transaction | Entry):
        return f"{row.wallet_id}-{row.pk}"
    return str(row.pk)


@pytest.mark.parametrize("model", [Lot, Hold, Transaction, Entry])
def test_ledger_rows_are_read_a_wallet_at_a_time(
    desk: Client, rich_anna: User, bert: User, submit: Submit, model: type[Model]
) -> None:
    """Without a wallet the database would read everything it has."""
    submit(rich_anna)
    daily_points.claim(user=bert, now=NOON)
    wallet_id = wallet_id_of(user=rich_anna)
    rows = model._default_manager.filter(wallet_id=wallet_id)
    listing = reverse(f"admin:ledger_{model._meta.model_name}_changelist")
    assert desk.get(listing).context["cl"].result_count == 0
    for term in (str(wallet_id), rich_anna.email):
        page = desk.get(listing, {"q": term})
        assert page.context["cl"].result_count == rows.count()
        for row in rows:
            assert f"/{address(row)}/change/" in page.content.decode()
    for wrong in (f"{wallet_id}-0", f"0-{rows.first().pk}", "7", "x-y", "9" * 40):  # type: ignore[union-attr]
        path = reverse(f"admin:ledger_{model._meta.model_name}_change", args=[wrong])
        assert desk.get(path).status_code == 302


@pytest.mark.parametrize("model", [Wallet, Lot, Hold, Transaction, Entry, Job])
def test_ledger_and_jobs_are_read_only(
    desk: Client, rich_anna: User, submit: Submit, model: type
) -> None:
    submit(rich_anna)
    row = model.objects.first()  # type: ignore[attr-defined]
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]
    assert desk.get(reverse(f"{name}_add")).status_code == 403
    at = [address(row)]
    assert desk.post(reverse(f"{name}_change", args=at), {}).status_code == 403
    assert desk.post(reverse(f"{name}_delete", args=at), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()  # type: ignore[attr-defined]


def test_a_wallet_is_found_by_its_owner(desk: Client, rich_anna: User) -> None:
    page = desk.get(reverse("admin:ledger_wallet_changelist"), {"q": "anna@"})
    assert "anna@example.com" in page.content.decode()


def adjust(desk: Client, user: User, **fields: str) -> object:
    wallet_id = wallet_id_of(user)
    path = reverse("admin:ledger_wallet_adjust", args=[wallet_id])
    page = desk.get(path).content.decode()
    found = re.search(r'name="key" value="(\w+)"', page)
    assert found
    form = {"points": "12.50", "days": "30", "reason": "goodwill", "note": "", "key": found[1]}
    return desk.post(path, form | fields)


def test_an_adjustment_is_a_lot_with_a_name_and_a_reason(
    desk: Client, rich_anna: User, operator: User
) -> None:
    response = adjust(desk, rich_anna, note="slow day")
    assert response.status_code == 302  # type: ignore[attr-defined]
    assert overview(user=rich_anna, now=NOON).available_cp >= 1250
    row = Transaction.objects.get(reference__startswith="adjustment:")
    assert (row.kind, row.reason) == ("grant", "goodwill: slow day")
    assert row.actor == f"staff:{operator.pk}"


def test_the_same_form_twice_gives_once(desk: Client, rich_anna: User) -> None:
    adjust(desk, rich_anna, key="one-form")
    adjust(desk, rich_anna, key="one-form")
    assert Transaction.objects.filter(reference="adjustment:one-form").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", "0"),
        ("points", "-5"),
        ("points", "1.234"),
        ("points", "many"),
        ("days", "0"),
        ("days", "731"),
        ("reason", "because"),
    ],
)
def test_a_bad_adjustment_says_why_and_gives_nothing(
    desk: Client, rich_anna: User, field: str, value: str
) -> None:
    response = adjust(desk, rich_anna, **{field: value})
    assert response.status_code == 200  # type: ignore[attr-defined]
    assert not Transaction.objects.filter(reference__startswith="adjustment:").exists()
