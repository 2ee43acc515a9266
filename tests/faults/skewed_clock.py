"""Loaded by workers of a campaign: their clock is wrong by what a file says, at any moment.

The product reads the clock at its edges only, and there through this one function of Django's.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

_FILE = Path(os.environ["FAULT_CLOCK"])
_right = timezone.now


def now() -> datetime:
    """The time, plus what the file says."""
    with contextlib.suppress(OSError, ValueError):
        return _right() + timedelta(seconds=float(_FILE.read_text()))
    return _right()


timezone.now = now
