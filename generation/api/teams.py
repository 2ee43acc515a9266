"""REST face of teams: seats, roles, caps and invitations."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import DECIDE, MONEY
from accounts.errors import NotFound, TeamExists
from accounts.models import Team, User
from accounts.selectors.teams import MANAGING, open_invitations, seat_in, seats_of
from billing.services import teams
from generation.api.team_serializers import (
    InvitationRequestSerializer,
    InvitationSerializer,
    InvitationsSerializer,
    SeatChangeSerializer,
    SeatSerializer,
    SeatsSerializer,
    TeamNameSerializer,
    TeamSerializer,
    TeamsSerializer,
)
from generation.selectors.team_spending import team_view


class TeamsView(APIView):
    """Teams of the key's user."""

    scopes = DECIDE

    @extend_schema(operation_id="teams_list", responses=TeamsSerializer)
    def get(self, request: Request) -> Response:
        """Every team the user has a seat in."""
        return Response(TeamsSerializer({"teams": seats_of(_user(request))}).data)

    @extend_schema(
        operation_id="teams_create",
        request=TeamNameSerializer,
        responses={201: TeamSerializer, 200: TeamSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make a team around one's own wallet. A person owns one: the same name again gives it,
        another name is refused with `team_exists`."""
        body = TeamNameSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user, name = _user(request), body.validated_data["name"]
        made: int = status.HTTP_201_CREATED
        try:
            team = teams.found_team(user=user, name=name, now=timezone.now())
        except TeamExists:
            known = Team.objects.filter(owner=user, name=name.strip()).first()
            if known is None:
                raise
            team, made = known, status.HTTP_200_OK
        return Response(
            TeamSerializer(seat_in(user, team.pk)).data,
            status=made,
            headers={"Location": reverse("api-team", args=[team.pk])},
        )


class TeamView(APIView):
    """One team."""

    scopes = DECIDE

    @extend_schema(operation_id="teams_retrieve", responses=TeamSerializer)
    def get(self, request: Request, team_id: UUID) -> Response:
        """The team, and one's own seat in it."""
        return Response(TeamSerializer(seat_in(_user(request), team_id)).data)

    @extend_schema(
        operation_id="teams_update", request=TeamNameSerializer, responses=TeamSerializer
    )
    def put(self, request: Request, team_id: UUID) -> Response:
        """Give it another name; for whoever manages it."""
        body = TeamNameSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        teams.rename_team(by=_user(request), team_id=team_id, **body.validated_data)
        return Response(TeamSerializer(seat_in(_user(request), team_id)).data)


class SeatsView(APIView):
    """The people of a team."""

    scopes = MONEY

    @extend_schema(operation_id="seats_list", responses=SeatsSerializer)
    def get(self, request: Request, team_id: UUID) -> Response:
        """Roles, caps, and what each has used; for whoever manages the team."""
        view = team_view(_managed(request, team_id), now=timezone.now())
        return Response(SeatsSerializer(view).data)


class SeatView(APIView):
    """One seat."""

    scopes = MONEY

    @extend_schema(
        operation_id="seats_update", request=SeatChangeSerializer, responses=SeatSerializer
    )
    def put(self, request: Request, seat_id: UUID) -> Response:
        """Set role and caps: the owner anybody's, a manager members'."""
        body = SeatChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        seat = teams.change_seat(by=_user(request), seat_id=seat_id, **body.validated_data)
        people = team_view(seat.team, now=timezone.now()).people
        person = next(one for one in people if one.seat.pk == seat.pk)
        return Response(SeatSerializer(person).data)

    @extend_schema(operation_id="seats_destroy", responses={204: None})
    def delete(self, request: Request, seat_id: UUID) -> Response:
        """Free a seat, one's own or another's. What its person has running goes on."""
        teams.remove_seat(by=_user(request), seat_id=seat_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationsView(APIView):
    """Seats that are offered."""

    scopes = MONEY

    @extend_schema(operation_id="team_invitations_list", responses=InvitationsSerializer)
    def get(self, request: Request, team_id: UUID) -> Response:
        """Offers that are open."""
        found = open_invitations(_managed(request, team_id))
        return Response(InvitationsSerializer({"invitations": found}).data)

    @extend_schema(
        operation_id="team_invitations_create",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="the same key and body offer and mail nothing anew",
            )
        ],
        request=InvitationRequestSerializer,
        responses={201: InvitationSerializer},
    )
    def post(self, request: Request, team_id: UUID) -> Response:
        """Offer a seat for a week; its link goes to the address. Only the owner makes managers."""
        body = InvitationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        offered = teams.invite(
            by=_user(request),
            team_id=team_id,
            idempotency_key=request.headers.get("Idempotency-Key"),
            now=timezone.now(),
            **body.validated_data,
        )
        return Response(InvitationSerializer(offered).data, status=status.HTTP_201_CREATED)


class InvitationView(APIView):
    """One offer."""

    scopes = MONEY

    @extend_schema(operation_id="team_invitations_destroy", responses={204: None})
    def delete(self, request: Request, invitation_id: UUID) -> Response:
        """Take it back: its link opens nothing any more."""
        teams.revoke_invitation(by=_user(request), invitation_id=invitation_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _user(request: Request) -> User:
    return cast(User, request.user)


def _managed(request: Request, team_id: UUID) -> Team:
    """The team, for whoever manages it. Raises NotFound."""
    seat = seat_in(_user(request), team_id)
    if seat.role not in MANAGING:
        raise NotFound("No such team.")
    return seat.team
