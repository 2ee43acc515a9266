"""Behind a TLS proxy, with servers of one's own. Nothing secret has a default here."""

from django.core.exceptions import ImproperlyConfigured

from config.payments import stripe_address
from config.settings.base import *  # noqa: F403
from config.settings.base import env

DEBUG = False
DEV_MAIL = False
DEMO_SIGN_INS = False


def required(name: str) -> str:
    """The variable, or a start refused with its name."""
    value = env.string(name)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set in production")
    return value


SECRET_KEY = required("SECRET_KEY")
ALTCHA_HMAC_KEY = f"altcha:{SECRET_KEY}"
required("DATABASE_URL")
required("REDIS_URL")
PUBLIC_URL = required("INKLING_PUBLIC_URL").rstrip("/")
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", [])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Behind a proxy, a count that nobody set makes every visitor the same visitor.
required("TRUSTED_PROXIES")
required("EMAIL_URL")
globals().update(env.email("EMAIL_URL"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
_stripe = stripe_address(
    env.string("STRIPE_SECRET_KEY"), env.string("STRIPE_API_BASE"), stand_in=False
)
STRIPE_SECRET_KEY, STRIPE_API_BASE = _stripe.secret_key, _stripe.api_base
STRIPE_LIVEMODE = _stripe.livemode
