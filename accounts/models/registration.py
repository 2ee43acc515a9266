"""Who opened or shut the door, when and why. Append-only, held by the database."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.registration import STATES


class RegistrationChange(models.Model):
    """One decision: `before` until `starts_at`, `after` from then on. The last row holds."""

    before = models.CharField(_("from"), max_length=10)
    after = models.CharField(_("to"), max_length=10)
    decided_at = models.DateTimeField(_("decided"))
    starts_at = models.DateTimeField(_("begins"))
    # "staff:<user id>" or "command:<who ran it>".
    actor = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registration")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(before__in=STATES) & Q(after__in=STATES),
                name="registration_change_states",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__gte=F("decided_at")), name="registration_change_not_before"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
