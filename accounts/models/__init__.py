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
    "ClaimVisit",
    "DomainRule",
    "DoorMail",
    "Erasure",
    "Export",
    "Invitation",
    "InvitationBatch",
    "MailCode",
    "Mailbox",
    "PassedCheck",
    "RegistrationChange",
    "Review",
    "Seat",
    "SeatInvitation",
    "SignUp",
    "Team",
    "User",
    "WaitingBlock",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
