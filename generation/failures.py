"""What a failed job says to its owner: a sentence for each code, never an exception's words. Pure.

The sentences are English source strings; whoever shows one translates it.
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "CANCELED.USER": "You canceled it.",
    "INPUT.GONE": "The picture or clip it was to work from is gone.",
    "INTERNAL.ENGINE": "The engine failed. It was our fault.",
    "INTERNAL.MODEL": "No model here can do this. It was our fault.",
    "INTERNAL.OOM": "There was not enough GPU memory. It was our fault.",
    "INTERNAL.STORAGE": "The result could not be stored. It was our fault.",
    "INTERNAL.WORKER_LOST": "The worker was lost while it worked on this. It was our fault.",
    "TIMEOUT.QUEUE": "It did not start before its deadline.",
    "TIMEOUT.RUN": "It was not ready by its deadline.",
}
NOT_CHARGED = "You were not charged."


def sentence(code: str) -> str:
    """The sentence for a failure code; an unknown one is the engine's fault."""
    return SENTENCES.get(code, SENTENCES["INTERNAL.ENGINE"])
