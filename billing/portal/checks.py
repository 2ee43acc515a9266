"""The step before free points: a captcha, a mailed code, a card."""

from __future__ import annotations

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import CheckNeeded, CodeWrong, Refusal
from accounts.models import User
from accounts.portal.captcha import POLICY, CaptchaForm
from accounts.portal.visitor import signed_in
from accounts.services.checks import captcha_passed, enter_code, send_code
from accounts.visits import visit_of
from billing.services import daily_points
from billing.types import format_points


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@csp_update(POLICY)  # type: ignore[untyped-decorator]  # the package has no types
def check(request: HttpRequest) -> HttpResponse:
    """What is asked before today's points; passed, the points are given at once."""
    user = signed_in(request)
    refusal: Refusal | None = None
    form = CaptchaForm(request.POST if request.POST.get("step") == "captcha" else None)
    if request.method == "POST":
        try:
            if _pass_step(request, user, form):
                return _claim(request, user)
        except CodeWrong as wrong:
            refusal = wrong
    judged = daily_points.check_needed(user=user, visit=visit_of(request), now=timezone.now())
    if judged.passed and request.method != "POST":
        return redirect("billing:wallet")
    context = {
        "step": judged.step,
        "form": form,
        "refusal": refusal,
        "sent": "send" in request.POST or "code" in request.POST,
    }
    return render(request, "billing/check.html", context, status=422 if refusal else 200)


def _pass_step(request: HttpRequest, user: User, form: CaptchaForm) -> bool:
    """Whether a step was passed by this form. Raises CodeWrong."""
    now = timezone.now()
    step = request.POST.get("step")
    if step == "captcha" and form.is_valid():
        captcha_passed(user=user, now=now)
        return True
    if step == "mail_code" and "send" in request.POST:
        send_code(user=user, now=now)
    elif step == "mail_code":
        enter_code(user=user, code=request.POST.get("code", "")[:20], now=now)
        return True
    return False


def _claim(request: HttpRequest, user: User) -> HttpResponse:
    try:
        lot = daily_points.claim(user=user, visit=visit_of(request), now=timezone.now())
    except CheckNeeded:
        return redirect("billing:claim_check")
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(
            request,
            _("%(points)s points are in your wallet until the end of the points day.")
            % {"points": format_points(lot.amount_cp)},
        )
    return redirect("billing:wallet")
