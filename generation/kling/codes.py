"""Kling's codes: their meaning, their HTTP status, our refusals they stand for. Pure."""

from __future__ import annotations

from collections.abc import Mapping

OK = 0
AUTH_FAILED, AUTH_EMPTY, AUTH_INVALID, AUTH_EARLY, AUTH_EXPIRED = 1000, 1001, 1002, 1003, 1004
ACCOUNT, PACKS_USED_UP, NO_PERMISSION = 1100, 1102, 1103
BAD_REQUEST, BAD_FIELD, BAD_METHOD, NO_RESOURCE = 1200, 1201, 1202, 1203
POLICY, UNSAFE, TOO_FAST, TOO_MANY_AT_ONCE, ADDRESS = 1300, 1301, 1302, 1303, 1304
INTERNAL, UNAVAILABLE, TIMED_OUT = 5000, 5001, 5002

# 1101, an account in arrears, is not among them: nothing here is paid for afterwards.
STATUS: Mapping[int, int] = {
    OK: 200,
    AUTH_FAILED: 401,
    AUTH_EMPTY: 401,
    AUTH_INVALID: 401,
    AUTH_EARLY: 401,
    AUTH_EXPIRED: 401,
    ACCOUNT: 429,
    PACKS_USED_UP: 429,
    NO_PERMISSION: 403,
    BAD_REQUEST: 400,
    BAD_FIELD: 400,
    BAD_METHOD: 404,
    NO_RESOURCE: 404,
    POLICY: 400,
    UNSAFE: 400,
    TOO_FAST: 429,
    TOO_MANY_AT_ONCE: 429,
    ADDRESS: 429,
    INTERNAL: 500,
    UNAVAILABLE: 503,
    TIMED_OUT: 504,
}

# Refusals of the services this dialect calls, by their code.
REFUSALS: Mapping[str, int] = {
    "account_banned": ACCOUNT,
    "submits_paused": ACCOUNT,
    "insufficient_points": PACKS_USED_UP,
    "cap_exceeded": PACKS_USED_UP,
    "perk_needed": NO_PERMISSION,
    "scope_missing": NO_PERMISSION,
    "clip_too_long": BAD_FIELD,
    "idempotency_conflict": BAD_FIELD,
    "invalid_request": BAD_FIELD,
    "picture_animated": BAD_FIELD,
    "picture_broken": BAD_FIELD,
    "picture_shape": BAD_FIELD,
    "picture_too_large": BAD_FIELD,
    "picture_too_many_pixels": BAD_FIELD,
    "picture_too_small": BAD_FIELD,
    "picture_type": BAD_FIELD,
    "not_found": NO_RESOURCE,
    "not_for_sale": NO_RESOURCE,
    "template_unavailable": NO_RESOURCE,
    "consent_required": POLICY,
    "moderation_blocked": UNSAFE,
    "quota_exceeded": TOO_FAST,
    "address_not_allowed": ADDRESS,
    "generation_paused": UNAVAILABLE,
    "moderation_unavailable": TIMED_OUT,
}
# The quota that is how many at once; the others are how many in a time.
PARALLEL = "parallel_jobs"


class KlingRefused(Exception):
    """A call is refused with a code of Kling's that no refusal of ours stands for."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def code_of(refusal: str, facts: Mapping[str, object]) -> int:
    """The code for one of our refusals, `BAD_REQUEST` for one that should not occur here."""
    if refusal == "quota_exceeded" and facts.get("quota") == PARALLEL:
        return TOO_MANY_AT_ONCE
    return REFUSALS.get(refusal, BAD_REQUEST)
