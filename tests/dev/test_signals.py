"""Being asked to end, again and again."""

import signal
import subprocess
import sys

PROGRAM = """
from scripts.running import Signals
signals = Signals()
signals.listen()
print("listening", flush=True)
while not signals.wait(0.05):
    pass
"""


def test_a_burst_of_signals_ends_it() -> None:
    """A handler that took a lock hung here: the second signal came while it held it."""
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            for _ in range(200):
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 0
