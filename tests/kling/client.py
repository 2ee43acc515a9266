"""A program written for Kling, from what its documentation says: it knows nothing of ours.

Like Kling's own client it takes nothing for a success but 200 with `data`, and it is strict: a
field of another type, or one it has never heard of, is a fault.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt

from tests.live_stack import until

STATUSES = {"submitted", "processing", "succeed", "failed"}
_ENVELOPE: Mapping[str, type] = {"code": int, "message": str, "request_id": str}
_CREATED: Mapping[str, type] = {
    "task_id": str,
    "task_status": str,
    "task_info": dict,
    "created_at": int,
    "updated_at": int,
}
_TASK: Mapping[str, type] = {
    **_CREATED,
    "task_status_msg": str,
    "task_result": dict,
    "watermark_info": dict,
}
_TASK_MAY: Mapping[str, type] = {"final_unit_deduction": str}
_INFO_MAY: Mapping[str, type] = {"external_task_id": str, "parent_video": dict}
_VIDEO: Mapping[str, type] = {"id": str, "url": str, "duration": str}
_IMAGE: Mapping[str, type] = {"index": int, "url": str}
_PACK: Mapping[str, type] = {
    "resource_pack_name": str,
    "resource_pack_id": str,
    "resource_pack_type": str,
    "total_quantity": float,
    "remaining_quantity": float,
    "purchase_time": int,
    "effective_time": int,
    "invalid_time": int,
    "status": str,
}


_CALLBACK: Mapping[str, type] = {
    **_CREATED,
    "task_status_msg": str,
    "task_result": dict,
}


class KlingError(Exception):
    """A call was refused."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


def fits(
    value: Any, must: Mapping[str, type], may: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """`value`, whose members have exactly these types."""
    types = {**must, **(may or {})}
    assert isinstance(value, dict), value
    assert must.keys() <= value.keys() <= types.keys(), value
    for name, member in value.items():
        assert type(member) is types[name], (name, member)
    return value


def signed(access_key: str, secret_key: str, **claims: Any) -> str:
    """A token as the documentation makes it; `claims` instead of those it has."""
    at = int(time.time())
    payload = {"iss": access_key, "exp": at + 1800, "nbf": at - 5, **claims}
    return jwt.encode(payload, secret_key, algorithm="HS256", headers={"typ": "JWT"})


def called_back(body: bytes, path: str) -> dict[str, Any]:
    """What a callback says: the bare task, without an envelope."""
    task = fits(json.loads(body), _CALLBACK)
    assert task["task_status"] in STATUSES
    _checked_files(path, task, {"watermark_url": str})
    return task


def _checked_files(path: str, task: dict[str, Any], more: Mapping[str, type]) -> None:
    of_images = path.startswith("images")
    assert task["task_result"].keys() <= {"images" if of_images else "videos"}
    for file in task["task_result"].get("images" if of_images else "videos", []):
        fits(file, _IMAGE if of_images else _VIDEO, more)
    assert bool(task["task_result"]) == (task["task_status"] == "succeed")


class Kling:
    """Speaks to one server with one pair of keys."""

    def __init__(self, http: httpx.Client, access_key: str, secret_key: str) -> None:
        self.http = http
        self._pair = (access_key, secret_key)

    def create(self, path: str, **body: Any) -> dict[str, Any]:
        """What the answer to a new task says of it."""
        data = fits(self.call("POST", f"/v1/{path}", json=body), _CREATED)
        fits(data["task_info"], {}, _INFO_MAY)
        assert data["task_status"] == "submitted"
        return data

    def task(self, path: str, name: str) -> dict[str, Any]:
        """A task, by its id or by the client's own name for it."""
        return self._checked(path, self.call("GET", f"/v1/{path}/{name}"))

    def tasks(self, path: str, **page: int) -> list[dict[str, Any]]:
        """A page of tasks."""
        data = self.call("GET", f"/v1/{path}", params=page)
        assert isinstance(data, list)
        return [self._checked(path, one) for one in data]

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        """A task, once it has succeeded."""
        created = self.create(path, **body)
        seen: list[str] = []

        def look() -> dict[str, Any] | None:
            task = self.task(path, created["task_id"])
            seen.append(task["task_status"])
            return task if task["task_status"] in {"succeed", "failed"} else None

        task: dict[str, Any] = until(look, f"the end of {created['task_id']}")
        assert task["task_status"] == "succeed", task
        assert task["created_at"] == created["created_at"] <= task["updated_at"]
        # It never goes back.
        assert seen == sorted(seen, key=["submitted", "processing", "succeed"].index)
        return task

    def costs(self, start: int, end: int, **more: str) -> list[dict[str, Any]]:
        """The packs of the account."""
        params = {"start_time": start, "end_time": end, **more}
        data = self.call("GET", "/account/costs", params=params)
        fits(data, {"code": int, "msg": str, "resource_pack_subscribe_infos": list})
        for pack in data["resource_pack_subscribe_infos"]:
            fits(pack, _PACK)
            assert pack["resource_pack_type"] in {"decreasing_total", "constant_period"}
            assert pack["status"] in {"toBeOnline", "online", "expired", "runOut"}
        packs: list[dict[str, Any]] = data["resource_pack_subscribe_infos"]
        return packs

    def call(self, method: str, path: str, *, token: str | None = None, **request: Any) -> Any:
        """The `data` of an answer. Raises KlingError."""
        headers = {"Authorization": f"Bearer {token or signed(*self._pair)}"}
        answer = self.http.request(method, path, headers=headers | request.pop("headers", {}),
                                   **request)  # fmt: skip
        assert answer.headers["content-type"].startswith("application/json")
        body = answer.json()
        if answer.status_code != 200 or "data" not in body:
            fits(body, _ENVELOPE)
            assert body["message"]
            raise KlingError(answer.status_code, body["code"], body["message"])
        assert (body["code"], body["message"]) == (0, "SUCCEED")
        fits({name: body[name] for name in _ENVELOPE}, _ENVELOPE)
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body["request_id"])
        return body["data"]

    def _checked(self, path: str, data: Any) -> dict[str, Any]:
        task = fits(data, _TASK, _TASK_MAY)
        assert task["task_status"] in STATUSES
        fits(task["watermark_info"], {"enabled": bool})
        marked: dict[str, type] = (
            {"watermark_url": str} if task["watermark_info"]["enabled"] else {}
        )
        info = fits(task["task_info"], {}, _INFO_MAY)
        if "parent_video" in info:
            fits(info["parent_video"], _VIDEO)
        of_images = path.startswith("images")
        for file in task["task_result"].get("images" if of_images else "videos", []):
            fits(file, _IMAGE if of_images else _VIDEO, marked)
            assert marked.keys() <= file.keys()
        assert bool(task["task_result"]) == (task["task_status"] == "succeed")
        assert ("final_unit_deduction" in task) == (task["task_status"] in {"succeed", "failed"})
        return task
