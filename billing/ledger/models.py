"""The ledger's tables as Django sees them: to read. Every write is a call of `services`.

The migrations make the tables from `sql/`, so Django manages none of them. In the database the
keys start with `wallet_id`: ids are unique all the same, but only a search that names the wallet
is fast.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Wallet(models.Model):
    """What a user or a team spends from."""

    id = models.BigAutoField(primary_key=True)
    available_cp = models.BigIntegerField()
    held_cp = models.BigIntegerField()
    debt_cp = models.BigIntegerField()
    frozen_cp = models.BigIntegerField()
    version = models.BigIntegerField()
    next_expiry_at = models.DateTimeField(null=True)
    next_start_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    paused = models.BooleanField()
    unit = models.TextField()

    class Meta:
        managed = False
        db_table = "ledger_wallet"

    def __str__(self) -> str:
        return f"wallet {self.id}"


class Lot(models.Model):
    """Points with one source, one start and one end."""

    id = models.BigAutoField(primary_key=True)
    wallet_id = models.BigIntegerField()
    source = models.TextField()
    paid = models.BooleanField()
    open = models.BooleanField()
    granted_cp = models.BigIntegerField()
    remaining_cp = models.BigIntegerField()
    waiting_cp = models.BigIntegerField()
    frozen_cp = models.BigIntegerField()
    clawed_back_cp = models.BigIntegerField()
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    reference = models.TextField()
    unit = models.TextField()

    class Meta:
        managed = False
        db_table = "ledger_lot"

    def __str__(self) -> str:
        return f"lot {self.id} ({self.source})"


class Hold(models.Model):
    """Points set aside for a job, with the slices of the lots they came from."""

    id = models.BigAutoField(primary_key=True)
    wallet_id = models.BigIntegerField()
    state = models.TextField()
    amount_cp = models.BigIntegerField()
    captured_cp = models.BigIntegerField()
    lot_ids = ArrayField(models.BigIntegerField())
    lot_amounts_cp = ArrayField(models.BigIntegerField())
    reference = models.TextField()
    held_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_hold"

    def __str__(self) -> str:
        return f"hold {self.id} ({self.state})"


class Transaction(models.Model):
    """One write of the ledger; append-only."""

    id = models.BigAutoField(primary_key=True)
    wallet_id = models.BigIntegerField()
    version = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    available_after_cp = models.BigIntegerField()
    held_after_cp = models.BigIntegerField()
    hold_id = models.BigIntegerField(null=True)
    lot_id = models.BigIntegerField(null=True)
    counterpart_id = models.BigIntegerField(null=True)
    kind = models.TextField()
    key = models.TextField(null=True)  # noqa: DJ001 - null where nobody asked (expire)
    request_hash = models.BinaryField(null=True)
    reference = models.TextField()
    reason = models.TextField()
    actor = models.TextField()

    class Meta:
        managed = False
        db_table = "ledger_transaction"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Entry(models.Model):
    """One signed line of a transaction; append-only. A transaction's entries sum to zero."""

    id = models.BigAutoField(primary_key=True)
    wallet_id = models.BigIntegerField()
    transaction_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    amount_cp = models.BigIntegerField()
    account = models.TextField()
    line = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_entry"
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.amount_cp:+} {self.account}"
