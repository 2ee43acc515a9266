"""Refusals, in the form the API gives them.

Stripe's own page: https://docs.stripe.com/api/errors
"""

from __future__ import annotations

from typing import Any

# An object in the path is not found; one that a parameter names makes a bad request.
PATH_NAMES = ("id", "session", "intent", "invoice", "schedule")


class ApiError(Exception):
    """A refusal with its HTTP status and its error object."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.status = status
        self.error = error

    def body(self) -> dict[str, Any]:
        """What is answered."""
        error = dict(self.error)
        if code := error.get("code"):
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        return {"error": error}


def invalid_request(
    message: str, *, param: str | None = None, code: str | None = None, status: int = 400
) -> ApiError:
    """The request cannot be done as it is written."""
    error = {"type": "invalid_request_error", "message": message}
    if param is not None:
        error["param"] = param
    if code is not None:
        error["code"] = code
    return ApiError(status, error)


def missing(kind: str, id: str, param: str = "id") -> ApiError:
    """There is no such object."""
    noun = kind.rpartition(".")[2].replace("_", " ")
    noun = {"subscription schedule": "subscription_schedule"}.get(noun, noun)
    status = 404 if param in PATH_NAMES else 400
    return invalid_request(
        f"No such {noun}: '{id}'", param=param, code="resource_missing", status=status
    )


def card_error(
    message: str, *, code: str, decline_code: str | None, payment_intent: dict[str, Any] | None
) -> ApiError:
    """The payment was refused. The intent, with its failed charge, is in the error."""
    error: dict[str, Any] = {"type": "card_error", "code": code, "message": message}
    if decline_code is not None:
        error["decline_code"] = decline_code
    if payment_intent is not None:
        error["payment_intent"] = payment_intent
        error["charge"] = payment_intent.get("latest_charge")
    return ApiError(402, error)


def idempotency_mismatch(key: str) -> ApiError:
    """A key was used again for something else."""
    return ApiError(
        400,
        {
            "type": "idempotency_error",
            "message": "Keys for idempotent requests can only be used with the same parameters "
            f"they were first used with. Try using a key other than '{key}' if you meant to "
            "execute a different request.",
        },
    )


def absent(param: str) -> ApiError:
    """Stripe has this parameter; the stand-in would have to ignore it, so it refuses."""
    return invalid_request(f"The stand-in does not have the parameter {param}.", param=param)


def not_built(method: str, path: str) -> ApiError:
    """Stripe has this call; the stand-in does not."""
    return ApiError(
        501,
        {
            "type": "api_error",
            "message": f"The stand-in does not have this call: {method} {path}",
        },
    )
