"""Settings that hold everywhere. What an operator sets is read through `config.env`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.reading import Env, home
from config.settings.generation import *  # noqa: F403
from config.settings.logs import configured
from config.settings.policy import POLICY
from config.settings.sign_in import *  # noqa: F403
from config.settings.sign_in import SOCIAL_SIGN_IN

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
INKLING_HOME = home()

# --- what is installed ------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *SOCIAL_SIGN_IN.apps,
    "django_altcha",
    "django_htmx",
    "django_cotton",
    "widget_tweaks",
    "heroicons",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_structlog",
    "csp",
    "accounts",
    "billing.ledger",
    "billing",
    "generation",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # ETags: a program that polls a job is answered 304 while nothing has changed.
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.api.rate_limits.RateLimitHeaders",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "config.second_factor.StaffSecondFactorMiddleware",
    "config.htmx.PartsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    # Inside the one above: it says what that one is to write.
    "config.csp.AdminPolicyMiddleware",
    "accounts.portal.device.DeviceMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.shell.shell",
            ],
        },
    }
]

# --- PostgreSQL and Redis ---------------------------------------------------------------------
# Without a URL both are the embedded servers `scripts/dev.py` starts: unix sockets only.
RUN_DIR = INKLING_HOME / "run"
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database("DATABASE_URL")
    or {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(RUN_DIR),
        "NAME": "inkling",
        "USER": "inkling",
    }
}
DATABASES["default"] |= {
    # One use case, one transaction, opened where it is written; never one per request.
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
}
# Ledger functions are called thousands of times on one connection: prepare from the first call.
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "prepare_threshold": 0,
}
# The processes that serve take on a role that cannot write the ledger's tables; `migrate` does not.
if DATABASE_ROLE := env.string("DATABASE_ROLE"):
    DATABASES["default"]["OPTIONS"]["assume_role"] = DATABASE_ROLE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def redis_urls(url: str, socket: Path, database: int) -> tuple[str, str]:
    """The same server as the cache writes it and as Celery writes it."""
    if url:
        return url, url
    return f"unix://{socket}?db={database}", f"redis+socket://{socket}?virtual_host={database}"


REDIS_CACHE_URL, REDIS_BROKER_URL = redis_urls(env.string("REDIS_URL"), RUN_DIR / "valkey.sock", 0)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "inkling",
    }
}
# Celery rings doorbells; the rows are the queue. See config/celery.py for queues and clock.
CELERY_BROKER_URL = REDIS_BROKER_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- what belongs to users --------------------------------------------------------------------
# Who hands over what an export holds, and who erases: lower apps know nothing of higher ones.
EXPORTERS = [
    "accounts.services.own_data",
    "billing.services.own_data",
    "generation.services.own_data",
]
EXPORT_DIR = INKLING_HOME / "exports"
EXPORT_FILES_MAX_BYTES = 500_000_000
EXPORT_LIVES_DAYS, EXPORT_LINK_SECONDS = 7, 900
# A closed account can be reopened this long; then personal data is erased.
ERASE_AFTER_DAYS = 30

# --- webhooks ---------------------------------------------------------------------------------
WEBHOOK_PRIVATE_RECEIVERS = env.choice("WEBHOOK_PRIVATE_RECEIVERS", "NO", ("YES", "NO")) == "YES"
WEBHOOK_LOG_DAYS = max(1, env.integer("WEBHOOK_LOG_DAYS", 30))
WEBHOOKS_AT_ONCE = max(1, env.integer("WEBHOOKS_AT_ONCE", 8))

# --- points -----------------------------------------------------------------------------------
POINTS_DAY_TZ = env.zone("POINTS_DAY_TZ", "Asia/Shanghai")
# Free points of a server day in all, until the desk sets a budget; 0: no budget.
GRANT_DAY_BUDGET_POINTS = env.integer("GRANT_DAY_BUDGET_POINTS", 0)

# --- money ------------------------------------------------------------------------------------
# STRIPE_SECRET_KEY, STRIPE_API_BASE and STRIPE_LIVEMODE: each of the other settings files.
STAFF_REFUND_LIMIT_MINOR = env.integer("STAFF_REFUND_LIMIT_MINOR", 50_000)
STAFF_CODES_LIMIT_POINTS = env.integer("STAFF_CODES_LIMIT_POINTS", 10_000)
WITHDRAWAL_CONSENT = env.choice("WITHDRAWAL_CONSENT", "REQUIRED", ("REQUIRED", "OPTIONAL"))
STRIPE_WEBHOOK_SECRETS = env.listing("STRIPE_WEBHOOK_SECRETS", [])
# What stands on invoices. The rate is in basis points.
SELLER = {
    "name": env.string("SELLER_NAME", "Inkling"),
    "address": env.string("SELLER_ADDRESS"),
    "tax_id": env.string("SELLER_TAX_ID"),
    "email": env.string("SELLER_EMAIL"),
}
TAX_RATE_BP = env.percent_bp("TAX_PERCENT")
TAX_INCLUDED = env.choice("TAX_INCLUDED", "yes", ("YES", "NO")) == "YES"
TERMS_VERSION = env.string("TERMS_VERSION", "1")

# --- the REST face ----------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["config.api.rate_limits.RateLimit"],
    "EXCEPTION_HANDLER": "config.api.errors.problem_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
API_BODY_MAX_BYTES = 1_000_000
# Requests a minute, 0: no limit. See config/api/rate_limits.py.
API_RATE_LIMITS = {
    "read": env.integer("API_READS_PER_MINUTE", 1200),
    "write": env.integer("API_WRITES_PER_MINUTE", 600),
    "uploads": 120,
    "open": env.integer("API_OPEN_PER_MINUTE", 240),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Inkling API",
    "DESCRIPTION": "Pictures and video by the point. A failed generation is never charged.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Different things have states: each its own name.
    "ENUM_NAME_OVERRIDES": {
        "RegistrationStateEnum": "accounts.registration.STATES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.document_refusals",
    ],
}

# A form is refused by its length before any of it is written to disk.
FILE_UPLOAD_HANDLERS = [
    "config.uploads.BoundedForms",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- pages ------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-root"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
# Cotton compiles <c-…> tags with its own loaders, which it adds to TEMPLATES by itself.
COTTON_DIR = "cotton"
UNFOLD = {
    "SITE_TITLE": "Inkling desk",
    "SITE_HEADER": "Inkling desk",
    "SITE_URL": "/",
    "SITE_SYMBOL": "water_drop",
}

# --- who stands between a visitor and us -------------------------------------------------------
# Each proxy adds a name to X-Forwarded-For; one too few and every limit bites the proxy, one too
# many and visitors choose their address themselves. allauth and the REST limits count the same way.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- what a browser may do --------------------------------------------------------------------
CONTENT_SECURITY_POLICY = POLICY
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# --- mail and logs ----------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.string("DEFAULT_FROM_EMAIL", "Inkling <noreply@localhost>")
EMAIL_FILE_PATH = INKLING_HOME / "mail"
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
LOGGING = configured(LOG_LEVEL)
