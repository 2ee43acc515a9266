"""Creatives, and the campaigns they are made for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotFound, Refusal
from accounts.models import User
from accounts.portal.visitor import signed_in
from billing.money_text import money, unit_money
from generation.models import Campaign
from generation.portal.creative_forms import (
    CURRENCY,
    TARGET,
    CampaignForm,
    CreativeForm,
    blank,
    filled,
    known_number,
    managed_by,
    team_of,
)
from generation.portal.forms import fresh_key
from generation.portal.price_look import look_at
from generation.results_file import BYTES_MAX
from generation.selectors.campaigns import (
    CampaignReport,
    PieceLine,
    campaign_for,
    campaigns_of,
    percent,
    report_of,
)
from generation.selectors.envelopes import envelope_of
from generation.services.campaigns import change_campaign, import_results, make_campaign
from generation.services.jobs import submit_job
from generation.services.links import artifact_path
from generation.services.report_files import CSV_TYPE, file_name, report_csv


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def creatives(request: HttpRequest) -> HttpResponse:
    """The form with its price and the campaigns; a POST makes a job or says why not."""
    user, now = signed_in(request), timezone.now()
    campaigns = campaigns_of(user=user, now=now)
    if request.method != "POST":
        named = _uuid(request.GET.get("campaign"))
        chosen = campaigns.filter(id=named).first() if named else None
        return _page(request, blank(campaigns, chosen), None, status=200)
    form = CreativeForm(campaigns, request.POST, request.FILES)
    refusal: Refusal | None = None
    valid = form.is_valid()
    if form.keep_pictures(user, now=now) and valid:
        try:
            submitted = submit_job(
                user=user,
                kind="creative",
                params=form.params(),
                idempotency_key=form.cleaned_data["idempotency_key"],
                shown_cp=form.cleaned_data["shown_cp"],
                team_id=form.chosen_team,
                now=now,
            )
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("generation:job", job_id=submitted.job.id)
    return _page(request, form, refusal, status=422)


@require_safe
@login_required
@never_cache
def creative_price(request: HttpRequest) -> HttpResponse:
    """The price block alone, for the number and the campaign in the form."""
    campaigns = campaigns_of(user=signed_in(request), now=timezone.now())
    team = team_of(campaigns, request.GET.get("campaign"))
    context = _price(request, known_number(request.GET.get("n")), team)
    return render(request, "generation/creative_price.html", context)


@require_POST
@login_required
def new_campaign(request: HttpRequest) -> HttpResponse:
    """Make a campaign and show it."""
    user, now = signed_in(request), timezone.now()
    form = CampaignForm(managed_by(user), request.POST)
    if form.is_valid():
        try:
            made = make_campaign(user=user, currency=CURRENCY, now=now, **form.wish())
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            return redirect("generation:campaign", campaign_id=made.campaign.pk)
    campaigns = campaigns_of(user=user, now=now)
    return _page(request, blank(campaigns, None), None, status=422, campaign_form=form)


@require_POST
@login_required
@never_cache
def change(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Set a campaign's name, target and limits anew."""
    user, now = signed_in(request), timezone.now()
    own = _own(request, campaign_id)
    form = CampaignForm([], request.POST, currency=own.currency)
    if form.is_valid():
        wish = form.wish()
        wish.pop("team_id")
        try:
            change_campaign(user=user, campaign_id=own.pk, now=now, **wish)
        except NotFound as refusal:
            raise Http404(refusal.message) from None
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("Saved. It holds from now on."))
            return redirect("generation:campaign", campaign_id=own.pk)
    return _report_page(request, own, None, status=422, change_form=form)


