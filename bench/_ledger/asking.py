"""One process that asks a web server over a connection it keeps.

`python -m bench._ledger.asking PORT PATH SECONDS WALLETS` prints how many answers it got.
"""

from __future__ import annotations

import http.client
import random
import sys
import time


def ask(port: int, what: str, seconds: float, wallets: int) -> int:
    """Answers one keep-alive connection gets until the time is over. Raises ConnectionError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        connection.request("GET", f"/{what}/{random.randint(1, wallets)}")
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise ConnectionError(f"{what}: {answer.status}")
        count += 1
    return count


if __name__ == "__main__":
    print(ask(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])))
