"""The development settings on the bench's own database, with static files as they lie."""

import os

from config.settings.dev import *  # noqa: F403
from config.settings.dev import ALLOWED_HOSTS, DATABASES

DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", "inkling_bench_door")
# Django's test client calls itself so.
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
