"""Cursor pagination, newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import exceptions, pagination
from rest_framework.request import Request

from accounts.errors import InvalidRequest


class CursorPagination(pagination.CursorPagination):
    """`?cursor=…&limit=…`; a page stays the same while newer rows arrive."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-created_at", "-id")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        """The page asked for. Raises InvalidRequest for a cursor that was not made here."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (exceptions.NotFound, ValueError, OverflowError):
            raise InvalidRequest(
                "This cursor does not lead anywhere.", fields={"cursor": "not a cursor of ours"}
            ) from None

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        """The cursor of the request; its position is a time the database can compare with.

        Raises NotFound, ValueError and OverflowError for one that was not made here.
        """
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            datetime.fromisoformat(str(cursor.position)).astimezone(UTC)
        return cursor

    def get_page_size(self, request: Request) -> int | None:
        """Rows a page. Raises InvalidRequest outside 1 to 200."""
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= self.max_page_size):
            bounds = f"must be a whole number from 1 to {self.max_page_size}"
            raise InvalidRequest(f"limit {bounds}.", fields={"limit": bounds})
        return int(text)
