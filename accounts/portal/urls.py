"""Addresses of the accounts pages. allauth answers the rest below /account/."""

from __future__ import annotations

from django.urls import path

from accounts.portal import own_data, profile, views, waiting_list, webhooks

app_name = "accounts"
urlpatterns = [
    path("account/", views.settings_page, name="settings"),
    path("waitlist/", waiting_list.apply, name="apply"),
    path("waitlist/applied/", waiting_list.applied, name="applied"),
    path("waitlist/<uuid:token>/", waiting_list.place, name="place"),
    path("waitlist/<uuid:token>/confirm/", waiting_list.confirm, name="place_confirm"),
    path("waitlist/<uuid:token>/leave/", waiting_list.leave, name="place_leave"),
    path("invitation/", waiting_list.use_code, name="use_code"),
    path("invitation/<str:token>/", waiting_list.invited, name="invited"),
    path("account/data/", own_data.data, name="data"),
    path("account/data/<str:token>/", own_data.download, name="data_download"),
    path("account/profile/", profile.profile, name="profile"),
    # Django's address, found first.
    path("i18n/setlang/", profile.set_language),
    path("account/session/<int:session_id>/end/", views.end_session, name="session_end"),
    path("webhooks/", webhooks.endpoints, name="webhooks"),
    path("webhooks/<uuid:endpoint_id>/", webhooks.endpoint, name="webhook"),
    path("webhooks/<uuid:endpoint_id>/switch/", webhooks.switch, name="webhook_switch"),
    path("webhooks/<uuid:endpoint_id>/rotate/", webhooks.rotate, name="webhook_rotate"),
    path("webhooks/<uuid:endpoint_id>/test/", webhooks.test, name="webhook_test"),
    path("webhooks/<uuid:endpoint_id>/delete/", webhooks.delete, name="webhook_delete"),
    path(
        "webhooks/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/",
        webhooks.delivery,
        name="webhook_delivery",
    ),
    path(
        "webhooks/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/again/",
        webhooks.redeliver,
        name="webhook_redeliver",
    ),
    path("theme/", views.theme, name="theme"),
]
