"""Queues and the whole clock: everything that runs by itself, and when, is in this file."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("inkling")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Three queues: GPU workers answer doorbells on `gpu` (they load generation.worker), `webhooks` is
# below, every other task is short and runs on `background`.
app.conf.task_default_queue = "background"
# Receivers of webhooks are other people's servers and may be slow: a queue of its own, which a
# worker of its own may serve, on a machine that reaches the internet and nothing else.
app.conf.task_routes = {"accounts.send_webhooks": {"queue": "webhooks"}}

app.conf.beat_schedule = {
    "leases, deadlines and unheard doorbells": {
        "task": "generation.sweep",
        "schedule": 3.0,
        "options": {"expires": 3},
    },
    "turns of the queue that a fault took, the day's GPU spend": {
        "task": "generation.upkeep",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "uploads whose time is over, calls nobody repeats any more": {
        "task": "generation.sweep_uploads",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "files that nothing names": {
        "task": "generation.sweep_orphans",
        "schedule": crontab(hour=20, minute=0),
        "options": {"expires": 3600},
    },
    "results whose time is over, texts of refusals": {
        "task": "generation.sweep_expired",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "lots that have ended": {
        "task": "billing.expire_lots",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "monthly points and memberships that are over": {
        "task": "billing.monthly_lots",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "Stripe events nobody rang for": {
        "task": "billing.handle_stripe_events",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "open orders, asked after at 2, 10 and 40 minutes": {
        "task": "billing.poll_orders",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "purchases to give back": {
        "task": "billing.undo_orders",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "what was paid twice": {
        "task": "billing.give_back_duplicates",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "rewards for invitations": {
        "task": "billing.referrals",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "what users must be told about money": {
        "task": "billing.notices",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "auto top-ups nobody rang for, or left half-way": {
        "task": "billing.auto_topups",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "mail to applicants and the invited": {
        "task": "accounts.door_mail",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "invitations that lapse, applications nobody confirmed": {
        "task": "accounts.tidy_waiting_list",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "data exports to make, and those whose time is over": {
        "task": "accounts.exports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "webhooks nobody rang for, or to be tried again": {
        "task": "accounts.send_webhooks",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "webhook deliveries kept long enough, nightly": {
        "task": "accounts.forget_webhooks",
        "schedule": crontab(hour=20, minute=15),
        "options": {"expires": 3600},
    },
    "personal data of accounts closed long enough, nightly": {
        "task": "accounts.erase",
        "schedule": crontab(hour=20, minute=30),
        "options": {"expires": 3600},
    },
    "invoices, receipts and credit notes to mail": {
        "task": "billing.paper",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "invitations to teams to mail": {
        "task": "billing.team_mail",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "membership changes and refunds left half-way": {
        "task": "billing.finish_changes",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "Stripe events that never arrived": {
        "task": "billing.recover_stripe_events",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "Stripe against the ledger, nightly": {
        "task": "billing.reconcile_stripe",
        "schedule": crontab(hour=20, minute=0),
        "options": {"expires": 3600},
    },
    "traces of abuse that are old enough to forget, nightly": {
        "task": "accounts.forget",
        "schedule": crontab(hour=18, minute=30),
        "options": {"expires": 3600},
    },
    "cards that guard nothing any more, nightly": {
        "task": "billing.forget_cards",
        "schedule": crontab(hour=18, minute=40),
        "options": {"expires": 3600},
    },
    "the ledger's invariants, nightly": {
        "task": "billing.check_ledger",
        "schedule": crontab(hour=19, minute=30),  # UTC: 03:30 in Shanghai
        "options": {"expires": 3600},
    },
}
