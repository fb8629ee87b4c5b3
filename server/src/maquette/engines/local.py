"""The local engine: attempts as processes of this machine, in a bubblewrap sandbox where the host allows it.

Launching writes down what to run and starts a shim (see `shim`), which lives on whatever becomes of the server.
Everything else here only reads what the shim wrote, and checks it against /proc. The engine keeps two things of its
own under `<home>/engine`: the compiled shim, and the list of attempts that may still have processes.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import py_compile
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from maquette.engines import cgroups, processes
from maquette.engines.base import Engine, Isolation, Launch, Mount, Observation, Phase
from maquette.engines.sandbox import Bubblewrap, View
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict, Invalid, Unavailable

HOME, CACHE = "/home/ma-user", "/cache"
_WRITE_LOCK = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


class LocalEngine(Engine):
    """`sandbox` is `auto` (use one where possible), `bubblewrap` (nothing runs without) or `process` (none).

    `process_limit` bounds how many processes an attempt may have at once, `log_limit` how many bytes its log may take.
    """

    def __init__(
        self, home: Path, *, sandbox: str = "auto", process_limit: int = 1024, log_limit: int = 256 << 20
    ) -> None:
        if sandbox not in ("auto", "bubblewrap", "process"):
            raise Invalid(f"There is no sandbox '{sandbox}': choose auto, bubblewrap or process.")
        self._home = home.resolve()
        self._home_id = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:12]
        self._folder = self._home / "engine"
        self._attempts = self._folder / "attempts"
        self._attempts.mkdir(parents=True, exist_ok=True)
        self._process_limit, self._log_limit = process_limit, log_limit
        self._shim = _compiled_shim(self._folder)
        self._groups = cgroups.probe(f"maquette-{self._home_id}")
        self._bubblewrap = None if sandbox == "process" else Bubblewrap(self._home, self._folder / "sandbox")
        why_not = self._bubblewrap.why_not if self._bubblewrap else "the settings ask for plain processes"
        self._refusal = why_not if sandbox == "bubblewrap" else ""
        if why_not:
            self._bubblewrap = None
        self._isolation = self._describe(sandbox, why_not)

    def _describe(self, sandbox: str, why_not: str) -> Isolation:
        sandboxed = self._bubblewrap is not None
        details = dict.fromkeys(("filesystem", "network", "user", "other_processes"), sandboxed)
        details |= {f"kernel_{name}_limit": name in self._groups.controllers for name in ("memory", "pids", "cpu")}
        details["kernel_kill"] = self._groups.parent is not None
        kind = "bubblewrap" if sandboxed or sandbox == "bubblewrap" else "process"
        return Isolation(kind=kind, strong=sandboxed, why=why_not, details=details)

    def isolation(self) -> Isolation:
        return self._isolation

    # -- launching ------------------------------------------------------------------------------------------------

    def launch(self, launch: Launch) -> None:
        _check(launch)
        directory = launch.directory.resolve()
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Held by us, then by the shim. A launch cut off before the state was written ran nothing and may be repeated.
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _same(directory, launch.key)
            if not _take(lock) or (directory / "state.json").exists():
                return
            if self._refusal:
                message = f"This server runs workloads in a sandbox only, and {self._refusal}."
                facts = {"phase": "exited", "reason": "not_started", "message": message, "finished_ms": now_ms()}
                _publish(directory / "state.json", json.dumps(facts))
                return
            self._lay_out(launch, directory)
            _publish(self._attempts / _identity(directory), str(directory))
            _publish(directory / "launch.json", json.dumps(self._plan(launch, directory)))
            self._start(directory, lock)
        finally:
            os.close(lock)

    def _lay_out(self, launch: Launch, directory: Path) -> None:
        """Make the attempt's directories and the places its mounts need, owned by whom the workload will be."""
        log = os.open(directory / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        os.close(log)
        (directory / "files").mkdir(exist_ok=True, mode=0o700)
        for index, text in enumerate(launch.files.values()):
            _publish(directory / "files" / str(index), text)
        mine = [directory / "cache", directory / "home"]
        for place in mine:
            place.mkdir(exist_ok=True, mode=0o700)
        mounts = self._mounts(launch, directory)
        for mount in mounts:
            mine += self._place(mount, directory)
        owner = self._bubblewrap.owner() if self._bubblewrap else None
        if owner is not None:
            mine += [*(mount.source for mount in mounts if mount.writable)]
            mine += [directory / "files" / str(index) for index in range(len(launch.files))]
            for path in mine:
                os.chown(path, *owner, follow_symlinks=False)

    def _place(self, mount: Mount, directory: Path) -> list[Path]:
        """Prepare the point in a private directory at which a mount will appear; without mounts, a link does."""
        for root, backing in ((HOME, directory / "home"), (CACHE, directory / "cache")):
            if not mount.target.startswith(root + "/"):
                continue
            *parents, name = mount.target[len(root) + 1 :].split("/")
            made: list[Path] = []
            for parent in parents:
                backing /= parent
                if not backing.exists():
                    backing.mkdir()
                    made.append(backing)
            point = backing / name
            if not self._bubblewrap and not os.path.lexists(point):
                point.symlink_to(mount.source)
            elif self._bubblewrap and not point.exists():
                point.mkdir() if mount.source.is_dir() else point.touch()
                made.append(point)
            return made
        return []

    def _mounts(self, launch: Launch, directory: Path) -> list[Mount]:
        files = [Mount(directory / "files" / str(index), target) for index, target in enumerate(launch.files)]
        return [*launch.mounts, *files]

    def _plan(self, launch: Launch, directory: Path) -> dict[str, Any]:
        """Everything the shim must know, as JSON."""
        name = _identity(directory)
        env = self._environment(launch) | {processes.MARKER: self._marker(directory)}
        bounds = cgroups.Bounds(launch.memory_bytes, self._process_limit, launch.cpu)
        group = self._groups.make(self._group(directory), bounds)
        controllers: frozenset[str] = self._groups.controllers if group else frozenset()
        plan: dict[str, Any] = {
            "key": launch.key,
            "name": name,
            "boot": processes.boot_id(),
            "argv": list(launch.command),
            "sandbox": None,
            "env": env,
            "cwd": self.inside(launch, launch.cwd),
            "timeout_s": launch.timeout_s,
            "grace_s": launch.grace_s,
            "memory_bytes": launch.memory_bytes,
            "processes": self._process_limit,
            "log_bytes": self._log_limit,
            "cgroup": str(group) if group else None,
            "kernel_memory": "memory" in controllers,
            "kernel_processes": "pids" in controllers,
            "rlimit_processes": None,
            "owner": None,
        }
        if self._bubblewrap is not None:
            private = (Mount(directory / "cache", CACHE, True), Mount(directory / "home", HOME, True))
            mounts = (*private, *self._mounts(launch, directory))
            view = View(mounts, env, launch.cwd, launch.memory_bytes, launch.network)
            plan["argv"] = self._bubblewrap.command(launch.command, env)
            plan["sandbox"] = self._bubblewrap.options(view)
            plan["env"] = {"PATH": os.defpath, processes.MARKER: self._marker(directory)}
            plan["cwd"] = "/"
            plan["owner"] = self._bubblewrap.owner()
            # A last resort only: it counts all processes of the user, other attempts' too.
            plan["rlimit_processes"] = 8 * self._process_limit
        return plan

    def _environment(self, launch: Launch) -> dict[str, str]:
        threads = str(max(1, int(launch.cpu)))
        defaults = {
            "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": self.inside(launch, HOME),
            "USER": "ma-user",
            "LOGNAME": "ma-user",
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
        }
        return defaults | dict(launch.env)

    def _start(self, directory: Path, lock: int) -> None:
        argv = [sys.executable, "-E", "-s", "-S", "-c", processes.SHIM, str(directory), self._home_id, str(lock)]
        errors = os.open(directory / "shim.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            first = subprocess.Popen(
                argv,
                cwd=self._shim,
                env={"PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=(lock,),
                start_new_session=True,
            )
            if first.wait(timeout=10):
                raise Unavailable("The supervisor of a workload could not be started: see shim.err in its directory.")
        finally:
            os.close(errors)

    def inside(self, launch: Launch, path: str) -> str:
        if self._bubblewrap is not None:
            return path
        directory = launch.directory.resolve()
        places = {mount.target.rstrip("/"): mount.source for mount in self._mounts(launch, directory)}
        places |= {HOME: directory / "home", CACHE: directory / "cache"}
        for target in sorted(places, key=len, reverse=True):
            if path == target or path.startswith(target + "/"):
                return str(places[target]) + path[len(target) :]
        return path

    # -- observing ------------------------------------------------------------------------------------------------

    def observe(self, directory: Path) -> Observation:
        facts = _read_state(directory)
        if facts is None:
            started = (directory / "launch.json").exists() and _held(directory)
            facts = _read_state(directory)  # it may have come into being while we looked
            if facts is None:
                return Observation(Phase.STARTING if started else Phase.ABSENT)
        if facts.get("phase") != "exited" and not _supervised(facts):
            facts = _read_state(directory) or {}  # the end may have been written between the two looks
            if facts.get("phase") != "exited":
                return Observation(
                    Phase.LOST,
                    message="Its supervisor is gone without having told the end: killed, or the machine restarted.",
                    started_ms=facts.get("started_ms"),
                )
        return Observation(
            phase=Phase(facts["phase"]),
            exit_code=facts.get("exit_code"),
            signal=facts.get("signal"),
            reason=facts.get("reason"),
            message=facts.get("message", ""),
            started_ms=facts.get("started_ms"),
            finished_ms=facts.get("finished_ms"),
        )

    def living(self) -> Iterable[Path]:
        found = set(processes.shims(self._home_id))
        for _pid, marker in processes.marked(f"{self._home_id}-"):
            with contextlib.suppress(OSError):
                found.add(Path((self._attempts / marker.partition("-")[2]).read_text()))
        return sorted(found)

    # -- ending ---------------------------------------------------------------------------------------------------

    def stop(self, directory: Path, grace_s: float = 10.0) -> None:
        facts = _read_state(directory)
        if not directory.is_dir() or (facts and facts.get("phase") == "exited"):
            return
        with contextlib.suppress(OSError, ValueError):
            grace_s = min(grace_s, float((directory / "stop").read_text()))
        _publish(directory / "stop", str(grace_s))
        if facts and facts.get("boot") == processes.boot_id():
            processes.send(facts["shim"]["pid"], facts["shim"]["start"], signal.SIGTERM)

    def verify_gone(self, directory: Path) -> bool:
        """As promised by the seam; takes up to four seconds when something resists."""
        directory = directory.resolve()
        if _held(directory):
            self.stop(directory, 0)
            if not _until(lambda: not _held(directory), 2):
                self._kill_shim(directory)
        gone = _until(lambda: not self._leftovers(directory), 2)
        if gone:
            (self._attempts / _identity(directory)).unlink(missing_ok=True)
        return gone

    def _kill_shim(self, directory: Path) -> None:
        facts = _read_state(directory)
        if facts and facts.get("boot") == processes.boot_id():
            processes.send(facts["shim"]["pid"], facts["shim"]["start"], signal.SIGKILL)

    def _leftovers(self, directory: Path) -> bool:
        """Kill what still carries this attempt's mark or sits in its group; True if there was anything."""
        group = self._group(directory)
        self._groups.kill(group)
        pids = {*self._groups.members(group), *(pid for pid, _ in processes.marked(self._marker(directory)))}
        for pid in pids:
            start = processes.start_time(pid)
            if start is not None:
                processes.send(pid, start, signal.SIGKILL)
        return bool(pids) or _held(directory) or not self._groups.remove(group)

    def _marker(self, directory: Path) -> str:
        return f"{self._home_id}-{_identity(directory)}"

    def _group(self, directory: Path) -> str:
        return f"maquette-{self._marker(directory)}"


def _check(launch: Launch) -> None:
    if not launch.command:
        raise Invalid("A workload needs a command.")
    for text in (*launch.command, *launch.env, *launch.env.values(), launch.cwd):
        if "\0" in text:
            raise Invalid("A command, its directory and its environment cannot contain a NUL character.")
    for path in (launch.cwd, *launch.files, *(mount.target for mount in launch.mounts)):
        if not path.startswith("/") or path != os.path.normpath(path):
            raise Invalid(f"'{path}' is no absolute path without detours, as a workload's places must be.")
    for name in launch.env:
        if not name or "=" in name:
            raise Invalid(f"'{name}' cannot be the name of an environment variable.")


def _identity(directory: Path) -> str:
    return hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]


def _compiled_shim(folder: Path) -> Path:
    """The shim as bytecode under its content's name: parsed once, and safe from an upgrade while it runs."""
    sources = sorted(Path(__file__).with_name("shim").glob("*.py"))
    tag = hashlib.sha256(b"".join(source.read_bytes() for source in sources) + sys.version.encode()).hexdigest()[:12]
    for source in sources:
        target = folder / f"shim-{tag}" / "shim" / f"{source.stem}.pyc"
        if not target.exists():
            py_compile.compile(str(source), cfile=str(target), doraise=True)
    return folder / f"shim-{tag}"


def _publish(path: Path, text: str) -> None:
    """Replace a file whole, readable by us alone. Not synced: what must survive a power cut the shim writes."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(fd, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    beside.rename(path)


def _take(lock: int) -> bool:
    try:
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, _WRITE_LOCK)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _held(directory: Path) -> bool:
    """Whether a shim (or a launch under way) holds the attempt; asking takes nothing."""
    try:
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        kind = struct.unpack("hhqqi4x", fcntl.fcntl(lock, fcntl.F_OFD_GETLK, _WRITE_LOCK))[0]
    finally:
        os.close(lock)
    return kind != fcntl.F_UNLCK


def _same(directory: Path, key: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        earlier = json.loads((directory / "launch.json").read_text())["key"]
        if earlier != key:
            raise Conflict(f"The directory belongs to the attempt '{earlier}', not to '{key}'.")


def _read_state(directory: Path) -> dict[str, Any] | None:
    try:
        text = (directory / "state.json").read_bytes()
    except OSError:
        return None
    try:
        return cast("dict[str, Any]", json.loads(text))
    except ValueError:
        return {}  # a power cut can leave an empty file: something ran, and nobody supervises it


def _supervised(facts: Mapping[str, Any]) -> bool:
    shim = facts.get("shim")
    return bool(
        shim and facts.get("boot") == processes.boot_id() and processes.start_time(shim["pid"]) == shim["start"]
    )


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
