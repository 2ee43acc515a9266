"""REST addresses of billing, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from billing.api import auto_topup, documents, money_back, offers, purchases, redemptions, views

urlpatterns = [
    path("wallet", views.WalletView.as_view(), name="api-wallet"),
    path("wallet/claim", views.ClaimView.as_view(), name="api-claim"),
    path("wallet/statement", views.StatementView.as_view(), name="api-statement"),
    path("plans", offers.PlansView.as_view(), name="api-plans"),
    path("packs", offers.PacksView.as_view(), name="api-packs"),
    path("checkout", purchases.CheckoutView.as_view(), name="api-checkout"),
    path("orders", purchases.OrdersView.as_view(), name="api-orders"),
    path("orders/<uuid:order_id>", purchases.OrderView.as_view(), name="api-order"),
    path("orders/<uuid:order_id>/refund", money_back.RefundView.as_view(), name="api-order-refund"),
    path(
        "orders/<uuid:order_id>/withdraw",
        money_back.WithdrawView.as_view(),
        name="api-order-withdraw",
    ),
    path("membership", purchases.MembershipApi.as_view(), name="api-membership"),
    path("membership/change", purchases.ChangeView.as_view(), name="api-membership-change"),
    path("membership/cancel", purchases.CancelView.as_view(), name="api-membership-cancel"),
    path("membership/resume", purchases.ResumeView.as_view(), name="api-membership-resume"),
    path("auto-topup", auto_topup.AutoTopUpApi.as_view(), name="api-auto-topup"),
    path("auto-topup/card", auto_topup.CardPageView.as_view(), name="api-auto-topup-card"),
    path("documents", documents.DocumentsView.as_view(), name="api-documents"),
    path(
        "documents/<int:document_id>/pdf",
        documents.DocumentFileView.as_view(),
        name="api-document-file",
    ),
    path("billing-details", documents.BillingDetailsView.as_view(), name="api-billing-details"),
    path(
        "teams/<uuid:team_id>/invoice-data",
        documents.TeamInvoiceDataView.as_view(),
        name="api-team-invoice-data",
    ),
    path("redemptions", redemptions.RedemptionsView.as_view(), name="api-redemptions"),
    path("prices", views.PricesView.as_view(), name="api-prices"),
]
