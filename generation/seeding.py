"""Puts the launch effects into the database, after each `migrate`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.apps import apps as installed
from django.db import transaction

from generation.effects_launch import EFFECTS


def load_launch_effects(*, using: str, apps: Any = installed, **_: Any) -> int:
    """Insert what of the launch effects is not there yet; returns how many versions.

    What is present is left as it is, and a switch stays where the operator put it.
    """
    try:
        templates = apps.get_model("generation", "EffectTemplate").objects.using(using)
        versions = apps.get_model("generation", "EffectVersion").objects.using(using)
    except LookupError:
        return 0  # migrated back to before there were effects
    added = 0
    with transaction.atomic(using=using):
        for position, effect in enumerate(EFFECTS):
            templates.get_or_create(code=effect.code, defaults={"position": position})
            _row, made = versions.get_or_create(
                template_id=effect.code,
                version=effect.version,
                defaults={"content": asdict(effect)},
            )
            added += made
    return added
