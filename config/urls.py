"""Every address Inkling answers."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from billing.api.hooks import stripe_webhook
from config import health
from generation.api.downloads import artifact, poster

# The most powerful sign-in has the limits of every other one.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# The description of the API is public, like the price list.
_OPEN = {"authentication_classes": [], "permission_classes": [AllowAny]}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("generation.portal.urls")),
    path("", include("billing.portal.urls")),
    path("", include("accounts.portal.urls")),
    path("openai/v1/", include("generation.openai.urls")),
    # Before the pages of accounts: one of Kling's addresses stands among theirs.
    path("", include("generation.kling.urls")),
    path("account/", include("allauth.urls")),
    path("artifacts/poster/<str:token>", poster, name="poster"),
    path("artifacts/<str:token>", artifact, name="artifact"),
    path("webhooks/stripe", stripe_webhook, name="stripe-webhook"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("billing.api.urls")),
    path("api/v1/", include("generation.api.urls")),
    path("api/schema", SpectacularAPIView.as_view(**_OPEN), name="api-schema"),
    path(
        "api/docs",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", **_OPEN),
        name="api-docs",
    ),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("dev/mail/", include("config.devmail")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

handler400 = "config.api.fallbacks.bad_request"
handler404 = "config.api.fallbacks.not_found"
handler500 = "config.api.fallbacks.server_error"
