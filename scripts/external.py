"""Ask the servers that DATABASE_URL and REDIS_URL name whether they answer.

Run with the environment's Python, which has the client libraries: `python -m scripts.external`.
"""

from __future__ import annotations

import os
import sys

import psycopg
import redis

ANSWER_S = 5


def database_fault(url: str) -> str | None:
    """Why PostgreSQL at this address cannot be used, or None."""
    try:
        psycopg.connect(url, connect_timeout=ANSWER_S).close()
    except psycopg.Error as error:
        return first_line(error)
    return None


def redis_fault(url: str) -> str | None:
    """Why Redis or Valkey at this address cannot be used, or None."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=ANSWER_S, socket_timeout=ANSWER_S)
        client.ping()
    except (redis.RedisError, ValueError) as error:
        return first_line(error)
    return None


def first_line(error: Exception) -> str:
    """The first line of an error's text."""
    return str(error).strip().partition("\n")[0]


def main() -> int:
    """Print one line for each server that does not answer. Returns the exit code."""
    faults = 0
    for variable, fault_of in (("DATABASE_URL", database_fault), ("REDIS_URL", redis_fault)):
        url = os.environ.get(variable)
        fault = fault_of(url) if url else None
        if fault is not None:
            print(f"The server that {variable} names does not answer: {fault}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
