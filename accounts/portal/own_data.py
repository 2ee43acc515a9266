"""The page of one's data: ask for the archive, download it."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import ExportTooSoon, NotFound
from accounts.portal.visitor import signed_in
from accounts.services.exports import latest_export, link_token, open_export, request_export


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """What there is, and the button; a POST asks for an archive. Asks who it is first."""
    user, now = signed_in(request), timezone.now()
    refusal: ExportTooSoon | None = None
    if request.method == "POST":
        try:
            request_export(user=user, now=now)
        except ExportTooSoon as said:
            refusal = said
        else:
            return redirect("accounts:data")
    export = latest_export(user=user)
    token = link_token(export, now=now) if export and export.state == "ready" else ""
    context = {"export": export, "token": token, "refusal": refusal}
    return render(request, "accounts/data.html", context, status=429 if refusal else 200)


@require_safe
@login_required
@never_cache
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The archive, to its owner, while the link is fresh."""
    try:
        export, file = open_export(user=signed_in(request), token=token, now=timezone.now())
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    name = f"inkling-{export.requested_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
