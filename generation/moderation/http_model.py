"""A model behind an address: one POST of JSON for each text or picture. Pure: no Django.

Asked: {"kind": "text", "field", "text"} or {"kind": "image", "field", "mime", "data" (base64)}.
Answered: {"action": "allow" | "log" | "review" | "block", "category"?, "name"?, "score"? (0 to 1)}.
"""

from __future__ import annotations

import base64
import json
import re
import time
from typing import cast, get_args

import requests

from generation.moderation.port import Image, ModelFailed, Opinion, Text
from generation.moderation.types import CATEGORIES, Action, Category

ANSWER_BYTES_MAX = 65_536
_NAME = re.compile(r"[\w .:/-]{1,40}")


class HttpModerator:
    """Speaks to `url`; an answer that takes longer than `timeout_ms` altogether is none."""

    def __init__(self, url: str, *, token: str = "", timeout_ms: int = 3000) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout_s = timeout_ms / 1000

    def moderate(self, item: Text | Image) -> Opinion:
        """One question, one answer. Raises ModelFailed; follows no redirect."""
        body: dict[str, str] = {"kind": item.kind, "field": item.field}
        if isinstance(item, Text):
            body["text"] = item.text
        else:
            body |= {"mime": "image/png", "data": base64.b64encode(item.png).decode()}
        until = time.monotonic() + self._timeout_s
        try:
            with requests.post(
                self._url,
                json=body,
                headers=self._headers,
                timeout=self._timeout_s,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != 200:
                    raise ModelFailed(f"answered {response.status_code}")
                return _opinion(self._read(response, until))
        except requests.RequestException as error:
            raise ModelFailed(str(error)) from error

    def _read(self, response: requests.Response, until: float) -> bytes:
        data = b""
        for chunk in response.iter_content(4096):
            data += chunk
            if len(data) > ANSWER_BYTES_MAX:
                raise ModelFailed("answered too much")
            if time.monotonic() > until:
                raise ModelFailed("answered too slowly")
        return data


def _opinion(data: bytes) -> Opinion:
    try:
        answer = json.loads(data)
    except ValueError as error:
        raise ModelFailed("did not answer JSON") from error
    action = answer.get("action") if isinstance(answer, dict) else None
    if action not in get_args(Action):
        raise ModelFailed(f"answered no action that we know: {action!r:.60}")
    category, name, score = (answer.get(key) for key in ("category", "name", "score"))
    number = isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1
    return Opinion(
        action=cast(Action, action),
        category=cast(Category, category if category in CATEGORIES else "other"),
        name=name if isinstance(name, str) and _NAME.fullmatch(name) else "",
        score_pm=round(score * 1000) if number else None,
    )
