"""Addresses of the wallet's pages, of the plans and of everything paid."""

from __future__ import annotations

from django.urls import path

from billing.portal import (
    auto_topup,
    checks,
    closing,
    documents,
    membership,
    money_back,
    plans,
    purchases,
    redeem,
    referrals,
    views,
)

app_name = "billing"
urlpatterns = [
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/claim/", views.claim, name="claim"),
    path("wallet/claim/check/", checks.check, name="claim_check"),
    path("statement/", views.statement, name="statement"),
    path("redeem/", redeem.redeem, name="redeem"),
    path("friends/", referrals.friends, name="friends"),
    path("friend/<str:code>/", referrals.come, name="friend"),
    path("prices/", views.prices, name="prices"),
    path("plans/", plans.plans, name="plans"),
    path("plans/change/", plans.change, name="change"),
    path("topup/", purchases.topup, name="topup"),
    path("topup/worth/", purchases.worth, name="worth"),
    path("auto-topup/", auto_topup.auto_topup, name="auto_topup"),
    path("auto-topup/card/", auto_topup.card, name="auto_topup_card"),
    path("auto-topup/return/", auto_topup.returned, name="auto_topup_return"),
    path("orders/<uuid:order_id>/", purchases.order, name="order"),
    path("orders/<uuid:order_id>/refund/", money_back.refund, name="refund"),
    path("orders/<uuid:order_id>/withdraw/", money_back.withdraw, name="withdraw"),
    path("orders/<uuid:order_id>/state/", purchases.order_state, name="order_state"),
    path("pay/return/<uuid:order_id>", purchases.returned, name="returned"),
    path("billing/", membership.billing, name="billing"),
    path("billing/cancel/", membership.cancel, name="cancel"),
    path("billing/resume/", membership.resume, name="resume"),
    path("billing/documents/", documents.documents, name="documents"),
    path("billing/documents/<int:document_id>.pdf", documents.document_file, name="document_file"),
    path("billing/details/", documents.details, name="details"),
    path("team/<uuid:team_id>/invoices/", documents.team_details, name="team_details"),
    path("billing/card/", membership.card, name="card"),
    path("account/close/", closing.close, name="close"),
]
