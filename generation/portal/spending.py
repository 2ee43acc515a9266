"""The pages of who spent what: of one's own wallet, and of a team one manages."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import InvalidRequest, NotFound
from accounts.portal.visitor import signed_in
from generation.selectors.spending import SpendingReport, spending_of
from generation.services.report_files import CSV_TYPE
from generation.services.spending_files import spending_csv, spending_file_name


@require_safe
@login_required
@never_cache
def spending(request: HttpRequest) -> HttpResponse:
    """Of one's own wallet."""
    return _page(request, None)


@require_safe
@login_required
@never_cache
def team_spending(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """From the seats of a team, for whoever manages it."""
    return _page(request, team_id)


@require_safe
@login_required
@never_cache
def file(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    return _file(request, None)


@require_safe
@login_required
@never_cache
def team_file(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """The same for a spreadsheet."""
    return _file(request, team_id)


def _page(request: HttpRequest, team_id: UUID | None) -> HttpResponse:
    refusal: InvalidRequest | None = None
    try:
        report = _report(request, team_id, request.GET.get("from", ""), request.GET.get("to", ""))
    except InvalidRequest as refused:
        refusal, report = refused, _report(request, team_id, "", "")
    context = {
        "report": report,
        "refusal": refusal,
        "sums": (
            (_("By person"), report.by_member, ""),
            (_("By campaign"), report.by_campaign, _("no campaign")),
            (_("By month"), report.by_month, ""),
        ),
    }
    return render(request, "generation/spending.html", context, status=422 if refusal else 200)


def _file(request: HttpRequest, team_id: UUID | None) -> HttpResponse:
    try:
        report = _report(request, team_id, request.GET.get("from", ""), request.GET.get("to", ""))
    except InvalidRequest as refusal:
        raise Http404(refusal.message) from None
    response = HttpResponse(spending_csv(report), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{spending_file_name(report)}"'
    return response


def _report(request: HttpRequest, team_id: UUID | None, since: str, until: str) -> SpendingReport:
    try:
        return spending_of(
            user=signed_in(request), team_id=team_id, since=since, until=until, now=timezone.now()
        )
    except NotFound as refusal:
        raise Http404(refusal.message) from None