@require_safe
@login_required
@never_cache
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The report: cost per piece against the target, and each piece by its clicks."""
    return _report_page(request, _own(request, campaign_id), None, status=200)


@require_POST
@login_required
@never_cache
def campaign_results(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Import a file of counts: all of it, or nothing and why."""
    own = _own(request, campaign_id)
    file = request.FILES.get("file")
    try:
        imported = import_results(
            user=signed_in(request),
            campaign_id=own.pk,
            data=file.read(BYTES_MAX + 1) if file else b"",
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _report_page(request, own, refusal, status=422)
    messages.success(
        request,
        _("%(rows)d rows: %(new)d new, %(changed)d changed, %(unchanged)d as they were.")
        % {
            "rows": imported.rows,
            "new": imported.new,
            "changed": imported.changed,
            "unchanged": imported.unchanged,
        },
    )
    return redirect("generation:campaign", campaign_id=own.pk)


@require_safe
@login_required
@never_cache
def campaign_file(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The report for a spreadsheet."""
    own = _own(request, campaign_id)
    report = report_of(own, user=signed_in(request), now=timezone.now())
    response = HttpResponse(report_csv(report), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{file_name(report)}"'
    return response


def _own(request: HttpRequest, campaign_id: UUID) -> Campaign:
    try:
        return campaign_for(user=signed_in(request), campaign_id=campaign_id, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _price(request: HttpRequest, pieces: int, team: UUID | None) -> dict[str, object]:
    look = look_at(signed_in(request), "creative", {"n": pieces}, team_id=team)
    return look | {"shown_for": pieces}


def _page(
    request: HttpRequest,
    form: CreativeForm,
    refusal: Refusal | None,
    *,
    status: int,
    campaign_form: CampaignForm | None = None,
) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    price = _price(request, form.chosen_pieces, form.chosen_team)
    preview: Any = price["preview"]
    context = {
        **price,
        "form": form,
        "kept_image": form.kept("image"),
        "key": fresh_key() if form.is_bound else form["idempotency_key"].value(),
        # A shortfall is said once, beside the button, where the price is.
        "refusal": None
        if preview and preview.shortfall and refusal
        else refusal or price["closed"],
        "campaign_form": campaign_form
        or CampaignForm(managed_by(user), initial={"target": TARGET}),
        "campaigns": [
            {
                "row": row,
                "target": money(row.target_minor, row.currency),
                "envelope": envelope_of(row, now=now),
            }
            for row in campaigns_of(user=user, now=now)
        ],
    }
    return render(request, "generation/creatives.html", context, status=status)


def _report_page(
    request: HttpRequest,
    own: Campaign,
    refusal: Refusal | None,
    *,
    status: int,
    change_form: CampaignForm | None = None,
) -> HttpResponse:
    user = signed_in(request)
    report = report_of(own, user=user, now=timezone.now())
    context = {
        "report": report,
        "change_form": change_form or (filled(own) if report.in_charge else None),
        "refusal": refusal,
        "faults": [
            (line.removeprefix("line "), fault)
            for line, fault in (refusal.fields if refusal else {}).items()
        ],
        "target": money(own.target_minor, own.currency),
        "figures": _figures(report),
        "pieces": [_piece(piece, own, user) for piece in report.pieces],
    }
    return render(request, "generation/campaign.html", context, status=status)


def _figures(report: CampaignReport) -> dict[str, str | None]:
    currency = report.campaign.currency
    return {
        "piece": _unit(report.piece_minor_e4, currency),
        "click": _unit(report.click_minor_e4, currency),
        "ctr": percent(report.ctr_bp),
    }


def _piece(piece: PieceLine, own: Campaign, user: User) -> dict[str, object]:
    """A piece in words. What others made for a team is shown to who pays for it, and counted for
    who else manages it."""
    seen = user.pk in (piece.artifact.job.user_id, own.team.owner_id if own.team else own.user_id)
    return {
        "line": piece,
        "path": artifact_path(piece.artifact, now=timezone.now()) if seen else "",
        "cost": _unit(piece.minor_e4, own.currency),
        "ctr": percent(piece.ctr_bp),
    }


def _unit(minor_e4: int | None, currency: str) -> str | None:
    return None if minor_e4 is None else unit_money(minor_e4, currency)
