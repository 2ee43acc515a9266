from accounts.models.api_keys import ApiKey
from accounts.models.bans import Ban
from accounts.models.exports import Erasure, Export
from accounts.models.registration import RegistrationChange
from accounts.models.teams import Seat, SeatInvitation, Team
from accounts.models.users import User
from accounts.models.waiting_list import (
    Admission,
    Application,
    DoorMail,
    Invitation,
    InvitationBatch,
    WaitingBlock,
)
from accounts.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

__all__ = [
    "Admission",
    "ApiKey",
    "Application",
    "Ban",
    "DoorMail",
    "Erasure",
    "Export",
    "Invitation",
    "InvitationBatch",
    "RegistrationChange",
    "Seat",
    "SeatInvitation",
    "Team",
    "User",
    "WaitingBlock",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
