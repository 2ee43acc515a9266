"""Pages of moderation: where one stands, one refusal, the appeal."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotFound, Refusal
from accounts.portal.visitor import signed_in
from generation.models import Verdict
from generation.selectors.safety import standing_of, verdict_for, verdicts_of
from generation.services.appeals import LOOKS_MAX, OUTCOMES, REASONS, TEXT_MAX, appeal
from generation.services.safety import CATEGORY_NAMES

_SHOWN = 50


@require_safe
@login_required
@never_cache
def standing(request: HttpRequest) -> HttpResponse:
    """What was refused, and what it adds up to."""
    user = signed_in(request)
    return render(
        request,
        "generation/standing.html",
        {
            "standing": standing_of(user, now=timezone.now()),
            "verdicts": [_shown(verdict) for verdict in verdicts_of(user)[:_SHOWN]],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def verdict(request: HttpRequest, verdict_id: UUID) -> HttpResponse:
    """One refusal; a POST asks a person to look."""
    user = signed_in(request)
    try:
        if request.method == "POST":
            said = request.POST.get("text", "")
            appeal(user=user, verdict_id=verdict_id, text=said, now=timezone.now())
            messages.success(request, _("A person will look at it. The answer comes here."))
            return redirect("generation:verdict", verdict_id=verdict_id)
        found = verdict_for(user=user, verdict_id=verdict_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect("generation:verdict", verdict_id=verdict_id)
    return render(request, "generation/verdict.html", {**_shown(found), "most": TEXT_MAX})


def _shown(verdict: Verdict) -> dict[str, object]:
    strike = getattr(verdict, "strike", None)
    decisions = list(verdict.decisions.all())
    struck = strike is not None and strike.removed_at is None
    return {
        "verdict": verdict,
        "category": CATEGORY_NAMES.get(verdict.category, CATEGORY_NAMES["other"]),
        "struck": struck,
        "before": verdict.text[: verdict.start] if verdict.start is not None else verdict.text,
        "after": verdict.text[verdict.end :] if verdict.end is not None else "",
        "answers": [
            {"decision": one, "outcome": OUTCOMES[one.outcome], "reason": REASONS[one.reason]}
            for one in decisions
        ],
        "appeals": list(verdict.appeals.all()),
        "may_appeal": (verdict.action == "block" or strike is not None)
        and verdict.review != "waiting"
        and max(len(decisions), len(verdict.appeals.all())) < LOOKS_MAX,
    }
