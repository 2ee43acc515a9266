"""The development settings on the bench's own database."""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import DATABASES

DATABASE = "inkling_bench"
DATABASES["default"]["NAME"] = DATABASE
