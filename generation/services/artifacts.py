"""Files of artifacts: which may go, because no row speaks of them."""

from __future__ import annotations

from collections.abc import Iterable

from generation import storage
from generation.models import Artifact


def discard_files(stored_names: Iterable[str]) -> None:
    """Delete files that were stored for a delivery that did not happen.

    A file some artifact's row names is kept: a commit whose answer was lost did deliver it.
    """
    names = set(stored_names)
    delivered = Artifact.objects.filter(stored_name__in=names).values_list("stored_name", flat=True)
    for name in names.difference(delivered):
        storage.delete(name)
