"""Prices at the desk: drafted and edited by one, approved by another who has the right too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing.models import Catalogue, OfferStep, Plan, PlanPrice, PriceList, Promotion
from billing.selectors.catalogue import plan_price
from billing.selectors.prices import live_price_list

pytestmark = pytest.mark.usefixtures("catalogue")
RIGHTS = ("change_catalogue", "change_pricelist", "change_promotion")
SEEN = ("view_catalogue", "view_pricelist", "view_promotion", "view_plan")


def may(user: User, *names: str) -> Client:
    """The browser of someone with these rights."""
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def paulas(paula: User) -> Client:
    """Paula's browser: she may price."""
    return may(paula, *RIGHTS, *SEEN)


@pytest.fixture
def quinns(quinn: User) -> Client:
    """Quinn's, likewise."""
    return may(quinn, *RIGHTS, *SEEN)


def page(model: str, verb: str, *args: object) -> str:
    return reverse(f"admin:billing_{model}_{verb}", args=args)


def filled(client: Client, url: str) -> dict[str, Any]:
    """What the browser would send if its user changed nothing."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    sent: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is True:
                sent[bound.html_name] = "on"
            elif value is not None and value is not False:
                sent[bound.html_name] = value
    starts = sent.pop("starts_at", None)
    return sent | (at(starts, "starts_at") if starts else {})


def at(moment: Any, name: str) -> dict[str, str]:
    """The two boxes of an instant."""
    local = timezone.localtime(moment)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M:%S}"}


def decide(client: Client, model: str, verb: str, key: object, reason: str = "autumn") -> str:
    """Press a button of a draft and give a reason; what the page says then."""
    response = client.post(page(model, verb, key), {"reason": reason}, follow=True)
    return str(response.content.decode())


def test_a_price_list_from_draft_to_in_force(paulas: Client, quinns: Client) -> None:
    assert "copy of the last published version" in paulas.get(page("pricelist", "begin")).text
    paulas.post(page("pricelist", "begin"))
    draft = PriceList.objects.get(version=3)
    url = page("pricelist", "change", 3)
    sent = filled(paulas, url)
    cheaper = next(name for name, value in sent.items() if value == 20)
    assert paulas.post(url, sent | {cheaper: "15"}).status_code == 302
    assert sorted(draft.lines.values_list("unit_cp", flat=True))[:2] == [15, 470]
    assert live_price_list(now=timezone.now()).version == 2

    decide(paulas, "pricelist", "submit", 3)
    seen = quinns.get(page("pricelist", "publish", 3)).text
    assert "image: 0.20 points a picture → 0.15 points a picture" in seen
    assert "autumn" in seen
    assert "A second person publishes" in decide(paulas, "pricelist", "publish", 3)
    decide(quinns, "pricelist", "publish", 3, "agreed")
    live = live_price_list(now=timezone.now())
    assert (live.version, live.lines[0].unit_cp) == (3, 15)
    steps = OfferStep.objects.order_by("id").values_list("action", "by__email", "reason")
    assert list(steps) == [
        ("drafted", "paula@example.com", ""),
        ("edited", "paula@example.com", ""),
        ("submitted", "paula@example.com", "autumn"),
        ("published", "quinn@example.com", "agreed"),
    ]


def test_plans_and_their_prices_are_edited(paulas: Client, quinns: Client) -> None:
    paulas.post(page("catalogue", "begin"))
    url = page("catalogue", "change", 2)
    assert paulas.post(url, filled(paulas, url)).status_code == 302
    gold = Plan.objects.get(catalogue=2, code="gold")
    url = page("plan", "change", gold.pk)
    sent = filled(paulas, url)
    month = next(name for name, value in sent.items() if value == 66_00)
    # Dearer than platinum: kept in the draft, refused when it is submitted.
    assert paulas.post(url, sent | {month: "7000", "slots": "3"}).status_code == 302
    gold.refresh_from_db()
    assert gold.slots == 3
    said = decide(paulas, "catalogue", "submit", 2)
    assert "gold costs more a point" not in said
    price = PlanPrice.objects.get(plan=gold, period="month")
    assert (price.amount_minor, price.months) == (70_00, 1)
    decide(quinns, "catalogue", "publish", 2)
    found = plan_price(plan="gold", period="month", currency="CNY", now=timezone.now())
    assert found.amount_minor == 70_00


def test_a_draft_that_breaks_a_rule_says_which(paulas: Client) -> None:
    paulas.post(page("catalogue", "begin"))
    PlanPrice.objects.filter(plan__catalogue=2, plan__code="gold", period="month").update(
        amount_minor=10_00
    )
    said = decide(paulas, "catalogue", "submit", 2)
    assert "gold costs more a point by quarter than by month" in said
    assert Catalogue.objects.get(version=2).submitted_at is None


def test_a_promotion_is_drafted_and_ended(paulas: Client, quinns: Client, paula: User) -> None:
    now = timezone.now()
    sent = {
        "name": "autumn",
        "kind": "percent",
        "value": "50",
        "currency": "CNY",
        **at(now + timedelta(days=1), "starts_at"),
        **at(now + timedelta(days=9), "ends_at"),
    }
    added = paulas.post(page("promotion", "add"), sent)
    assert added.status_code == 302, added.context["errors"]
    draft = Promotion.objects.get(name="autumn")
    assert (draft.drafted_by, draft.published_at) == (paula, None)
    decide(paulas, "promotion", "submit", draft.pk)
    decide(quinns, "promotion", "publish", draft.pk)
    draft.refresh_from_db()
    assert draft.published_at is not None
    decide(paulas, "promotion", "end", draft.pk, "sold out")
    draft.refresh_from_db()
    assert draft.ended_early_at is not None
    last = OfferStep.objects.latest("id")
    assert (last.action, last.by, last.reason) == ("ended", paula, "sold out")


def test_what_is_submitted_or_published_cannot_be_edited(paulas: Client, quinns: Client) -> None:
    paulas.post(page("pricelist", "begin"))
    url = page("pricelist", "change", 3)
    sent = filled(paulas, url)
    decide(paulas, "pricelist", "submit", 3)
    assert paulas.post(url, sent).status_code == 403
    decide(quinns, "pricelist", "withdraw", 3, "not yet")
    assert paulas.post(url, sent).status_code == 302
    decide(paulas, "pricelist", "submit", 3)
    decide(quinns, "pricelist", "publish", 3)
    assert paulas.post(url, sent).status_code == 403
    assert paulas.post(page("pricelist", "change", 2), sent).status_code == 403
    assert "No such draft" in decide(paulas, "pricelist", "submit", 3)


def test_a_draft_is_discarded_with_a_reason(paulas: Client) -> None:
    paulas.post(page("catalogue", "begin"))
    assert "required" in decide(paulas, "catalogue", "discard", 2, "")
    decide(paulas, "catalogue", "discard", 2, "a mistake")
    assert not Catalogue.objects.filter(version=2).exists()


def test_without_the_pricing_right_nothing_moves(paulas: Client, quinn: User) -> None:
    reader = may(quinn, *SEEN)
    assert reader.get(page("pricelist", "changelist")).status_code == 200
    assert reader.post(page("pricelist", "begin")).status_code == 403
    paulas.post(page("pricelist", "begin"))
    sent = filled(paulas, page("pricelist", "change", 3))
    assert reader.post(page("pricelist", "change", 3), sent).status_code == 403
    for verb in ("submit", "publish", "withdraw", "discard"):
        assert reader.post(page("pricelist", verb, 2), {"reason": "x"}).status_code == 403
    assert PriceList.objects.get(version=3).submitted_at is None
