"""Is the process alive (/healthz), and can it serve (/readyz)?"""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 whenever the process answers; it asks nobody else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL answers, is migrated, and Redis answers; 503 names what does not."""
    checks = {"database": _database(), "redis": _redis()}
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "checks": checks}, status=200 if ready else 503
    )


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:
        log.warning("readiness: the database does not answer", exc_info=True)
        return "unreachable"
    return "migrations are missing" if pending else "ok"


def _redis() -> str:
    try:
        cache.set("readyz", "ok", timeout=10)  # a full disk refuses writes and still reads
    except Exception:
        log.warning("readiness: redis does not answer", exc_info=True)
        return "unreachable"
    return "ok"
