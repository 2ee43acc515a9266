"""Wire forms of teams, seats, invitations, and of who spent what."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Seat, SeatInvitation
from billing.api.serializers import PointsField, PointsInField
from generation.api.serializers import StrictSerializer
from generation.selectors.spending import SpendingLine, SpendingReport, Total
from generation.selectors.team_spending import Person

_ROLE = "owner, manager or member"
_GIVEN = "manager or member; only the owner makes managers"


class TeamNameSerializer(StrictSerializer):
    """What a team is called."""

    name = serializers.CharField(max_length=200)


class TeamSerializer(serializers.Serializer[Seat]):
    """A team the user has a seat in, and that seat. `owner` pays."""

    id = serializers.UUIDField(source="team.pk")
    name = serializers.CharField(source="team.name")
    owner = serializers.EmailField(source="team.owner.email")
    role = serializers.CharField(help_text=_ROLE)
    seat = serializers.UUIDField(source="pk")
    day_cap_points = PointsField(source="daily_cap_cp", allow_null=True)
    month_cap_points = PointsField(source="monthly_cap_cp", allow_null=True)
    created_at = serializers.DateTimeField(source="team.created_at")


class TeamsSerializer(serializers.Serializer[Any]):
    """Every team, the first one joined first."""

    teams = TeamSerializer(many=True)


class SeatSerializer(serializers.Serializer[Person]):
    """A person in the team. `active`: the plan has a seat for them; what was not charged is not
    in what is used."""

    id = serializers.UUIDField(source="seat.pk")
    email = serializers.EmailField(source="seat.user.email")
    role = serializers.CharField(source="seat.role", help_text=_ROLE)
    active = serializers.BooleanField()
    day_cap_points = PointsField(source="seat.daily_cap_cp", allow_null=True)
    day_used_points = PointsField(source="day_cp")
    month_cap_points = PointsField(source="seat.monthly_cap_cp", allow_null=True)
    month_used_points = PointsField(source="month_cp")
    joined_at = serializers.DateTimeField(source="seat.joined_at")


class SeatsSerializer(serializers.Serializer[Any]):
    """The people of a team in the order they came, and how many seats its plan has."""

    seats_max = serializers.IntegerField(source="seats")
    seats = SeatSerializer(source="people", many=True)


class SeatChangeSerializer(StrictSerializer):
    """All of a seat that can change; null is no cap of its own. The owner stays the owner."""

    role = serializers.CharField(max_length=10, help_text=_GIVEN)
    day_cap_points = PointsInField(source="daily_cap_cp", allow_null=True)
    month_cap_points = PointsInField(source="monthly_cap_cp", allow_null=True)


class InvitationRequestSerializer(StrictSerializer):
    """To whom a seat is offered."""

    email = serializers.CharField(max_length=254)
    role = serializers.CharField(max_length=10, default="member", help_text=_GIVEN)


class InvitationSerializer(serializers.Serializer[SeatInvitation]):
    """An offer that was neither taken nor taken back. Its link goes out by mail only."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.CharField(help_text=_ROLE)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class InvitationsSerializer(serializers.Serializer[Any]):
    """Every open offer; the lapsed too, which can be renewed."""

    invitations = InvitationSerializer(many=True)


class SpentSerializer(serializers.Serializer[Any]):
    """Points charged for good, and those held by jobs at work, which may come back."""

    jobs = serializers.IntegerField()
    charged_points = PointsField(source="charged_cp")
    held_points = PointsField(source="held_cp")


class TotalSerializer(serializers.Serializer[Total]):
    """A sum, under the name that its lines share."""

    name = serializers.CharField()
    jobs = serializers.IntegerField(source="spent.jobs")
    charged_points = PointsField(source="spent.charged_cp")
    held_points = PointsField(source="spent.held_cp")


class SpendingLineSerializer(serializers.Serializer[SpendingLine]):
    """What one person spent on one campaign (null: on none) in one server month, by when it was
    asked for. `through`: from a seat of the team, or by the wallet's owner alone."""

    month = serializers.CharField()
    member = serializers.CharField(source="email")
    through = serializers.SerializerMethodField()
    campaign = serializers.UUIDField(source="campaign_id", allow_null=True)
    campaign_name = serializers.CharField(source="campaign")
    jobs = serializers.IntegerField(source="spent.jobs")
    charged_points = PointsField(source="spent.charged_cp")
    held_points = PointsField(source="spent.held_cp")

    @extend_schema_field(serializers.ChoiceField(choices=["team", "wallet"]))
    def get_through(self, line: SpendingLine) -> str:
        return "team" if line.in_team else "wallet"


class SpendingSerializer(serializers.Serializer[SpendingReport]):
    """Who spent what, from the first month to the last, both in it."""

    total = SpentSerializer()
    by_member = TotalSerializer(many=True)
    by_campaign = TotalSerializer(many=True)
    by_month = TotalSerializer(many=True)
    lines = SpendingLineSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """With the months under `from`, which is no name in Python."""
        return {
            "from": serializers.CharField(source="since"),
            "to": serializers.CharField(source="until"),
            **super().get_fields(),
        }
