"""Settings of signing up and in: passwords, addresses, second factors, other providers."""

from __future__ import annotations

from django.urls import reverse_lazy

from config.reading import Env
from config.social import social_sign_in

env = Env()

# Sign-in through others: none unless configured, and then only their buttons are shown.
SOCIAL_SIGN_IN = social_sign_in(env.listing("SOCIAL_SIGN_IN", []))
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
ACCOUNT_FORMS = {"signup": "config.sign_up.SignupForm"}
# Another address replaces the old one once it is confirmed; security pages ask who it is again.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "config.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Inkling"
# A clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
STAFF_SECOND_FACTOR = env.choice("STAFF_SECOND_FACTOR", "no", ("YES", "NO")) == "YES"
SOCIALACCOUNT_ADAPTER = "config.sign_in.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = SOCIAL_SIGN_IN.providers
# Beside allauth's own limits: applications to the waiting list, and guesses at codes.
ACCOUNT_RATE_LIMITS = {"waitlist": "10/m/ip", "invitation_code": "10/m/ip"}
# The first encrypts what must be readable again, all decrypt. Unset: SECRET_KEY.
ENCRYPTION_SECRETS = env.listing("ENCRYPTION_SECRETS", [])
# Sign-ups a server day from one address, and from one /24 or /64.
SIGN_UPS_PER_ADDRESS = env.integer("SIGN_UPS_PER_ADDRESS", 5)
SIGN_UPS_PER_NETWORK = env.integer("SIGN_UPS_PER_NETWORK", 15)
# What asks a visitor to show that they are no program.
CAPTCHA = env.string("CAPTCHA", "altcha")
# What hashes mailboxes, addresses and devices; another one forgets every one of them.
ABUSE_HASH_SECRET = env.string("ABUSE_HASH_SECRET")
