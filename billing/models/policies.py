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


class GrantBudget(models.Model):
    """How many free points a server day may give in all; the latest row that has started counts.

    `stopped` is the switch: nobody is given free points while it holds.
    """

    day_max_cp = models.BigIntegerField(_("most a day, hundredths of a point"), null=True)
    # From this share of the budget on everybody passes a captcha first.
    captcha_percent = models.PositiveSmallIntegerField(_("captcha from, percent"), default=80)
    stopped = models.BooleanField(_("stopped"), default=False)
    starts_at = models.DateTimeField(_("starts"))
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("budget of free points")
        verbose_name_plural = _("budgets of free points")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(day_max_cp=None) | Q(day_max_cp__gt=0), name="grant_budget_positive"
            ),
            models.CheckConstraint(
                condition=Q(captcha_percent__lte=100), name="grant_budget_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"budget from {self.starts_at:%Y-%m-%d}"


class GrantDay(models.Model):
    """Free points given on one server day, counted in the transaction that gives them."""

    day = models.DateField(_("server day"), primary_key=True)
    granted_cp = models.BigIntegerField(_("given, hundredths of a point"))

    class Meta:
        verbose_name = _("day of free points")
        verbose_name_plural = _("days of free points")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.granted_cp}"
