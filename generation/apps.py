from django.apps import AppConfig
from django.utils.module_loading import import_string


class GenerationConfig(AppConfig):
    name = "generation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Checks read models, which are there only now.
        import_string("generation.checks.signing_chain")
