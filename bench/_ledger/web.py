"""A job over HTTP: a DRF view that holds and captures through the services, and an idle one.

The urls of the bench's settings; granian serves them as it serves the product.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.ledger import services


class JobView(APIView):
    """hold and capture, each in a database transaction of its own, as two use cases would."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, wallet_id: int) -> Response:
        with transaction.atomic(durable=True):
            held = services.hold(
                wallet_id=wallet_id,
                amount_cp=1,
                key=uuid.uuid4().hex,
                reference="job:1",
                now=timezone.now(),
            )
        with transaction.atomic(durable=True):
            settled = services.capture(
                wallet_id=wallet_id, hold_id=held.hold_id, key=uuid.uuid4().hex, now=timezone.now()
            )
        return Response({"available_cp": settled.available_cp})


class NothingView(APIView):
    """What the web server and the framework cost."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, wallet_id: int) -> Response:
        return Response({"available_cp": 0})


urlpatterns = [
    path("job/<int:wallet_id>", JobView.as_view()),
    path("nothing/<int:wallet_id>", NothingView.as_view()),
    # The product's middleware asks where one signs in.
    path("login", NothingView.as_view(), {"wallet_id": 0}, name="account_login"),
]
