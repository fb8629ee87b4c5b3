"""A PostgreSQL of the tests' own: in a temporary directory, on a Unix socket, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


def binaries() -> Path | None:
    """The newest installed server's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


class PostgreSQL:
    """Started on entry, stopped on exit. The server refuses root, so root runs it as `postgres`."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.root = Path(tempfile.mkdtemp(prefix="maquette-pg-"))
        self.count = 0

    def __enter__(self) -> "PostgreSQL":
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.root, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self.root / "data"), "-U", "maquette", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.root} -c fsync=off -c shared_buffers=32MB"
        self._run("pg_ctl", "-D", str(self.root / "data"), "-l", str(self.root / "log"), "-w", "-o", options, "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self.root / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.root, ignore_errors=True)

    def fresh(self) -> str:
        """The address of a new empty database."""
        self.count += 1
        name = f"test_{self.count}"
        self._run("createdb", "-h", str(self.root), "-U", "maquette", name)
        return f"postgresql://maquette@/{name}?host={self.root}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.root)
