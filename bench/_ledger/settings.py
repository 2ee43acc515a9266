"""The development settings on a bench's own database, with one view that makes a job."""

import os

from config.settings.dev import *  # noqa: F403
from config.settings.dev import DATABASES

DATABASE = os.environ.get("BENCH_DATABASE", "inkling_bench")
DATABASES["default"]["NAME"] = DATABASE
ROOT_URLCONF = "bench._ledger.web"
