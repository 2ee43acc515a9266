from django.apps import AppConfig
from django.db.models.signals import post_migrate

from billing.ledger.roles import grant_other_tables


class LedgerConfig(AppConfig):
    name = "billing.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(grant_other_tables, sender=self)
