"""How often a piece of a campaign was shown and clicked, as an advertising platform counted."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from generation.models.artifacts import Artifact


class PieceResult(models.Model):
    """Counts of one piece from one source on one day, or in all where no day is told.

    Told again, the newer counts replace the older ones.
    """

    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="results")
    source = models.CharField(_("source"), max_length=40, blank=True)
    day = models.DateField(_("day"), null=True)
    impressions = models.BigIntegerField(_("impressions"))
    clicks = models.BigIntegerField(_("clicks"))
    imported_at = models.DateTimeField(_("imported"))

    class Meta:
        verbose_name = _("result of a piece")
        verbose_name_plural = _("results of pieces")
        ordering = ["artifact", "source", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["artifact", "source", "day"],
                name="piece_result_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(clicks__gte=0, clicks__lte=F("impressions")),
                name="piece_result_clicks_were_shown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clicks} of {self.impressions}"
