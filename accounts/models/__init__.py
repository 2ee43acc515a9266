from accounts.models.api_keys import ApiKey
from accounts.models.bans import Ban
from accounts.models.teams import Seat, SeatInvitation, Team
from accounts.models.users import User

__all__ = ["ApiKey", "Ban", "Seat", "SeatInvitation", "Team", "User"]
