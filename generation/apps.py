from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string

from generation.seeding import load_launch_effects


class GenerationConfig(AppConfig):
    name = "generation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(load_launch_effects, sender=self)
        # Checks read models, which are there only now.
        import_string("generation.checks.signing_chain")
