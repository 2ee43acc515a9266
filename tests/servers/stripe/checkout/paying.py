"""What happens when somebody presses a button on a session's page."""

from __future__ import annotations

from dataclasses import dataclass

from tests.servers.stripe import payments, settlement
from tests.servers.stripe.billing import invoices, subscriptions
from tests.servers.stripe.cards import CHOICES
from tests.servers.stripe.checkout.lines import totals_of
from tests.servers.stripe.errors import ApiError, invalid_request
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.resources.coupons import redeem, redeemable
from tests.servers.stripe.resources.customers import create_customer
from tests.servers.stripe.resources.payment_methods import NO_DETAILS, WALLETS, attach, make
from tests.servers.stripe.setups import attempt_setup
from tests.servers.stripe.world import Obj, World, merged


@dataclass(frozen=True)
class Press:
    """A button: how it is paid, with which card, and how the payment ends."""

    method: str  # card, alipay, wechat_pay
    number: str | None = None
    authenticated: bool | None = None  # what 3-D Secure says where the card asks for it
    outcome: str = "now"  # now, refused, later_good, later_bad, later
    email: str | None = None
    name: str | None = None


BUTTONS = {
    "card_good": Press("card", CHOICES["good"]),
    "card_declined": Press("card", CHOICES["declined"]),
    "card_insufficient_funds": Press("card", CHOICES["insufficient_funds"]),
    "card_3ds_ok": Press("card", CHOICES["3ds"], authenticated=True),
    "card_3ds_failed": Press("card", CHOICES["3ds"], authenticated=False),
    "card_renewals_fail": Press("card", CHOICES["renewals_fail"]),
    "card_disputed": Press("card", CHOICES["disputed"]),
    "alipay": Press("alipay"),
    "alipay_declined": Press("alipay", outcome="refused"),
    "alipay_later_good": Press("alipay", outcome="later_good"),
    "alipay_later_bad": Press("alipay", outcome="later_bad"),
    "alipay_later": Press("alipay", outcome="later"),
    "wechat_pay": Press("wechat_pay"),
    "wechat_pay_declined": Press("wechat_pay", outcome="refused"),
    "wechat_pay_later_good": Press("wechat_pay", outcome="later_good"),
    "wechat_pay_later_bad": Press("wechat_pay", outcome="later_bad"),
    "wechat_pay_later": Press("wechat_pay", outcome="later"),
}


def pay(world: World, session: Obj, press: Press) -> str | None:
    """Try to pay a session. Returns why it was refused, None when the session is complete."""
    if session["status"] != "open":
        raise invalid_request("You cannot pay this Checkout Session: it is closed.")
    if press.method not in session["payment_method_types"]:
        raise invalid_request(f"This Checkout Session does not offer {press.method}.")
    billing = {"email": press.email, "name": press.name}
    method = make(world, press.method, number=press.number, billing=billing)
    if session["mode"] == "setup":
        return _set_up(world, session, method, press)
    _ensure_customer(world, session, press)
    if session["amount_total"] == 0:
        _complete(world, session, method, None, press)
        return None
    intent = _intent_of(world, session)
    _attempt(world, intent, method, press)
    if intent["status"] == "requires_payment_method":
        return str(intent["last_payment_error"]["message"])
    _complete(world, session, method, intent, press)
    return None


def _attempt(world: World, intent: Obj, method: Obj, press: Press) -> None:
    if press.outcome.startswith("later"):
        payments.process(world, intent, method)
        wait = world.settings.settle_after_s
        if press.outcome != "later" and wait is not None:
            intent["_settles_at"] = world.now_for(intent["_clock"]) + wait
        intent["_settles_good"] = press.outcome != "later_bad"
    elif method["type"] in WALLETS:
        payments.ask(world, intent, method)
        payments.attempt(
            world, intent, method, present=True, authenticated=press.outcome != "refused"
        )
    else:
        payments.attempt(world, intent, method, present=True)
        if intent["status"] == "requires_action":
            said = press.authenticated if press.authenticated is not None else True
            payments.attempt(world, intent, method, present=True, authenticated=said)


