"""Settings that hold everywhere. What an operator sets is read through `config.env`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.env import Env, home
from config.settings.logs import configured
from generation import known_models

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
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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

# --- who signs in -----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/create/"
ACCOUNT_ADAPTER = "config.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Inkling] "
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# How many proxies of the operator's own stand between a visitor and this process. Each adds a name
# to X-Forwarded-For; one too few and every limit bites the proxy, one too many and visitors choose
# their address themselves. allauth's own limits count the same way.
TRUSTED_PROXY_HOPS = ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_HOPS", 0)
# The first encrypts what must be readable again, all decrypt. Unset: SECRET_KEY.
ENCRYPTION_SECRETS = env.listing("ENCRYPTION_SECRETS", [])
# Sign-ups a server day from one address, and from one /24 or /64.
SIGN_UPS_PER_ADDRESS = env.integer("SIGN_UPS_PER_ADDRESS", 5)
SIGN_UPS_PER_NETWORK = env.integer("SIGN_UPS_PER_NETWORK", 15)
# What asks a visitor to show that they are no program.
CAPTCHA = env.string("CAPTCHA", "altcha")
# What hashes mailboxes, addresses and devices; another one forgets every one of them.
ABUSE_HASH_SECRET = env.string("ABUSE_HASH_SECRET")

# --- points -----------------------------------------------------------------------------------
POINTS_DAY_TZ = env.zone("POINTS_DAY_TZ", "Asia/Shanghai")
# Free points of a server day in all, until the desk sets a budget; 0: no budget.
GRANT_DAY_BUDGET_POINTS = env.integer("GRANT_DAY_BUDGET_POINTS", 0)

# --- money ------------------------------------------------------------------------------------
# STRIPE_SECRET_KEY, STRIPE_API_BASE and STRIPE_LIVEMODE: each of the other settings files.
STAFF_REFUND_LIMIT_MINOR = env.integer("STAFF_REFUND_LIMIT_MINOR", 50_000)
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

# --- generation -------------------------------------------------------------------------------
# The web process never imports the engine; this dotted name is resolved in the GPU worker only.
GENERATION_ENGINE = "config.engine.child_engine"
DEMO_CHECKPOINT = INKLING_HOME / "checkpoints" / "demo"
ENGINE_IMAGE_MODEL = env.model("ENGINE_IMAGE_MODEL", str(DEMO_CHECKPOINT))
ENGINE_IMAGE_REVISION = env.revision("ENGINE_IMAGE_REVISION")
ENGINE_VIDEO_MODEL = env.model("ENGINE_VIDEO_MODEL", str(DEMO_CHECKPOINT))
ENGINE_VIDEO_REVISION = env.revision("ENGINE_VIDEO_REVISION")
ENGINE_DEVICE = env.device("ENGINE_DEVICE")
ENGINE_SCRATCH_DIR = INKLING_HOME / "scratch"
ENGINE_CACHE_MB = env.integer("ENGINE_CACHE_MB", 0)
# What the models can do, for web servers and GPU workers alike; nothing is loaded for it.
MODEL_REGISTRY = env.registry("ENGINE_MODELS") or known_models.of_two(
    ENGINE_IMAGE_MODEL,
    ENGINE_IMAGE_REVISION,
    ENGINE_VIDEO_MODEL,
    ENGINE_VIDEO_REVISION,
    demo=str(DEMO_CHECKPOINT),
)
ENGINE_BATCH_MAX = max(1, env.integer("ENGINE_BATCH_MAX", 4))
GPU_COST_PER_HOUR_MINOR = env.integer("GPU_COST_PER_HOUR_MINOR", 0)
GPU_DAY_BUDGET_MINOR = env.integer("GPU_DAY_BUDGET_MINOR", 0)
# How long a worker may be silent before its job is given to another; it reports six times as often.
LEASE_SECONDS = 30
# An open stream holds a thread of the web server: fewer than it has, and not for long.
LIVE_STREAMS_MAX, LIVE_STREAM_SECONDS = 4, 25
# Which visible label the operator's law asks for; see generation/watermark.py.
LABEL_JURISDICTION = env.choice(
    "LABEL_JURISDICTION", "NONE", ("NONE", "CN", "CN_ARTICLE_9", "EU", "ALL")
)
# How long a clip shows the visible label: all through, or from its start (the Chinese standard
# wants two seconds).
LABEL_SECONDS = {"ALL": None, "START": 3.0}[env.choice("LABEL_VIDEO", "ALL", ("ALL", "START"))]
LABELLING_AGREEMENT_DIR = env.folder("LABELLING_AGREEMENT_DIR", BASE_DIR / "generation" / "terms")
AIGC_PRODUCER = env.string("AIGC_PRODUCER", "INKLING-SELF-HOSTED")
# Who signs manifests: your own chain, or a local one that is made on first use.
C2PA_DIR = INKLING_HOME / "c2pa"
C2PA_CERTIFICATE_CHAIN, C2PA_PRIVATE_KEY = env.both_files(
    "C2PA_CERTIFICATE_CHAIN", "C2PA_PRIVATE_KEY"
)
C2PA_TIMESTAMP_URL = env.string("C2PA_TIMESTAMP_URL")
ARTIFACT_DIR = INKLING_HOME / "artifacts"
ARTIFACT_LINK_SECONDS = 900

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
    "DEFAULT_THROTTLE_RATES": {"uploads": "120/min"},
    "NUM_PROXIES": env.integer("TRUSTED_PROXIES", 0),
    "EXCEPTION_HANDLER": "config.api.errors.problem_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
API_BODY_MAX_BYTES = 1_000_000
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
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- what a browser may do --------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
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
