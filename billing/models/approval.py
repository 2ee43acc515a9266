"""What a draft of prices goes through: drafted, submitted, published, by two people.

A submitted draft is frozen, so that what the second person saw is what is published. Whether a
version may be published is held by the database: constraints here, triggers beside the migrations.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

KINDS = [
    ("catalogue", _("catalogue")),
    ("price_list", _("price list")),
    ("promotion", _("promotion")),
]
ACTIONS = [
    ("drafted", _("drafted")),
    ("edited", _("edited")),
    ("submitted", _("submitted")),
    ("withdrawn", _("withdrawn")),
    ("published", _("published")),
    ("discarded", _("discarded")),
    ("ended", _("ended early")),
]

_PROGRAMS_OWN = Q(
    drafted_by__isnull=True,
    submitted_by__isnull=True,
    submitted_at__isnull=True,
    approved_by__isnull=True,
)
_BY_TWO = (
    Q(drafted_by__isnull=False, submitted_at__isnull=False, approved_by__isnull=False)
    & ~Q(approved_by=F("drafted_by"))
    & ~Q(approved_by=F("submitted_by"))
)


class Approved(models.Model):
    """Drafted and submitted by one, published by another; `reason` is why. The program's own
    launch catalogue has none of them."""

    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("drafted by"),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | _PROGRAMS_OWN | _BY_TWO,
                name="%(class)s_second_person",
                violation_error_message=_("A second person publishes what another submitted."),
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | (Q(submitted_at__isnull=False, submitted_by__isnull=False) & ~Q(reason="")),
                name="%(class)s_submitted_with_reason",
                violation_error_message=_("Whoever submits says why."),
            ),
        ]


class OfferStep(models.Model):
    """Who did what to a draft or a published version, when and why. Never edited."""

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    reference = models.CharField(_("version or name"), max_length=40)
    action = models.CharField(_("action"), max_length=10, choices=ACTIONS)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    details = models.JSONField(_("what changed"), default=list)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a price")
        verbose_name_plural = _("steps of prices")
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "reference"], name="offer_step_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} {self.action}"
