"""The invoice calls."""

from __future__ import annotations

from tests.servers.stripe import settlement
from tests.servers.stripe.billing import changes, invoices, subscriptions
from tests.servers.stripe.errors import card_error, invalid_request
from tests.servers.stripe.events import changing
from tests.servers.stripe.listing import fits, page, page_in_order
from tests.servers.stripe.resources.payment_methods import usable
from tests.servers.stripe.routing import PAGES, PAGING, answers
from tests.servers.stripe.world import Obj, World, merged, public, take


@answers("GET", "/v1/invoices/{invoice}")
def get_invoice(world: World, params: Obj, id: str) -> Obj:
    return world.get("invoice", id, "invoice")


@answers(
    "GET",
    "/v1/invoices",
    f"{PAGES} customer status collection_method subscription",
)
def list_invoices(world: World, params: Obj) -> Obj:
    found = [
        one for one in world.all("invoice")
        if fits(one, params, "customer", "status", "collection_method")
        and params.get("subscription") in (None, one["_subscription"])
    ]  # fmt: skip
    return page(found, params, "/v1/invoices")


@answers(
    "GET",
    "/v1/invoices/{invoice}/lines",
    PAGING,
)
def list_lines(world: World, params: Obj, id: str) -> Obj:
    lines = world.get("invoice", id, "invoice")["lines"]["data"]
    return page_in_order(list(lines), params, f"/v1/invoices/{id}/lines")


@answers(
    "POST",
    "/v1/invoices/{invoice}",
    "auto_advance description footer default_payment_method metadata",
)
def update_invoice(world: World, params: Obj, id: str) -> Obj:
    invoice = world.get("invoice", id, "invoice")
    with changing(world, invoice, "invoice.updated"):
        take(invoice, params, "auto_advance", "description", "footer", "default_payment_method")
        invoice["metadata"] = merged(invoice["metadata"], params.get("metadata"))
    return invoice


@answers(
    "POST",
    "/v1/invoices/{invoice}/finalize",
    "auto_advance",
)
def finalize_invoice(world: World, params: Obj, id: str) -> Obj:
    invoice = world.get("invoice", id, "invoice")
    if invoice["status"] != "draft":
        raise invalid_request("This invoice is already finalized, you can't re-finalize it.")
    return invoices.finalize(world, invoice)


@answers(
    "POST",
    "/v1/invoices/{invoice}/pay",
    "payment_method paid_out_of_band off_session",
)
def pay_invoice(world: World, params: Obj, id: str) -> Obj:
    """Collect it now, with another payment method if one is named."""
    invoice = world.get("invoice", id, "invoice")
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid_request(
            f"Invoice is already {invoice['status']}", code="invoice_not_editable"
        )
    if params.get("paid_out_of_band"):
        invoices.mark_paid(world, invoice, None)
        subscriptions.paid(world, world.get("subscription", invoice["_subscription"]), invoice)
        return invoice
    sub = world.get("subscription", invoice["_subscription"])
    named = params.get("payment_method") or invoice["default_payment_method"]
    method = usable(world, named) if named else settlement.method_for(world, sub)
    if method is None:
        raise invalid_request(
            "There is no default_payment_method set on this Customer or Invoice.",
            code="resource_missing",
        )
    present = params.get("off_session") is False
    intent = settlement.collect(world, invoice, method, present=present)
    error = intent["last_payment_error"] if intent else None
    if error is not None and intent is not None:
        raise card_error(
            error["message"], code=error["code"], decline_code=error.get("decline_code"),
            payment_intent=public(intent),
        )  # fmt: skip
    return invoice


@answers("POST", "/v1/invoices/{invoice}/void")
def void_invoice(world: World, params: Obj, id: str) -> Obj:
    invoice = world.get("invoice", id, "invoice")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid_request("You can only void an open or uncollectible invoice.")
    invoices.close(world, invoice, "void")
    return invoice


@answers("POST", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(world: World, params: Obj, id: str) -> Obj:
    invoice = world.get("invoice", id, "invoice")
    if invoice["status"] != "open":
        raise invalid_request("You can only mark an open invoice as uncollectible.")
    invoices.close(world, invoice, "uncollectible")
    return invoice


@answers(
    "POST",
    "/v1/invoices/create_preview",
    "subscription subscription_details customer",
)
def preview_invoice(world: World, params: Obj) -> Obj:
    """What the next invoice of a subscription will be, or what a change of price would cost."""
    if "subscription" not in params:
        raise invalid_request(
            "The stand-in previews existing subscriptions only.", param="subscription"
        )
    sub = public_with_notes(world.get("subscription", params["subscription"], "subscription"))
    details = params.get("subscription_details", {})
    now = world.now_for(sub["test_clock"])
    lines: list[Obj] = list(sub["_pending_lines"])
    wanted = changes.changes_of(world, sub, details.get("items", []))
    extra, resets = changes.preview(world, sub, wanted, details, now)
    lines += extra
    if not resets and details.get("proration_behavior") != "always_invoice":
        start = subscriptions.current_end(sub)
        subscriptions.set_period(sub, start, subscriptions.next_end(sub, start))
        lines += subscriptions.full_lines(world, sub)
    reason = "upcoming" if not details else "subscription_update"
    invoice = invoices.build(world, sub, reason, lines, (now, subscriptions.current_end(sub)))
    invoice["id"] = world.new_id("upcoming_in_1")
    return invoice


def public_with_notes(sub: Obj) -> Obj:
    """A copy that can be changed without changing the subscription."""
    return {**public(sub), **{k: public(v) for k, v in sub.items() if k.startswith("_")}}


@answers("GET", "/v1/invoice_payments/{invoice_payment}")
def get_invoice_payment(world: World, params: Obj, id: str) -> Obj:
    return world.get("invoice_payment", id)


@answers(
    "GET",
    "/v1/invoice_payments",
    f"{PAGES} invoice status payment",
)
def list_invoice_payments(world: World, params: Obj) -> Obj:
    wanted = params.get("payment", {}).get("payment_intent")
    found = [
        one for one in world.all("invoice_payment")
        if fits(one, params, "invoice", "status")
        and wanted in (None, one["payment"]["payment_intent"])
    ]  # fmt: skip
    return page(found, params, "/v1/invoice_payments")
