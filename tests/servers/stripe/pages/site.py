"""Which page answers which address."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from tests.servers.stripe import settlement
from tests.servers.stripe.checkout import portal
from tests.servers.stripe.checkout.paying import BUTTONS, Press, pay, use_code
from tests.servers.stripe.errors import ApiError
from tests.servers.stripe.forms import parse_form
from tests.servers.stripe.pages.layout import document, money
from tests.servers.stripe.pages.pay import pay_page
from tests.servers.stripe.pages.portal import WORDS, portal_page
from tests.servers.stripe.resources.payment_methods import make
from tests.servers.stripe.setups import attempt_setup
from tests.servers.stripe.world import Obj, World

HTML = "text/html; charset=utf-8"


@dataclass
class Page:
    """What a browser gets."""

    status: int
    body: bytes
    type: str = HTML
    headers: dict[str, str] = field(default_factory=dict)


def html(text: str, status: int = 200) -> Page:
    """A page."""
    return Page(status, text.encode(), headers={"Cache-Control": "no-store"})


def redirect(url: str) -> Page:
    """Off to another page."""
    return Page(303, b"", headers={"Location": url})


def answer(world: World, method: str, path: str, body: str) -> Page:
    """The page at an address."""
    form = parse_form(body) if method == "POST" else {}
    for pattern, view in VIEWS:
        if match := re.fullmatch(pattern, path):
            with world.lock:
                try:
                    return view(world, method, form, *match.groups())
                except ApiError as error:
                    return html(document("en", escape(str(error))), error.status)
    return html(document("en", "There is no such page."), 404)


def language_of(session: Obj) -> str:
    """Chinese where the merchant asked for it, English otherwise."""
    locale = session["locale"] or "en"
    return "zh" if locale.startswith("zh") else "en"


def pay_view(world: World, method: str, form: Obj, id: str) -> Page:
    """The page of a session: shown, or a button pressed."""
    session = world.get("checkout.session", id)
    if method != "POST" or session["status"] != "open":
        return html(pay_page(world, session, language_of(session)))
    if "cancel" in form:
        return redirect(session["cancel_url"] or session["url"])
    if "code" in form:
        refused = use_code(world, session, form["code"])
        status = 402 if refused else 200
        return html(pay_page(world, session, language_of(session), refused), status)
    press = _press(form)
    if press is None:
        return html(document("en", "There is no such button."), 400)
    refused = pay(world, session, press)
    if refused is not None:
        return html(pay_page(world, session, language_of(session), refused), 402)
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", id))


def _press(form: Obj) -> Press | None:
    email, name = form.get("email") or None, form.get("name") or None
    if number := re.sub(r"\D", "", form.get("number", "")):
        return Press("card", number, email=email, name=name)
    button = BUTTONS.get(form.get("button", ""))
    if button is None:
        return None
    return Press(button.method, button.number, button.authenticated, button.outcome, email, name)


def authenticate_view(world: World, method: str, form: Obj, id: str) -> Page:
    """The bank's or the wallet's page, where the owner says yes or no."""
    kind = "setup_intent" if id.startswith("seti_") else "payment_intent"
    intent = world.get(kind, id)
    if intent["status"] != "requires_action":
        return html(document("en", f"Nothing to confirm: it is {intent['status']}."))
    if method == "POST":
        good = form.get("say") == "yes"
        if kind == "setup_intent":
            paid_with = world.get("payment_method", intent["payment_method"])
            attempt_setup(world, intent, paid_with, authenticated=good)
        else:
            settlement.settle(world, intent, good=good)
        back = intent.get("_return_url")
        return redirect(back) if back else html(document("en", f"It is {intent['status']}."))
    return html(
        document(
            "en",
            '<h1>Confirm the payment</h1><form method="post">'
            '<button name="say" value="yes">Confirm</button>'
            '<button name="say" value="no" class="bad">Refuse</button></form>',
        )
    )


def invoice_view(world: World, method: str, form: Obj, id: str) -> Page:
    """The page of an invoice, with a way to pay it while it is open."""
    invoice = world.get("invoice", id)
    note = ""
    if method == "POST" and invoice["status"] in ("open", "uncollectible"):
        press = _press(form)
        if press is None or press.number is None:
            return html(document("en", "There is no such button."), 400)
        paid_with = make(world, "card", number=press.number)
        settlement.collect(
            world, invoice, paid_with, present=True, authenticated=press.authenticated
        )
        note = "" if invoice["status"] == "paid" else "<p class='refused'>Refused.</p>"
    lines = "".join(
        f"<tr><td>{escape(line['description'])}</td>"
        f"<td>{money(line['amount'], line['currency'])}</td></tr>"
        for line in invoice["lines"]["data"]
    )
    buttons = (
        '<form method="post"><button name="button" value="card_good">Pay by card</button>'
        '<button name="button" value="card_declined" class="bad">Declined card</button></form>'
        if invoice["status"] in ("open", "uncollectible")
        else ""
    )
    return html(
        document(
            "en",
            f"<h1>Invoice {escape(invoice['number'] or '(draft)')}</h1>{note}"
            f"<table>{lines}<tr class='sum'><td>{escape(invoice['status'])}</td>"
            f"<td>{money(invoice['amount_due'], invoice['currency'])}</td></tr></table>{buttons}",
        ),
        402 if note else 200,
    )


def portal_view(world: World, method: str, form: Obj, id: str) -> Page:
    """The customer portal: another card, canceling, going on."""
    session = world.get("billing_portal.session", id)
    language = language_of(session)
    for name, act in (("cancel", portal.cancel), ("resume", portal.resume)):
        for sub in portal.running(world, session):
            if form.get(name) == sub["id"]:
                act(world, sub)
    if (press := _press(form)) is None:
        return html(portal_page(world, session, language))
    refused = portal.change_card(world, session, press)
    if refused is not None:
        note = f'<p class="refused" role="alert">{escape(refused)}</p>'
        return html(portal_page(world, session, language, note), 402)
    after = (session["flow"] or {}).get("after_completion", {}).get("redirect")
    if after is not None:
        return redirect(after["return_url"])
    note = f'<p role="status">{WORDS[language]["saved"]}</p>'
    return html(portal_page(world, session, language, note))


def receipt_view(world: World, method: str, form: Obj, id: str) -> Page:
    """A receipt."""
    intent = world.get("payment_intent", id)
    amount = money(intent["amount_received"], intent["currency"])
    return html(document("en", f"<h1>Receipt</h1><p>{amount}, {intent['status']}.</p>"))


def home_view(world: World, method: str, form: Obj) -> Page:
    """What this is."""
    return html(
        document("en", "<h1>A stand-in for Stripe</h1><p>It has the calls, the pages and the "
                 "events of a payment provider, and no money.</p>")
    )  # fmt: skip


View = Callable[..., Page]
VIEWS: list[tuple[str, View]] = [
    ("/c/pay/([^/]+)", pay_view),
    ("/c/authenticate/([^/]+)", authenticate_view),
    ("/p/session/([^/]+)", portal_view),
    ("/i/([^/]+)", invoice_view),
    ("/i/([^/]+)/pdf", invoice_view),
    ("/receipts/([^/]+)", receipt_view),
    ("/", home_view),
]
