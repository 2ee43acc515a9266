"""How many requests a minute the API answers, counted in Redis in one step for all processes.

It protects the service, not the points: those have caps of their own, in the database. Without
Redis requests are answered uncounted.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from accounts.models import User
from accounts.visits import address_of

if TYPE_CHECKING:  # views import this module through the settings
    from rest_framework.request import Request
    from rest_framework.views import APIView

log = logging.getLogger(__name__)
WINDOW_S = 60
# A Redis that hangs must not hang the API.
REDIS_TIMEOUT_S = 0.25


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client stands after a request: what is left, and in how many seconds one more is."""

    policy: str
    quota: int
    left: int
    seconds: int


class RateLimit(BaseThrottle):
    """One limit for reading and one for writing to each user, whatever keys are used, and one to
    each address that shows no key. A view may name another with `rate_limit`."""

    def __init__(self) -> None:
        self._wait_s: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request; whether it is answered."""
        policy, who = _policy_of(request, view)
        quota = settings.API_RATE_LIMITS[policy]
        if not quota:
            return True
        item = RateLimitItemPerMinute(quota)
        try:
            limiter = _limiter(settings.REDIS_CACHE_URL)
            allowed = limiter.hit(item, policy, who)
            reset_at, left = limiter.get_window_stats(item, policy, who)
        except StorageError:
            log.warning("rate limits are not counted: Redis does not answer")
            return True
        seconds = min(WINDOW_S, max(1, math.ceil(reset_at - time.time())))
        # Django's request, where the middleware looks.
        request._request.rate_standing = Standing(policy, quota, left, seconds)  # type: ignore[attr-defined]
        self._wait_s = seconds
        return allowed

    def wait(self) -> float | None:
        """Seconds until it is worth asking again."""
        return self._wait_s


class RateLimitHeaders:
    """Tells every client of the API where it stands: draft-ietf-httpapi-ratelimit-headers-10."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        standing: Standing | None = getattr(request, "rate_standing", None)
        if standing is not None:
            name = f'"{standing.policy}"'
            response["RateLimit-Policy"] = f"{name};q={standing.quota};w={WINDOW_S}"
            response["RateLimit"] = f"{name};r={standing.left};t={standing.seconds}"
        return response


def _policy_of(request: Request, view: APIView) -> tuple[str, str]:
    """The name of the limit, and whose count it is."""
    if not isinstance(request.user, User):
        return "open", address_of(request._request) or "unknown"
    named: str | None = getattr(view, "rate_limit", None)
    kind = "read" if request.method in SAFE_METHODS else "write"
    return named or kind, str(request.user.pk)


@lru_cache(maxsize=2)
def _limiter(url: str) -> SlidingWindowCounterRateLimiter:
    storage = RedisStorage(
        url,
        key_prefix="inkling-rate",
        wrap_exceptions=True,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
    )
    return SlidingWindowCounterRateLimiter(storage)
