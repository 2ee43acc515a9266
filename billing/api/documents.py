"""REST face of paper: documents, their PDFs, and who they are for."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import MONEY
from accounts.errors import InvalidRequest
from accounts.models import User
from billing.models import BillingDetails, Document, TeamInvoiceData
from billing.models.buyers import ADDRESS_MAX, NAME_MAX, TAX_ID_MAX
from billing.selectors.documents import (
    billing_details_of,
    document_for,
    documents_of,
    team_invoice_data,
)
from billing.selectors.sheets import LANGUAGES, file_name, pdf_of
from billing.services.buyers import Buyer, save_buyer, save_team_buyer


class DocumentSerializer(serializers.Serializer[Document]):
    """An invoice, a receipt or a credit note. Amounts are positive minor units."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(read_only=True)
    number = serializers.CharField(source="name", read_only=True)
    invoice = serializers.SerializerMethodField()
    order = serializers.UUIDField(source="order_id", read_only=True, allow_null=True)
    currency = serializers.CharField(read_only=True)
    net_minor = serializers.IntegerField(read_only=True)
    tax_minor = serializers.IntegerField(read_only=True)
    gross_minor = serializers.IntegerField(read_only=True)
    tax_rate_bp = serializers.IntegerField(read_only=True)
    language = serializers.CharField(read_only=True)
    paid_at = serializers.DateTimeField(read_only=True)
    created_at = serializers.DateTimeField(source="issued_at", read_only=True)

    def get_invoice(self, document: Document) -> str:
        return document.invoice.name if document.invoice else ""


class BillingDetailsSerializer(serializers.Serializer[BillingDetails]):
    """Who the next documents are for; what is left out is empty."""

    name = serializers.CharField(max_length=NAME_MAX, allow_blank=True, default="")
    company = serializers.CharField(max_length=NAME_MAX, allow_blank=True, default="")
    tax_id = serializers.CharField(max_length=TAX_ID_MAX, allow_blank=True, default="")
    address = serializers.CharField(max_length=ADDRESS_MAX, allow_blank=True, default="")
    country = serializers.CharField(max_length=2, allow_blank=True, default="")


class TeamInvoiceDataSerializer(serializers.Serializer[TeamInvoiceData]):
    """Who the next documents of the team's wallet are for. `company` is its legal name; `email`
    gets them besides the owner. All empty: the owner's own details stand on them."""

    company = serializers.CharField(max_length=NAME_MAX, allow_blank=True, default="")
    name = serializers.CharField(max_length=NAME_MAX, allow_blank=True, default="")
    tax_id = serializers.CharField(max_length=TAX_ID_MAX, allow_blank=True, default="")
    address = serializers.CharField(max_length=ADDRESS_MAX, allow_blank=True, default="")
    country = serializers.CharField(max_length=2, allow_blank=True, default="")
    email = serializers.EmailField(allow_blank=True, default="")


class DocumentsView(GenericAPIView[Document]):
    """Documents of the key's user."""

    scopes = MONEY

    serializer_class = DocumentSerializer

    @extend_schema(operation_id="documents_list", responses=DocumentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Invoices, receipts and credit notes, newest first."""
        documents = documents_of(user=cast(User, request.user))
        paginator = cast(Any, self.paginator)
        paginator.ordering = ("-issued_at", "-id")
        page = self.paginate_queryset(documents)
        return self.get_paginated_response(
            DocumentSerializer(cast(Any, page or []), many=True).data
        )


class DocumentFileView(APIView):
    """One document as a file."""

    scopes = MONEY

    @extend_schema(
        operation_id="documents_file",
        parameters=[
            OpenApiParameter(
                "language", str, enum=LANGUAGES, description="its own language unless given"
            )
        ],
        responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, document_id: int) -> HttpResponse:
        """The PDF; the same document is always the same bytes."""
        language = request.query_params.get("language", "")
        if language and language not in LANGUAGES:
            wanted = " or ".join(LANGUAGES)
            raise InvalidRequest(f"language is {wanted}.", fields={"language": wanted})
        document = document_for(user=cast(User, request.user), document_id=document_id)
        response = HttpResponse(pdf_of(document, language), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{file_name(document)}"'
        return response


class BillingDetailsView(APIView):
    """Who the documents are for."""

    scopes = MONEY

    @extend_schema(operation_id="billing_details_retrieve", responses=BillingDetailsSerializer)
    def get(self, request: Request) -> Response:
        """What stands on the next documents."""
        details = billing_details_of(user=cast(User, request.user))
        return Response(BillingDetailsSerializer(details).data)

    @extend_schema(
        operation_id="billing_details_update",
        request=BillingDetailsSerializer,
        responses=BillingDetailsSerializer,
    )
    def put(self, request: Request) -> Response:
        """Change it for what is bought from now on."""
        body = BillingDetailsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = {part.name: body.validated_data[part.name] for part in fields(Buyer)}
        details = save_buyer(
            user=cast(User, request.user), buyer=Buyer(**given), now=timezone.now()
        )
        return Response(BillingDetailsSerializer(details).data)


class TeamInvoiceDataView(APIView):
    """Who the documents of a team are for."""

    scopes = MONEY

    @extend_schema(operation_id="team_invoice_data_retrieve", responses=TeamInvoiceDataSerializer)
    def get(self, request: Request, team_id: UUID) -> Response:
        """What stands on the next documents; for the team's owner."""
        data = team_invoice_data(user=cast(User, request.user), team_id=team_id)
        return Response(TeamInvoiceDataSerializer(data).data)

    @extend_schema(
        operation_id="team_invoice_data_update",
        request=TeamInvoiceDataSerializer,
        responses=TeamInvoiceDataSerializer,
    )
    def put(self, request: Request, team_id: UUID) -> Response:
        """Change it for what is bought from now on; documents that exist stay."""
        body = TeamInvoiceDataSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = save_team_buyer(
            by=cast(User, request.user),
            team_id=team_id,
            buyer=Buyer(**{part.name: body.validated_data[part.name] for part in fields(Buyer)}),
            email=body.validated_data["email"],
            now=timezone.now(),
        )
        return Response(TeamInvoiceDataSerializer(data).data)
