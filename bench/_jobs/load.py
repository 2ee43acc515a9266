"""`python -m bench._jobs.load PORT PATH SECONDS`: one client that posts as fast as it is answered.

Reads a key a line from standard input and uses each once for `jobs`, in turn for `floor`. Prints
how many posts were accepted and in how many seconds.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Iterator
from itertools import cycle

BODY = json.dumps({"kind": "image", "params": {"prompt": "a lighthouse at dusk"}})


def main() -> None:
    """Posts until the time or the keys are over."""
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    keys = sys.stdin.read().split()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    accepted = 0
    began = time.monotonic()
    for key in turns(keys, path):
        if time.monotonic() - began >= seconds:
            break
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/api/v1/{path}", BODY, headers)
            answer = connection.getresponse()
            body = answer.read()
        except (http.client.HTTPException, OSError):
            connection.close()  # the server hung up between two requests
            continue
        if answer.status != 202:
            raise SystemExit(f"{answer.status}: {body.decode()[:500]}")
        accepted += 1
    print(accepted, time.monotonic() - began)


def turns(keys: list[str], path: str) -> Iterator[str]:
    """A user has one slot: each submits once. Nothing wears out a key on the floor."""
    return cycle(keys) if path == "floor" else iter(keys)


if __name__ == "__main__":
    main()
