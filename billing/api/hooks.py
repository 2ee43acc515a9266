"""Where Stripe's events come in. Plain Django: the raw body counts."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.services import stripe_events

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
