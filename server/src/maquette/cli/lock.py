"""One server a home: a lock that the kernel releases, however its holder ends."""

import fcntl
import os
from pathlib import Path
from typing import IO


class HomeLock:
    """Exclusive use of a home by one server; released by the kernel however the holder ends."""

    def __init__(self, home: Path) -> None:
        self.path = home / "server.lock"
        self._file: IO[str] | None = None

    def held(self) -> bool:
        """Whether some server has it now."""
        try:
            with self.path.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def acquire(self) -> None:
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise SystemExit(
                f"maquette: another server uses the home {self.path.parent} (process {holder}). "
                "Stop it, or choose another --home."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
