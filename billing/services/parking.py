"""When only a person can say what to do."""

from __future__ import annotations


class Parked(Exception):
    """What Stripe says fits nothing we know: nothing was written, and it must not be retried."""
