from accounts.models.abuse import (
    ClaimVisit,
    DomainRule,
    Mailbox,
    MailCode,
    PassedCheck,
    Review,
    SignUp,
)
from accounts.models.api_keys import ApiKey
from accounts.models.bans import Ban
from accounts.models.teams import Seat, SeatInvitation, Team
from accounts.models.users import User

__all__ = [
    "ApiKey",
    "Ban",
    "ClaimVisit",
    "DomainRule",
    "MailCode",
    "Mailbox",
    "PassedCheck",
    "Review",
    "Seat",
    "SeatInvitation",
    "SignUp",
    "Team",
    "User",
]
