"""The models that are here, and views for what is not."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import NotFound
from generation.model_registry import FIRST_FRAME, IMAGE, PREFIX, VIDEO, Model
from generation.openai.faces import OpenAIView
from generation.openai.submitting import names_of
from generation.openai.translation import refused

_WORK: tuple[set[str], ...] = ({IMAGE}, {VIDEO}, {VIDEO, FIRST_FRAME}, {VIDEO, PREFIX})


class ModelsView(OpenAIView):
    """`models.list`."""

    def get(self, request: Request) -> Response:
        """Every name that `model` may have."""
        return Response({"object": "list", "data": [_data(name) for name in _names()]})


class ModelView(OpenAIView):
    """`models.retrieve`."""

    def get(self, request: Request, name: str) -> Response:
        """One of them."""
        if name not in _names():
            raise NotFound(_("No such model."), fields={"model": "is not here"})
        return Response(_data(name))


class AbsentView(OpenAIView):
    """A call that is made there and not here, or none at all."""

    field, why = "", ""  # what of it is at fault, where it is known

    def _answer(self, request: Request, **kwargs: str) -> Response:
        if self.field:
            raise refused(self.field, self.why)
        raise NotFound(_("There is nothing at this address."))

    get = post = put = patch = delete = _answer


def _names() -> list[str]:
    """Of the models that do some work, each once."""
    registry = settings.MODEL_REGISTRY
    chosen: list[Model | None] = [registry.default_for(needs) for needs in _WORK]
    return list(dict.fromkeys(name for model in chosen if model for name in names_of(model)))


def _data(name: str) -> dict[str, object]:
    # Nobody here knows when a model was made.
    return {"id": name, "object": "model", "created": 0, "owned_by": "operator"}
