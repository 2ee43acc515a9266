"""Paper in the portal: the list, each file, and who the next ones are for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import InvalidRequest, NotFound
from accounts.portal.visitor import signed_in
from billing.models import Document
from billing.portal.money import money
from billing.selectors.documents import (
    billing_details_of,
    document_for,
    documents_of,
    team_invoice_data,
)
from billing.selectors.sheets import LANGUAGES, file_name, pdf_of
from billing.services.buyers import Buyer, save_buyer, save_team_buyer

_A_PAGE = 20
_KINDS: dict[str, Promise] = {
    "invoice": gettext_lazy("Invoice"),
    "receipt": gettext_lazy("Receipt"),
    "credit_note": gettext_lazy("Credit note"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in the list."""

    document: Document
    kind: str
    amount: str


def papers(documents: list[Document]) -> list[Paper]:
    """Documents in words."""
    return [
        Paper(
            document=one,
            kind=str(_KINDS[one.kind]),
            amount=money(
                -one.gross_minor if one.kind == "credit_note" else one.gross_minor, one.currency
            ),
        )
        for one in documents
    ]


@require_safe
@login_required
@never_cache
def documents(request: HttpRequest) -> HttpResponse:
    """Every invoice, receipt and credit note, newest first."""
    found = Paginator(documents_of(user=signed_in(request)), _A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {"page": page, "papers": papers(list(page.object_list))}
    return render(request, "billing/billing/documents.html", context)


@require_safe
@login_required
@never_cache
def document_file(request: HttpRequest, document_id: int) -> HttpResponse:
    """The PDF, in the language of the page unless another is asked for."""
    wanted = request.GET.get("language") or get_language() or ""
    try:
        found = document_for(user=signed_in(request), document_id=document_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    language = wanted if wanted in LANGUAGES else ""
    response = HttpResponse(pdf_of(found, language), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file_name(found)}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def details(request: HttpRequest) -> HttpResponse:
    """Who the next documents are for."""
    user = signed_in(request)
    kept = billing_details_of(user=user)
    buyer = Buyer(**{part.name: getattr(kept, part.name) for part in fields(Buyer)})
    refusal: InvalidRequest | None = None
    if request.method == "POST":
        buyer = Buyer(**{part.name: request.POST.get(part.name, "") for part in fields(Buyer)})
        try:
            save_buyer(user=user, buyer=buyer, now=timezone.now())
        except InvalidRequest as said:
            refusal = said
        else:
            messages.success(request, _("Your next documents are made out like this."))
            return redirect("billing:documents")
    return render(
        request,
        "billing/billing/details.html",
        {"buyer": buyer, "refusal": refusal, "faults": refusal.fields if refusal else {}},
        status=422 if refusal else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def team_details(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Who the next documents of one's team are for."""
    user = signed_in(request)
    try:
        kept = team_invoice_data(user=user, team_id=team_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    source = request.POST if request.method == "POST" else model_to_dict(kept)
    buyer = Buyer(**{part.name: source.get(part.name, "") for part in fields(Buyer)})
    email = source.get("email", "")
    fault: InvalidRequest | None = None
    if request.method == "POST":
        try:
            save_team_buyer(by=user, team_id=team_id, buyer=buyer, email=email, now=timezone.now())
        except InvalidRequest as said:
            fault = said
        else:
            messages.success(request, _("Your next documents are made out like this."))
            return redirect("billing:team_details", team_id=team_id)
    context = {
        "team": kept.team,
        "buyer": buyer,
        "email": email,
        "refusal": fault,
        "faults": fault.fields if fault else {},
    }
    return render(
        request, "billing/billing/team_details.html", context, status=422 if fault else 200
    )
