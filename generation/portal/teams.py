"""The pages of teams: people, limits, invitations, and what each has spent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotFound, Refusal, SeatsFull
from accounts.models import Seat, SeatInvitation, User
from accounts.portal.visitor import signed_in
from accounts.selectors.teams import open_invitations, seats_of
from billing.selectors.entitlements import entitlements
from billing.services import teams
from billing.services.wallets import wallet_for
from generation.portal.limit_fields import limit_in
from generation.selectors.team_spending import TeamView, team_view


@dataclass(frozen=True, slots=True)
class Place:
    """A seat of the user's, and for who manages the team what they see of it."""

    seat: Seat
    view: TeamView | None
    offers: list[SeatInvitation]


@require_safe
@login_required
@never_cache
def team(request: HttpRequest) -> HttpResponse:
    """Every team the user has a seat in."""
    return _page(request, None)


@require_POST
@login_required
def found(request: HttpRequest) -> HttpResponse:
    """Make a team around one's own wallet."""
    return _do(
        request,
        lambda user: teams.found_team(
            user=user, name=request.POST.get("name", ""), now=timezone.now()
        ),
        _("The team is made. Now offer seats."),
    )


@require_POST
@login_required
def invite(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Offer a seat."""
    return _do(
        request,
        lambda user: teams.invite(
            by=user,
            team_id=team_id,
            email=request.POST.get("email", ""),
            role=request.POST.get("role", ""),
            now=timezone.now(),
        ),
        _("The seat is offered: a mail with a link is on its way."),
    )


@require_POST
@login_required
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an offer back."""
    return _do(
        request,
        lambda user: teams.revoke_invitation(
            by=user, invitation_id=invitation_id, now=timezone.now()
        ),
        _("The offer is taken back."),
    )


@require_POST
@login_required
def seat(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Set a person's role and limits."""
    return _do(
        request,
        lambda user: teams.change_seat(
            by=user,
            seat_id=seat_id,
            role=request.POST.get("role", "member"),
            daily_cap_cp=limit_in(request, "day_points"),
            monthly_cap_cp=limit_in(request, "month_points"),
        ),
        _("Saved. It holds from now on."),
    )


@require_POST
@login_required
def leave(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Free a seat, one's own or another's."""
    return _do(
        request,
        lambda user: teams.remove_seat(by=user, seat_id=seat_id, now=timezone.now()),
        _("The seat is free."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What a mailed link leads to; a POST takes the seat."""
    user, now = signed_in(request), timezone.now()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            taken = teams.accept(user=user, token=token, now=now)
        except (NotFound, SeatsFull) as refused:
            refusal = refused
        else:
            messages.success(request, _("You have a seat in %(team)s.") % {"team": taken.team.name})
            return redirect("generation:team")
    try:
        invitation = teams.invitation_of(token, now=now)
        theirs = invitation.email == user.email.lower()
    except NotFound as refused:
        invitation, theirs, refusal = None, False, refusal or refused
    context = {"invitation": invitation, "theirs": theirs, "refusal": refusal}
    status = 409 if isinstance(refusal, SeatsFull) else 404 if refusal else 200
    return render(request, "generation/join.html", context, status=status)


def _do(request: HttpRequest, act: Callable[[User], object], done: str) -> HttpResponse:
    try:
        act(signed_in(request))
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Refusal as refusal:
        return _page(request, refusal)
    messages.success(request, done)
    return redirect("generation:team")


def _page(request: HttpRequest, refusal: Refusal | None) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    places = [
        Place(seat, None, [])
        if seat.role == "member"
        else Place(seat, team_view(seat.team, now=now), open_invitations(seat.team))
        for seat in seats_of(user)
    ]
    plan = entitlements(wallet_id=wallet_for(user=user, now=now), now=now)
    context = {
        "places": places,
        "owns": any(place.seat.role == "owner" for place in places),
        "plan_seats": plan.seats,
        "now": now,
        "refusal": refusal,
        "faults": refusal.fields if refusal else {},
        "typed": request.POST if refusal else {},
    }
    return render(request, "generation/team.html", context, status=422 if refusal else 200)