def _ensure_customer(world: World, session: Obj, press: Press) -> None:
    if session["customer"] or (
        session["mode"] == "payment" and session["customer_creation"] != "always"
    ):
        return
    params = {"email": press.email or session["customer_email"], "name": press.name}
    session["customer"] = create_customer(world, params)["id"]


def _intent_of(world: World, session: Obj) -> Obj:
    """The payment intent of a session: one for all its tries."""
    if session.get("_tried"):
        return world.get("payment_intent", session["_tried"])
    data = session["_intent_data"]
    subscription = session["mode"] == "subscription"
    intent = payments.new_intent(
        world,
        session["amount_total"],
        session["currency"],
        customer=session["customer"],
        types=session["payment_method_types"],
        metadata=merged({}, data.get("metadata")),
        description="Subscription creation" if subscription else data.get("description"),
        setup_future_usage="off_session" if subscription else data.get("setup_future_usage"),
    )
    intent["receipt_email"] = data.get("receipt_email")
    intent["_session"] = session["id"]
    session["_tried"] = intent["id"]
    if not subscription:
        session["payment_intent"] = intent["id"]
    return intent


def _complete(world: World, session: Obj, method: Obj, intent: Obj | None, press: Press) -> None:
    if session["mode"] == "subscription":
        _subscribe(world, session, method, intent)
    else:
        for wanted in session["discounts"]:
            redeem(world, wanted)
    if intent is None:
        session["payment_status"] = "no_payment_required"
    elif intent["status"] == "succeeded":
        session["payment_status"] = "paid"
    _close(world, session, press)


def _close(world: World, session: Obj, press: Press) -> None:
    owner = world.find("customer", session["customer"])
    session.update(
        status="complete",
        url=None,
        customer_details={
            **{name: value for name, value in NO_DETAILS.items() if name != "tax_id"},
            "email": press.email or session["customer_email"] or (owner and owner["email"]),
            "name": press.name or (owner and owner["name"]),
            "business_name": None,
            "individual_name": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    emit(world, "checkout.session.completed", session)


def _subscribe(world: World, session: Obj, method: Obj, intent: Obj | None) -> None:
    """The subscription and its first invoice, which this payment has paid."""
    customer = world.get("customer", session["customer"])
    data = session["_subscription_data"]
    if method["customer"] is None:
        attach(world, method, customer["id"])
    sub = subscriptions.new_subscription(
        world,
        customer,
        [(world.get("price", item["price"]["id"]), item["quantity"]) for item in session["_items"]],
        metadata=merged({}, data.get("metadata")),
        discounts=session["discounts"],
        method=method["id"],
        description=data.get("description"),
    )
    session["subscription"] = sub["id"]
    emit(world, "customer.subscription.created", sub)
    invoice = subscriptions.first_invoice(world, sub)
    session["invoice"] = invoice["id"]
    invoices.finalize(world, invoice)
    if intent is not None:
        intent["_session"] = None
        invoices.add_payment(world, invoice, intent)
        invoice.update(attempted=True, attempt_count=1)
        settlement.follow(world, intent)
    else:
        subscriptions.paid(world, sub, invoice)


def _set_up(world: World, session: Obj, method: Obj, press: Press) -> str | None:
    setup = world.get("setup_intent", session["setup_intent"])
    attempt_setup(world, setup, method)
    if setup["status"] == "requires_action":
        attempt_setup(world, setup, method, authenticated=press.authenticated is not False)
    if setup["status"] != "succeeded":
        return str(setup["last_setup_error"]["message"])
    _close(world, session, press)
    return None


def use_code(world: World, session: Obj, code: str) -> str | None:
    """Put a promotion code on an open session. Returns why it was refused, else None."""
    if not session["allow_promotion_codes"] or session["status"] != "open":
        return "This page takes no codes."
    for made in world.all("promotion_code"):
        if made["code"].lower() == code.strip().lower() and made["active"]:
            try:
                wanted = redeemable(
                    world, {"promotion_code": made["id"]}, session["customer"], session["currency"]
                )
            except ApiError as refusal:
                return str(refusal)
            with changing(world, session, None):
                session["discounts"] = [wanted]
                totals_of(world, session)
            return None
    return "This code is invalid."
