"""What can go wrong with Stripe, in our words."""

from __future__ import annotations


class GatewayError(Exception):
    """Any answer of Stripe, or none, that is not a success."""


class Unreachable(GatewayError):
    """No answer, a server error or too many requests: the outcome is not known."""


class Declined(GatewayError):
    """The bank said no; nothing was charged."""

    def __init__(self, message: str, decline_code: str) -> None:
        super().__init__(message)
        self.decline_code = decline_code


class Missing(GatewayError):
    """There is no such object; `param` names which of the request's it was."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


class Rejected(GatewayError):
    """Stripe understood the request and refused it; `code` is Stripe's."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class BadSignature(GatewayError):
    """The webhook's signature or shape is wrong; `reason` is safe to log."""


class UnknownShape(GatewayError):
    """An object lacks what we decide by: a person must look."""
