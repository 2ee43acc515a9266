"""Money on its way back to a buyer, and the points that were taken back for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.memberships import MembershipPeriod, ScheduledLot
from billing.models.orders import Order

REFUND_REASONS = [
    ("untouched", _("untouched points, by the buyer")),
    ("withdrawal", _("withdrawal from the contract")),
    ("staff", _("by staff")),
    ("fraud_warning", _("early fraud warning")),
    ("stripe", _("made at Stripe")),
]


class Refund(models.Model):
    """What goes back of one payment, and the points that were taken back for it.

    Begun: the points are out of the wallet, Stripe is being asked. Pending: Stripe has taken it
    and the bank has not. Failed: the money did not go back, and the points are in the wallet again.
    `period` is what the payment was for, where it was for a membership.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    period = models.ForeignKey(
        MembershipPeriod, models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    payment_id = models.CharField(_("payment"), max_length=255)
    points_cp = models.BigIntegerField(_("points, hundredths"))
    # Points the buyer keeps although their money went back; a later refund does not ask for them.
    forgiven_cp = models.BigIntegerField(_("points left to the buyer, hundredths"), default=0)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    reason = models.CharField(_("reason"), max_length=16, choices=REFUND_REASONS)
    actor = models.CharField(_("by"), max_length=80)
    ends_membership = models.BooleanField(_("ends the membership"), default=False)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[
            ("begun", _("begun")),
            ("pending", _("pending")),
            ("done", _("done")),
            ("failed", _("failed")),
        ],
    )
    refund_id = models.CharField(_("refund"), max_length=255, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["payment_id"], name="refund_payment")]
        constraints = [
            models.UniqueConstraint(
                fields=["payment_id"], condition=Q(state="begun"), name="refund_one_begun"
            ),
            models.UniqueConstraint(
                fields=["refund_id"], condition=~Q(refund_id=""), name="refund_id_once"
            ),
            models.CheckConstraint(
                condition=Q(points_cp__gte=0, forgiven_cp__gte=0, amount_minor__gt=0),
                name="refund_of_money",
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk} of order {self.order_id}"


class Dispute(models.Model):
    """A buyer's bank asks for money back, or only asks. `status` is Stripe's own word.

    State, by what happened to the points: seen (an inquiry: nothing), frozen (what was left is out
    of reach while it is decided), taken (lost), released (won, or never money).
    """

    dispute_id = models.CharField(_("dispute"), max_length=255, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="disputes")
    period = models.ForeignKey(
        MembershipPeriod, models.PROTECT, null=True, blank=True, related_name="disputes"
    )
    payment_id = models.CharField(_("payment"), max_length=255)
    status = models.CharField(_("status at Stripe"), max_length=40)
    cause = models.CharField(_("cause"), max_length=60, blank=True)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[
            ("seen", _("seen")),
            ("frozen", _("frozen")),
            ("taken", _("taken")),
            ("released", _("released")),
        ],
    )
    # Counts the moves between states: every move of the ledger has a key of its own.
    move = models.PositiveIntegerField(_("moves"), default=0)
    points_cp = models.BigIntegerField(_("points taken, hundredths"), default=0)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["payment_id"], name="dispute_payment")]

    def __str__(self) -> str:
        return f"dispute {self.dispute_id}"


class FraudWarning(models.Model):
    """A card's bank says the payment was probably not its owner's: the money goes back at once."""

    warning_id = models.CharField(_("warning"), max_length=255, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    payment_id = models.CharField(_("payment"), max_length=255)
    fraud_type = models.CharField(_("kind"), max_length=60, blank=True)
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("fraud warning")
        verbose_name_plural = _("fraud warnings")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"warning {self.warning_id}"


class TakenPoints(models.Model):
    """Points taken back for a refund or a lost dispute: of a lot, or of a month that was to come.

    `debt_cp` of them were spent already. `restored_at`: the money stayed with us after all.
    """

    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="takings"
    )
    dispute = models.ForeignKey(
        Dispute, models.PROTECT, null=True, blank=True, related_name="takings"
    )
    wallet_id = models.BigIntegerField(_("wallet"))
    lot_id = models.BigIntegerField(_("lot"), null=True, blank=True)
    scheduled_lot = models.ForeignKey(
        ScheduledLot, models.PROTECT, null=True, blank=True, related_name="+"
    )
    amount_cp = models.BigIntegerField(_("points, hundredths"))
    debt_cp = models.BigIntegerField(_("of them owed, hundredths"), default=0)
    created_at = models.DateTimeField(_("created"))
    restored_at = models.DateTimeField(_("given back again"), null=True, blank=True)

    class Meta:
        verbose_name = _("taken points")
        verbose_name_plural = _("taken points")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(refund__isnull=False, dispute=None)
                | Q(refund=None, dispute__isnull=False),
                name="taken_for_one_cause",
            ),
            models.CheckConstraint(
                condition=Q(lot_id__isnull=False, scheduled_lot=None)
                | Q(lot_id=None, scheduled_lot__isnull=False),
                name="taken_of_one_lot",
            ),
            models.CheckConstraint(
                condition=Q(amount_cp__gt=0, debt_cp__gte=0), name="taken_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_cp} cp of wallet {self.wallet_id}"

    @property
    def restore_key(self) -> str:
        """The ledger's key of the grant that gives the points back.

        The instant belongs to it: ids start again when a test installation is reset.
        """
        return f"restored:{self.pk}:{int(self.created_at.timestamp())}"


class RefundProposal(models.Model):
    """A refund staff ask for. Above the limit another person agrees before anything moves."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="refund_proposals")
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    forgive_debt = models.BooleanField(_("leave no debt"), default=False)
    end_membership = models.BooleanField(_("end the membership"), default=False)
    reason = models.CharField(_("reason"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # Made with the empty form: sending it twice is one proposal.
    key = models.CharField(_("form"), max_length=64, unique=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[("waiting", _("waits for a second person")), ("agreed", _("agreed")),
                 ("refused", _("refused"))],
    )  # fmt: skip
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    refund = models.OneToOneField(
        Refund, models.PROTECT, null=True, blank=True, related_name="proposal"
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund proposal")
        verbose_name_plural = _("refund proposals")
        ordering = ["-proposed_at", "-id"]

    def __str__(self) -> str:
        return f"proposal {self.pk} for order {self.order_id}"
