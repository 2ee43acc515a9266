"""`make run`: one machine, embedded servers, mail readable in the browser."""

from urllib.parse import urlsplit

from config.payments import stripe_address
from config.secret import kept_secret
from config.settings.base import *  # noqa: F403
from config.settings.base import INKLING_HOME, env

DEBUG = False
SECRET_KEY = env.string("SECRET_KEY") or kept_secret(INKLING_HOME)
ALTCHA_HMAC_KEY = f"altcha:{SECRET_KEY}"
_loopback = {"localhost", "127.0.0.1", "::1", "[::1]"}
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
_host = env.string("INKLING_HOST", "127.0.0.1")
_port = env.integer("INKLING_PORT", 8000)
# Sign-ins whose passwords everybody knows, and mail that everybody can read, are for one's own
# machine only: not where another address is listened on or answered to, as behind a proxy.
DEMO_SIGN_INS = (
    _host in _loopback
    and set(ALLOWED_HOSTS) <= _loopback
    and urlsplit(env.string("INKLING_PUBLIC_URL", "http://localhost")).hostname in _loopback
)
_keeps_mail = not env.string("EMAIL_URL")
DEV_MAIL = _keeps_mail and DEMO_SIGN_INS
PUBLIC_URL = env.string("INKLING_PUBLIC_URL", f"http://{_host}:{_port}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
if _keeps_mail:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
else:
    globals().update(env.email("EMAIL_URL"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed names as in production, but not compressed: that would cost the first start a minute.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# A receiver one is writing listens on one's own machine.
WEBHOOK_PRIVATE_RECEIVERS = (
    env.choice("WEBHOOK_PRIVATE_RECEIVERS", "YES" if DEMO_SIGN_INS else "NO", ("YES", "NO"))
    == "YES"
)
# Without a key, on one's own machine, `make run` starts a stand-in beside the web server.
_stand_in = DEMO_SIGN_INS and not env.string("STRIPE_SECRET_KEY")
_stripe = stripe_address(
    env.string("STRIPE_SECRET_KEY"),
    env.string("STRIPE_API_BASE", f"http://127.0.0.1:{_port + 1}" if _stand_in else ""),
    stand_in=_stand_in,
)
STRIPE_SECRET_KEY, STRIPE_API_BASE = _stripe.secret_key, _stripe.api_base
STRIPE_LIVEMODE = _stripe.livemode
# Browsers allow passkeys without TLS at localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
