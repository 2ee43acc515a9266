"""Files in storage: which may go, because no row speaks of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError

from generation import storage
from generation.models import Artifact, Upload

log = logging.getLogger(__name__)

# No delivery takes as long as this between its file and its row.
ORPHAN_AGE = timedelta(days=1)
_AT_ONCE = 1000


def discard_files(stored_names: Iterable[str]) -> None:
    """Delete files that were stored for a delivery that did not happen.

    A file some artifact's row names is kept: a commit whose answer was lost did deliver it. While
    nobody can tell, all are kept; `sweep_orphans` comes back to them.
    """
    try:
        _delete_unnamed(set(stored_names))
    except (DatabaseError, OSError):
        log.exception("files of a delivery that did not happen are left for the sweep")


def sweep_orphans(*, now: datetime) -> int:
    """Delete stored files older than a day that nothing names; returns how many."""
    swept = 0
    names: set[str] = set()
    for name in storage.stored_before(now - ORPHAN_AGE):
        names.add(name)
        if len(names) == _AT_ONCE:
            swept += _delete_unnamed(names)
            names = set()
    return swept + _delete_unnamed(names)


def _delete_unnamed(names: set[str]) -> int:
    orphans = names
    for model in (Artifact, Upload):
        named = model._default_manager.filter(stored_name__in=orphans)
        orphans = orphans.difference(named.values_list("stored_name", flat=True))
    for name in orphans:
        storage.delete(name)
    return len(orphans)
