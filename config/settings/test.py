"""The test suite: the same servers as `make run`, another database and another Redis number."""

import os

from config.payments import stripe_address
from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, INKLING_HOME, RUN_DIR, env, redis_urls
from generation import known_models

DEBUG = False
DEV_MAIL = True
DEMO_SIGN_INS = True
SECRET_KEY = "only-for-tests-" + "x" * 40
ALTCHA_HMAC_KEY = f"altcha:{SECRET_KEY}"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PUBLIC_URL = "http://testserver"
# Each parallel test process has a database and a Redis number of its own ("gw3" -> 4).
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_CACHE_URL, REDIS_BROKER_URL = redis_urls(
    env.string("REDIS_URL"), RUN_DIR / "valkey.sock", 1 + _WORKER
)
CELERY_BROKER_URL = REDIS_BROKER_URL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "inkling-test",
    }
}
DATABASES["default"]["TEST"] = {"NAME": "test_inkling"}
# Threads of a test keep no connection that would stop the test database from being dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# A purchase in a test is a key or a click; tests of the consent ask for it.
WITHDRAWAL_CONSENT = "OPTIONAL"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Many tests are one user, or one address, within a minute.
API_RATE_LIMITS = {"read": 0, "write": 0, "uploads": 120, "open": 0}
# Hashing slow enough for production only costs time here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A lost worker is noticed soon, so that a test need not wait half a minute for it.
LEASE_SECONDS = 3
C2PA_DIR = INKLING_HOME / "test" / "c2pa"
EXPORT_DIR = INKLING_HOME / "test" / "exports"
ARTIFACT_DIR = INKLING_HOME / "test" / "artifacts"
ENGINE_SCRATCH_DIR = INKLING_HOME / "test" / "scratch"
DEMO_CHECKPOINT = INKLING_HOME / "test" / "checkpoint"
ENGINE_IMAGE_MODEL = ENGINE_VIDEO_MODEL = str(DEMO_CHECKPOINT)
MODEL_REGISTRY = known_models.of_two(
    ENGINE_IMAGE_MODEL, None, ENGINE_VIDEO_MODEL, None, demo=str(DEMO_CHECKPOINT)
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
_stripe = stripe_address(
    env.string("STRIPE_SECRET_KEY"), env.string("STRIPE_API_BASE"), stand_in=True
)
STRIPE_SECRET_KEY, STRIPE_API_BASE = _stripe.secret_key, _stripe.api_base
STRIPE_LIVEMODE = _stripe.livemode
# Browsers allow passkeys without TLS at localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
