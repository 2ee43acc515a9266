"""Rings a background task; see `accounts.services.doorbell`."""

from accounts.services.doorbell import ring_after_commit

__all__ = ["ring_after_commit"]
