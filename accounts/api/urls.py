"""REST addresses of accounts, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from accounts.api import registration

urlpatterns = [
    path("registration", registration.RegistrationView.as_view(), name="api-registration"),
]
