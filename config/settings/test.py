"""The test suite: the same servers as `make run`, another database and another Redis number."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, INKLING_HOME, RUN_DIR, env, redis_urls

DEBUG = False
DEV_MAIL = True
SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PUBLIC_URL = "http://testserver"
REDIS_CACHE_URL, REDIS_BROKER_URL = redis_urls(env.string("REDIS_URL"), RUN_DIR / "valkey.sock", 1)
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
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Hashing slow enough for production only costs time here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ARTIFACT_DIR = INKLING_HOME / "test" / "artifacts"
ENGINE_SCRATCH_DIR = INKLING_HOME / "test" / "scratch"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
