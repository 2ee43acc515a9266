"""What this app keeps about somebody: handed over in an export, and erased after closing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from accounts.exporting import Part, Parts
from accounts.models import (
    ApiKey,
    Application,
    ClaimVisit,
    DoorMail,
    Export,
    MailCode,
    PassedCheck,
    Seat,
    SeatInvitation,
    SignUp,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from accounts.services.exports import delete_file


def parts(*, user: User, now: datetime) -> Parts:
    """Account, keys without secrets, sessions, second factors by name."""
    emails = EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
    yield Part(
        "account.json",
        {
            "id": user.pk,
            "email": user.email,
            "emails": list(emails),
            "display_name": user.display_name,
            "language": user.language,
            "time_zone": user.time_zone,
            "mails": {
                "ends": user.mail_ends, "jobs": user.mail_jobs, "news": user.mail_news,
            },
            "joined_at": user.date_joined,
            "last_login_at": user.last_login,
            "closed_at": user.closed_at,
            "waiting_list": list(
                Application.objects.filter(email=user.email).values(
                    "name", "use", "language", "state", "place", "applied_at", "confirmed_at"
                )
            ),
            "other_accounts": list(
                SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined")
            ),
            "second_factors": list(
                Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
            ),
        },
    )  # fmt: skip
    yield Part(
        "teams.json",
        list(
            Seat.objects.filter(user=user).values(
                "team__name", "role", "daily_cap_cp", "monthly_cap_cp", "joined_at", "left_at"
            )
        ),
    )
    yield Part(
        "sessions.json",
        list(UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")),
    )
    keys = ApiKey.objects.filter(user=user).order_by("created_at")
    yield Part(
        "api_keys.json",
        list(
            keys.values(
                "id", "name", "prefix", "access_key", "scopes", "networks", "daily_cap_cp",
                "monthly_cap_cp", "created_at", "expires_at", "last_used_at", "last_used_address",
                "revoked_at",
            )
        ),
    )  # fmt: skip
    yield Part(
        "free_points.json",
        {
            "sign_up": SignUp.objects.filter(user_id=user.pk).values("at", "host").first(),
            "claim_days": list(
                ClaimVisit.objects.filter(user_id=user.pk)
                .order_by("day")
                .values_list("day", flat=True)
            ),
            "passed_checks": list(PassedCheck.objects.filter(user=user).values("step", "until")),
        },
    )

    yield _webhooks(user)


def _webhooks(user: User) -> Part:
    endpoints = WebhookEndpoint.objects.filter(user=user).order_by("created_at")
    deliveries = WebhookDelivery.objects.filter(user=user).order_by("created_at")
    return Part(
        "webhooks.json",
        {
            "endpoints": list(
                endpoints.values(
                    "id", "url", "description", "event_types", "state", "state_reason",
                    "created_at", "last_success_at",
                )
            ),
            "deliveries": list(
                deliveries.values(
                    "message_id", "type", "url", "endpoint_id", "body", "state", "attempts",
                    "created_at", "ended_at",
                )
            ),
        },
    )  # fmt: skip


def export_is_ready(*, user: User, export_id: UUID, until: datetime, now: datetime) -> None:
    """The app above tells the user."""


def erase(*, user: User, now: datetime) -> dict[str, object]:
    """Address, name, sign-ins, applications, archives. The row stays, as a pseudonym."""
    erased = {
        "addresses": EmailAddress.objects.filter(user=user).delete()[0],
        "sessions": _end_sessions(user),
        "second_factors": Authenticator.objects.filter(user=user).delete()[0],
        "other_accounts": SocialAccount.objects.filter(user=user).delete()[0],
        "applications": Application.objects.filter(email=user.email).delete()[0],
        "key_names": ApiKey.objects.filter(user=user).update(
            name="–", networks=[], last_used_address=None
        ),
        "origins": _erase_origins(user),
        "offered_seats": SeatInvitation.objects.filter(email=user.email).delete()[0],
        "webhook_endpoints": WebhookEndpoint.objects.filter(user=user).count(),
        "archives": 0,
    }
    WebhookEndpoint.objects.filter(user=user).delete()
    WebhookDelivery.objects.filter(user=user).delete()
    WebhookEvent.objects.filter(user=user).delete()
    Seat.objects.filter(user=user, left_at=None).exclude(role="owner").update(left_at=now)
    DoorMail.objects.filter(email=user.email).delete()
    for export in Export.objects.filter(user=user, state="ready"):
        delete_file(export)
        erased["archives"] += 1
    Export.objects.filter(user=user, state="waiting").update(state="gone")
    user.email = f"erased-{user.pk}@erased.invalid"
    user.first_name = user.last_name = user.display_name = ""
    user.language = user.time_zone = ""
    user.last_login = None
    user.mail_news = user.mail_jobs = user.mail_ends = False
    user.set_unusable_password()
    user.save()
    return dict(erased)


def _erase_origins(user: User) -> int:
    """From where they came; that their mailbox had its free points stays, as a hash, a year."""
    PassedCheck.objects.filter(user=user).delete()
    MailCode.objects.filter(user=user).delete()
    nowhere = dict.fromkeys(["address_hash", "subnet_hash", "device_hash"])
    SignUp.objects.filter(user_id=user.pk).update(**nowhere)
    return ClaimVisit.objects.filter(user_id=user.pk).delete()[0]


def _end_sessions(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)
