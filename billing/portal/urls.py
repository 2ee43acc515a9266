"""Addresses of the wallet's pages."""

from __future__ import annotations

from django.urls import path

from billing.portal import views

app_name = "billing"
urlpatterns = [
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/claim/", views.claim, name="claim"),
    path("statement/", views.statement, name="statement"),
    path("prices/", views.prices, name="prices"),
]
