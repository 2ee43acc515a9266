"""Where Stripe and a buyer's browser come back. Plain Django: the raw body counts."""

from __future__ import annotations

import logging
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from billing.selectors.orders import session_of
from billing.services import stripe_events
from billing.services.confirmations import try_to_confirm

BODY_MAX = 1_000_000
log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify, store, answer. 200 also for what we had before; the work is done afterwards."""
    if int(request.headers.get("Content-Length") or 0) > BODY_MAX:
        return HttpResponse(status=413)
    try:
        stripe_events.receive(
            raw=request.body,
            signature=request.headers.get("Stripe-Signature", ""),
            now=timezone.now(),
        )
    except stripe_events.Unready:
        log.error("a webhook came, but no signing secret is known: run sync_stripe")
        return HttpResponse(status=503)
    except stripe_events.Unsigned as reason:
        log.warning("webhook refused: %s", reason)
        return HttpResponse(status=400)
    return HttpResponse(status=200)


@require_safe
def pay_return(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Back from the pay page: confirm with Stripe what became of it, then show the wallet.

    The address proves nothing and shows nothing: what counts is what Stripe says of the session.
    """
    session_id = session_of(order_id)
    if session_id:
        try_to_confirm(session_id=session_id, now=timezone.now())
    return redirect("/wallet/")
