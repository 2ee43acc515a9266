"""What a payment means for the invoice, the subscription and the checkout session behind it.

Stripe's own page: https://docs.stripe.com/checkout/fulfillment
"""

from __future__ import annotations

from tests.servers.stripe import payments
from tests.servers.stripe.billing import invoices, subscriptions
from tests.servers.stripe.events import changing, emit
from tests.servers.stripe.world import DAY, Obj, World


def follow(world: World, intent: Obj) -> None:
    """Carry the state of a payment intent on to what it pays for."""
    if id := intent.get("_invoice"):
        _follow_invoice(world, world.get("invoice", id), intent)
    if id := intent.get("_session"):
        _follow_session(world, world.get("checkout.session", id), intent)


def _follow_invoice(world: World, invoice: Obj, intent: Obj) -> None:
    if invoice["status"] not in ("open", "uncollectible"):
        return
    sub = world.find("subscription", invoice["_subscription"])
    if intent["status"] == "succeeded":
        invoices.mark_paid(world, invoice, intent)
        if sub is not None:
            subscriptions.paid(world, sub, invoice)
        return
    if intent["status"] not in ("requires_payment_method", "requires_action"):
        return
    _plan_retry(world, invoice, sub)
    if intent["status"] == "requires_action":
        emit(world, "invoice.payment_action_required", invoice)
    emit(world, "invoice.payment_failed", invoice)
    if sub is None:
        return
    subscriptions.unpaid(world, sub, invoice)
    exhausted = invoice["next_payment_attempt"] is None and invoice["auto_advance"] is False
    if exhausted and sub["status"] == "past_due":
        _give_up(world, sub)


def _plan_retry(world: World, invoice: Obj, sub: Obj | None) -> None:
    """Set when it is tried again: so many days after the first failure, or never."""
    now = world.now_for(invoice["test_clock"])
    if invoice["billing_reason"] == "subscription_create" or sub is None:
        return
    if invoice["_failed_at"] is None:
        invoice["_failed_at"] = now
    times = [invoice["_failed_at"] + days * DAY for days in world.settings.retry_days]
    later = [moment for moment in times if moment > now]
    invoice["next_payment_attempt"] = later[0] if later else None
    invoice["auto_advance"] = bool(later)


def _give_up(world: World, sub: Obj) -> None:
    """All retries failed: what the account's settings say then."""
    action = world.settings.after_retries
    if action == "cancel":
        subscriptions.end(world, sub, reason="payment_failed")
    elif action == "unpaid":
        with changing(world, sub, "customer.subscription.updated"):
            sub["status"] = "unpaid"


def _follow_session(world: World, session: Obj, intent: Obj) -> None:
    """A delayed payment of a completed session came in, or did not."""
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        return
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        emit(world, "checkout.session.async_payment_succeeded", session)
    elif intent["status"] in ("requires_payment_method", "canceled"):
        emit(world, "checkout.session.async_payment_failed", session)


def method_for(world: World, sub: Obj) -> Obj | None:
    """The payment method that pays for a subscription: its own, else its customer's."""
    customer = world.get("customer", sub["customer"])
    own = sub["default_payment_method"]
    id = own or customer["invoice_settings"]["default_payment_method"]
    return world.find("payment_method", id)


def collect(
    world: World, invoice: Obj, method: Obj | None, *, present: bool = False,
    authenticated: bool | None = None,
) -> Obj | None:  # fmt: skip
    """Try to pay an open invoice. Returns the payment intent, None where nothing was due."""
    if invoice["status"] not in ("open", "uncollectible"):
        return None
    payment = invoices.payment_of(world, invoice)
    if payment is not None:
        intent = world.get("payment_intent", payment["payment"]["payment_intent"])
    else:
        intent = payments.new_intent(
            world, invoice["amount_due"], invoice["currency"], customer=invoice["customer"],
            types=["card"], description="Subscription update"
            if invoice["billing_reason"] == "subscription_update" else "Subscription creation",
        )  # fmt: skip
        invoices.add_payment(world, invoice, intent)
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    if method is not None:
        payments.attempt(
            world, intent, method, present=present, may_ask=True, authenticated=authenticated
        )
    follow(world, intent)
    return intent


def settle(world: World, intent: Obj, *, good: bool) -> Obj:
    """Finish a payment that is processing or waits for its owner."""
    method = world.get("payment_method", intent["payment_method"])
    if intent["status"] == "processing":
        if good:
            payments.succeed(world, intent, method)
        else:
            payments.refuse(world, intent, method, "provider_declined")
    else:
        payments.attempt(world, intent, method, present=True, authenticated=good)
    follow(world, intent)
    return intent
