"""What a domain tells the reconciler about its kind of workload, and how that becomes an engine's launch.

Every workload gets the same surroundings: the API's socket and a token for its attempt, the interpreter for jobs and
our runtime. The domain adds its command, its files and its mounts.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sqlalchemy.orm import Session

from maquette.engines import Engine, Launch, Mount
from maquette.kit.config import Settings
from maquette.pools.interpreter import foreign_prefixes, interpreter_of, runtime_paths
from maquette.pools.tables import Workload
from maquette.pools.watching import attempt_directory

CREDENTIALS = "/run/secrets/modelarts/user/config"
SOCKETS = "/run/maquette"

Inside = Callable[[str], str]
"""From a path as promised inside the sandbox to what this workload must call it."""


@dataclass(frozen=True, slots=True)
class Program:
    """What one attempt runs. Paths in commands, variables and files are written by the given Inside.

    `files` are small texts by their paths inside. `mounts` may lie under /home/ma-user, or at the source's own path.
    """

    command: Callable[[Inside], tuple[str, ...]]
    env: Callable[[Inside], dict[str, str]] = lambda _inside: {}
    files: Mapping[str, Callable[[Inside], str]] = field(default_factory=dict[str, Callable[[Inside], str]])
    mounts: tuple[Mount, ...] = ()
    cwd: str = "/home/ma-user"
    timeout_s: int | None = None


class WorkloadKind(Protocol):
    """A domain's part in its workloads' lives. Both are called in the transaction that changes the row, and must not
    wait for anything: long work is a task that they enqueue."""

    def prepare(self, session: Session, workload: Workload) -> Program:
        """Say what to run. May raise a MaquetteError: the attempt then ends with that reason."""
        ...

    def ended(self, session: Session, workload: Workload) -> None:
        """An attempt has ended: the row says how, and waits again if another attempt follows."""
        ...


def compose(settings: Settings, engine: Engine, workload: Workload, program: Program, token: str) -> Launch:
    """The whole launch of a workload's present attempt."""
    interpreter = interpreter_of(settings.job_python)
    runtime = runtime_paths()
    around = [Mount(path, str(path)) for path in (*runtime, *foreign_prefixes(interpreter))]
    mounts = (Mount(settings.workload_socket.parent, SOCKETS), *around, *program.mounts)
    names = (CREDENTIALS, *program.files)
    bare = Launch(
        key=f"{workload.id}-{workload.attempt}",
        directory=attempt_directory(settings, workload),
        command=("true",),
        env={},
        mounts=mounts,
        files=dict.fromkeys(names, ""),
    )
    inside = partial(engine.inside, bare)
    endpoint = f"unix:{inside(f'{SOCKETS}/{settings.workload_socket.name}')}"
    credentials = {"token": token, "project_id": workload.project_id, "endpoint": endpoint}
    env = {
        "MAQUETTE_ENDPOINT": endpoint,
        "MAQUETTE_PROJECT_ID": workload.project_id,
        "MAQUETTE_CREDENTIALS": inside(CREDENTIALS),
        "PYTHONPATH": ":".join(map(str, runtime)),
        "PATH": ":".join((f"{settings.job_python.parent}", "/usr/local/bin", "/usr/bin", "/bin")),
        "CUDA_VISIBLE_DEVICES": ",".join(map(str, workload.devices)),
    }
    return Launch(
        key=bare.key,
        directory=bare.directory,
        command=program.command(inside),
        env=env | program.env(inside),
        cwd=program.cwd,
        mounts=mounts,
        cpu=workload.cpu,
        memory_bytes=workload.memory,
        timeout_s=program.timeout_s,
        network=settings.job_network,
        files={CREDENTIALS: json.dumps(credentials)} | {name: text(inside) for name, text in program.files.items()},
    )
