"""Addresses of the accounts pages. allauth answers the rest below /account/."""

from __future__ import annotations

from django.urls import path

from accounts.portal import own_data, profile, views, waiting_list

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
    path("theme/", views.theme, name="theme"),
]
