"""Queues and the whole clock: everything that runs by itself, and when, is in this file."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("inkling")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Two queues: GPU workers answer doorbells on `gpu` (they load generation.worker), every other
# task is short and runs on `background`.
app.conf.task_default_queue = "background"

app.conf.beat_schedule = {
    "leases, deadlines and unheard doorbells": {
        "task": "generation.sweep",
        "schedule": 3.0,
        "options": {"expires": 3},
    },
    "lots that have ended": {
        "task": "billing.expire_lots",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "the ledger's invariants, nightly": {
        "task": "billing.check_ledger",
        "schedule": crontab(hour=19, minute=30),  # UTC: 03:30 in Shanghai
        "options": {"expires": 3600},
    },
}
