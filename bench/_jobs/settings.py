"""The product as `make run` has it, on a database and a Redis number of the bench's own."""

import os

from config.settings.base import RUN_DIR, env, redis_urls
from config.settings.dev import *  # noqa: F403
from config.settings.dev import DATABASES, INKLING_HOME

DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", "inkling_bench_jobs")
REDIS_CACHE_URL, REDIS_BROKER_URL = redis_urls(env.string("REDIS_URL"), RUN_DIR / "valkey.sock", 15)
CELERY_BROKER_URL = REDIS_BROKER_URL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "inkling-bench",
    }
}
ROOT_URLCONF = "bench._jobs.urls"
GENERATION_ENGINE = "bench._jobs.stub.StubEngine"
ARTIFACT_DIR = INKLING_HOME / "bench" / "artifacts"
