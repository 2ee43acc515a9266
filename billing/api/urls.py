"""REST addresses of billing, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from billing.api import offers, views

urlpatterns = [
    path("wallet", views.WalletView.as_view(), name="api-wallet"),
    path("wallet/claim", views.ClaimView.as_view(), name="api-claim"),
    path("wallet/statement", views.StatementView.as_view(), name="api-statement"),
    path("plans", offers.PlansView.as_view(), name="api-plans"),
    path("packs", offers.PacksView.as_view(), name="api-packs"),
    path("prices", views.PricesView.as_view(), name="api-prices"),
]
