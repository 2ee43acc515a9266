"""The composition root. Importing it makes our Celery app the one `shared_task` binds to."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
