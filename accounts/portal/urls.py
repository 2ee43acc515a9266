"""Addresses of the accounts pages. allauth answers the rest below /account/."""

from __future__ import annotations

from django.urls import path

from accounts.portal import views

app_name = "accounts"
urlpatterns = [
    path("account/", views.settings_page, name="settings"),
    path("theme/", views.theme, name="theme"),
]
