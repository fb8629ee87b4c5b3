"""An instance as a workload: what `pools` runs for it, and what is noted when an attempt of it ends."""

import json
import re
import shutil

from sqlalchemy.orm import Session

from maquette.inference.history import note
from maquette.inference.sockets import INSIDE, NAME, socket_folder
from maquette.inference.tables import GONE, LOADING, Instance, Service
from maquette.kit.config import Settings
from maquette.pools import Mount, Program, Workload
from maquette.pools.kinds import Inside
from maquette.pools.tables import WAITING
from maquette.pools.watching import read_bytes
from maquette.pools.workloads import attempt_path
from maquette.registry import package_path

MODEL_INSIDE = "/home/ma-user/infer/model"
SPEC_INSIDE = "/home/ma-user/infer/service.json"
HOPELESS_ATTEMPTS = 3
HOPELESS_EXITS = (64, 66)  # of maquette_runtime.serve: a wrong spec or package will be as wrong the next time
_TAIL = 4096
_RESTART = re.compile(r"Attempt \d+ ended \((.*)\) The next one begins in .*", re.DOTALL)  # how pools wraps a reason


class ServiceKind:
    """What `pools` asks about services' workloads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def prepare(self, session: Session, workload: Workload) -> Program:
        folder = socket_folder(self.settings, workload.id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        spec = workload.spec

        def service_spec(inside: Inside) -> str:
            return json.dumps(
                {
                    "model": inside(MODEL_INSIDE),
                    "model_name": spec["model_name"],
                    "socket": inside(f"{INSIDE}/{NAME}"),
                    "environments": spec["envs"],
                }
            )

        python = str(self.settings.job_python)
        return Program(
            command=lambda inside: (python, "-m", "maquette_runtime.serve", inside(SPEC_INSIDE)),
            files={SPEC_INSIDE: service_spec},
            mounts=(
                Mount(package_path(self.settings, spec["model_id"]), MODEL_INSIDE),
                Mount(folder, INSIDE, writable=True),
            ),
        )

    def ended(self, session: Session, workload: Workload) -> None:
        shutil.rmtree(socket_folder(self.settings, workload.id), ignore_errors=True)
        instance = session.get(Instance, workload.id)
        service = session.get(Service, instance.service_id) if instance else None
        if instance is None or service is None:
            return
        again = workload.phase == WAITING
        if workload.reason not in ("stopped", "cancelled"):
            instance.trouble = self._reason(workload, again=again)
            note(session, service.id, "instance-ended", instance=instance.id[-8:], reason=instance.trouble)
        served = instance.revision == service.live_revision
        hopeless = workload.exit_code in HOPELESS_EXITS or workload.attempt > HOPELESS_ATTEMPTS
        instance.state = LOADING if again and (served or not hopeless) else GONE

    def _reason(self, workload: Workload, *, again: bool) -> str:
        """How the attempt ended; where the platform's own program gave up, its last line says why."""
        if workload.exit_code not in HOPELESS_EXITS:
            return _RESTART.sub(r"\1", workload.message) or f"It ended: {workload.reason}."
        number = workload.attempt - 1 if again else workload.attempt
        path = self.settings.jobs_dir / attempt_path(workload.id, number) / "log"
        size = read_bytes(path, 0, 0)[1]
        lines = read_bytes(path, max(size - _TAIL, 0), _TAIL)[0].decode("utf-8", "replace").splitlines()
        told = [line.partition("maquette_runtime.serve")[2] for line in lines if "maquette_runtime.serve" in line]
        return told[-1].lstrip(" :") if told else f"It ended with exit code {workload.exit_code}; its log tells more."
