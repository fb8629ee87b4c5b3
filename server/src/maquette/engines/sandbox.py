"""The bubblewrap sandbox: what a workload sees of the host, and whether this host can build it at all.

Seen from inside there is a small read-only system, the server's interpreter, a private `/cache`, `/home/ma-user` and
`/tmp`, and the mounts of the launch; no network unless asked for, no other process, and nothing of the server's home.
The workload is `ma-user` (uid 1000, gid 100), as on ModelArts.

As root, bubblewrap builds the mounts with root's rights (an interpreter may lie under root's home) and `setpriv` then
gives up everything. Otherwise a user namespace does the same work without privilege.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from maquette.engines.base import Mount

UID, GID = 1000, 100
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "alternatives",
    "ca-certificates",
    "fonts",
    "host.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "pki",
    "protocols",
    "services",
    "ssl",
    "timezone",
)
# What the loader and the C library obey (glibc drops the same names for setuid programs). They must not reach the
# helper that still has privileges: they are set again behind it.
_LOADER = {
    "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "MEMUSAGE_PROG_NAME",
    "NIS_PATH", "NLSPATH", "PCPROFILE_OUTPUT", "RESOLV_HOST_CONF", "RES_OPTIONS", "SEGFAULT_SIGNALS", "TZDIR",
}  # fmt: skip
_DROP = ("--reuid", str(UID), "--regid", str(GID), "--clear-groups", "--inh-caps=-all", "--bounding-set=-all")


@dataclass(frozen=True, slots=True)
class View:
    """What one attempt sees beyond the system: `mounts` in any order, its environment and resources."""

    mounts: tuple[Mount, ...]
    env: Mapping[str, str]
    cwd: str
    memory_bytes: int
    network: bool


class Bubblewrap:
    """Builds command lines for one home; `why_not` says why this host cannot, or is empty."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.folder = folder
        self.program = shutil.which("bwrap") or ""
        self.root = os.geteuid() == 0
        self.why_not = self._probe()

    def owner(self) -> tuple[int, int] | None:
        """To whom writable directories must belong on the host; None when they are ours already."""
        return (UID, GID) if self.root else None

    def options(self, view: View) -> list[str]:
        """Bubblewrap's options, to be handed over through a descriptor: they carry the environment."""
        options = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent"]
        options += ["--hostname", "maquette"]
        if self.root:
            options += [word for name in ("SETUID", "SETGID", "SETPCAP") for word in ("--cap-add", f"CAP_{name}")]
        else:
            options += ["--unshare-user", "--uid", str(UID), "--gid", str(GID)]
        if not view.network:
            options += ["--unshare-net"]
        options += ["--proc", "/proc", "--dev", "/dev"]
        for place in ("/dev/shm", "/tmp"):  # noqa: S108
            options += ["--perms", "1777", "--size", str(view.memory_bytes), "--tmpfs", place]
        options += self._system(view.network)
        for mount in sorted(view.mounts, key=lambda mount: mount.target.count("/")):
            options += _folders_above(mount.target)
            options += ["--bind" if mount.writable else "--ro-bind", str(mount.source), mount.target]
        options += ["--remount-ro", "/", "--chdir", view.cwd]
        for name, value in view.env.items():
            if not _loads(name):
                options += ["--setenv", name, value]
        return options

    def command(self, command: Iterable[str], env: Mapping[str, str]) -> list[str]:
        """The whole argv without the options: nothing in it is secret."""
        late = [f"{name}={value}" for name, value in env.items() if _loads(name)]
        behind = [*(["/usr/bin/env", *late] if late else []), *command]
        drop = ["setpriv", *_DROP, "--no-new-privs", "--"] if self.root else []
        return [self.program, "--", *drop, *behind]

    def _system(self, network: bool) -> list[str]:
        options = ["--ro-bind", "/usr", "/usr"]
        for place in _SYSTEM:
            if os.path.islink(place):
                options += ["--symlink", os.readlink(place), place]
            elif os.path.isdir(place):
                options += ["--ro-bind", place, place]
        options += ["--dir", "/etc"]
        for name in (*_ETC, *(("resolv.conf",) if network else ())):
            options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        for name in ("passwd", "group", "hosts"):
            options += ["--ro-bind", str(self.folder / name), f"/etc/{name}"]
        shown = [Path("/usr")]
        for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
            if not Path(prefix).is_relative_to("/usr"):
                options += [*_folders_above(prefix), "--ro-bind", prefix, prefix]
                shown.append(Path(prefix))
        if any(self.home.is_relative_to(place) for place in shown):
            options += ["--tmpfs", str(self.home)]  # an environment may hold the home: cover it
        return options

    def _probe(self) -> str:
        """Build one for real: only a sandbox that ran a command as the right user counts."""
        if not self.program:
            return "bubblewrap (bwrap) is not installed"
        if self.root and not shutil.which("setpriv"):
            return "setpriv (util-linux) is not installed"
        self._write_identity()
        view = View((), {"PATH": "/usr/bin:/bin"}, "/", 1 << 20, False)
        argv = self.command(("id", "-u"), view.env)
        argv[1:1] = self.options(view)
        try:
            ran = subprocess.run(
                argv, check=False, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"bubblewrap does not work here: {error}"
        if ran.returncode or ran.stdout.strip() != str(UID):
            said = (ran.stderr.strip().splitlines() or ["it gave no reason"])[-1]
            return f"bubblewrap does not work here: {said}"
        return ""

    def _write_identity(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        passwd = f"root:x:0:0:root:/root:/usr/sbin/nologin\nma-user:x:{UID}:{GID}::/home/ma-user:/bin/bash\n"
        for name, text in (
            ("passwd", passwd),
            ("group", f"root:x:0:\nma-group:x:{GID}:\n"),
            ("hosts", "127.0.0.1 localhost maquette\n::1 localhost\n"),
        ):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)


def _folders_above(target: str) -> list[str]:
    """Make a mount's parents first: made by the mount itself they would inherit a private source's mode."""
    return [word for parent in reversed(Path(target).parents[:-1]) for word in ("--dir", str(parent))]


def _loads(name: str) -> bool:
    return name.startswith(("LD_", "MALLOC_")) or name in _LOADER
