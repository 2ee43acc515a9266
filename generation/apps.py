from django.apps import AppConfig
from django.db.models.signals import post_migrate

from generation.seeding import load_launch_effects


class GenerationConfig(AppConfig):
    name = "generation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(load_launch_effects, sender=self)
