"""Refusals: things a caller may not do, each with a stable code. No Django here.

Every app's refusals derive from `Refusal`; `config.api.errors` is the only place that turns
one into HTTP.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A use case said no and wrote nothing.

    `code` is stable and documented; `message` is for people; `fields` names the inputs at fault;
    `facts` are further JSON-ready members of the answer.
    """

    code: ClassVar[str] = "refused"

    def __init__(
        self,
        message: str,
        *,
        fields: dict[str, str] | None = None,
        facts: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}
        self.facts = facts or {}


class InvalidRequest(Refusal):
    """An input is missing, unknown or out of range."""

    code = "invalid_request"


class NotFound(Refusal):
    """No such thing, or not the caller's: the two are never told apart."""

    code = "not_found"


class EmailTaken(Refusal):
    """Another user has this address."""

    code = "email_taken"


class EmailUnverified(Refusal):
    """The user has not confirmed an address yet."""

    code = "email_unverified"


class ExportTooSoon(Refusal):
    """One data export a day; the last one is not that old."""

    code = "export_too_soon"


class RegistrationClosed(Refusal):
    """Nobody may sign up now, or nobody without an invitation."""

    code = "registration_closed"


class ScopeMissing(Refusal):
    """The key lacks the scope that this needs. `facts`: scope."""

    code = "scope_missing"


class AddressNotAllowed(Refusal):
    """The key has a list of networks, and the request came from none of them. `facts`: address."""

    code = "address_not_allowed"


class KeyTooWeak(Refusal):
    """A key may manage only keys that may do no more than itself."""

    code = "key_too_weak"


class SignUpLimit(Refusal):
    """Too many have signed up from this address or network today."""

    code = "sign_up_limit"


class MailboxUsed(Refusal):
    """Another account has had the free points of this mailbox."""

    code = "mailbox_used"


class CheckNeeded(Refusal):
    """A step is asked for before free points are given. `facts`: step."""

    code = "check_needed"


class CodeWrong(Refusal):
    """The mailed code is another, too old, or was tried too often."""

    code = "code_wrong"


class TeamExists(Refusal):
    """A person owns one team."""

    code = "team_exists"


class SeatsFull(Refusal):
    """The plan has no free seat. `facts`: seats, taken."""

    code = "seats_full"


class SeatInactive(Refusal):
    """The team has more people than its plan has seats, and this one came too late."""

    code = "seat_inactive"


class TooManyEndpoints(Refusal):
    """A user has so many webhook endpoints and no more. `facts`: most."""

    code = "too_many_endpoints"


class EndpointInactive(Refusal):
    """The webhook endpoint is paused or switched off: nothing is sent to it. `facts`: state."""

    code = "endpoint_inactive"


class TooManyMessages(Refusal):
    """So many tests and redeliveries a minute to one endpoint and no more. `facts`: again_at."""

    code = "too_many_messages"


class IdempotencyConflict(Refusal):
    """This idempotency key was used with another request."""

    code = "idempotency_conflict"
