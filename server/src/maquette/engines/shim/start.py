"""How the shim begins: leave the server behind first, load the rest afterwards."""

import os
import sys


def main() -> None:
    """Called as `python … <directory> <home id> <lock descriptor>`; the caller waits for the first process only."""
    if os.fork():
        os._exit(0)
    os.setsid()
    directory, _home, lock = sys.argv[1:]
    os.set_inheritable(int(lock), False)  # held for as long as the shim lives, and never by the workload
    from .supervisor import supervise

    supervise(directory)
