"""Rules an operator can set, each a row with a start, so that the past stays readable."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DailyPointsPolicy(models.Model):
    """Who may claim the day's free points; the latest row that has started counts."""

    audience = models.CharField(
        _("audience"),
        max_length=12,
        choices=[("non_members", _("non-members")), ("everyone", _("everyone"))],
    )
    starts_at = models.DateTimeField(_("starts"))
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("daily points policy")
        verbose_name_plural = _("daily points policies")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["non_members", "everyone"]), name="policy_audience_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.audience} from {self.starts_at:%Y-%m-%d}"
