"""What `make` calls: `python3 scripts/dev.py VERB`. Finds Python 3.11, then runs scripts/verbs.py.

Written so that any Python 3 can read it: on a machine whose `python3` is another version it must
still get far enough to look for python3.11, or to say what is missing.
"""

import importlib
import os
import shutil
import subprocess
import sys

WANTED = (3, 11)


def works(python: str) -> bool:
    """Whether the program is really Python 3.11; a version manager may leave empty shims."""
    probe = "import sys; sys.exit(sys.version_info[:2] != %r)" % (WANTED,)  # noqa: UP031
    try:
        return subprocess.call([python, "-c", probe], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def main() -> int:
    """Run the verb on this Python or on another one found. Returns the exit code."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if sys.version_info[:2] == WANTED:
        sys.path.insert(0, root)
        return int(importlib.import_module("scripts.verbs").main(sys.argv[1:]))
    python = shutil.which("python3.11")
    if python and works(python):
        os.execv(python, [python, os.path.abspath(__file__)] + sys.argv[1:])  # noqa: RUF005
    found = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    print("Inkling needs Python 3.11: this is Python " + found + " and python3.11 was not found.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
