"""The product's addresses, and a view behind the same key that does nothing."""

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class FloorView(APIView):
    """What authentication, routing and an answer cost by themselves."""

    def post(self, request: Request) -> Response:
        """Nothing."""
        return Response({}, status=202)


urlpatterns = [
    path("api/v1/floor", FloorView.as_view()),
    path("", include("config.urls")),
]
