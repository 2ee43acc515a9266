"""What `manage.py check` says about generation."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.utils import timezone

from generation.services.signing import complaints


@register()
def signing_chain(**_: Any) -> list[CheckMessage]:
    """The chain that signs manifests: can it, how long still, who can read its key."""
    return [
        Warning(complaint, id="generation.W001", hint="See docs/marks.md, Signing.")
        for complaint in complaints(now=timezone.now())
    ]
