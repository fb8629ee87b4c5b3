"""One object of each kind in a workspace, the paths that lead to them, and a body that every operation accepts."""

import io
import re
import zipfile
from typing import Any

from sqlalchemy import select
from tests.conftest import Api

from maquette.datasets.tables import Sample, Version
from maquette.db import Database
from maquette.inference.tables import Instance, Service
from maquette.kit.ids import new_id, new_uuid
from maquette.pools import Workload
from maquette.registry.tables import PUBLISHED, Model
from maquette.tasks.tables import Task
from maquette.training.tables import TrainingJob, TrainingVersion

NAME = "closed"
FLAVOR = "modelarts.vm.cpu.1u"
PLAN = {
    "engine_id": 1,
    "engine_name": "Python",
    "engine_version": "3",
    "flavor": FLAVOR,
    "code_dir": f"obs://{NAME}/code/",
    "boot_file": f"obs://{NAME}/code/main.py",
    "train_url": "",
    "log_url": "",
    "parameters": [],
    "inputs": [],
}


class World:
    """Made by whom `api` signs in, in a workspace of theirs. What would have to run is only a row, and ended."""

    def __init__(self, api: Api, database: Database, workspace_id: str, user_id: str) -> None:
        self.api = api
        self.names = 0
        self.workspace_id = workspace_id
        self.owned = {"project_id": api.project_id, "workspace_id": workspace_id, "owner_id": user_id}
        self._files()
        self.dataset_id = self._dataset()
        with database.write() as session:
            self.task_id = session.scalars(select(Task.id).where(Task.resource_id == self.dataset_id)).one()
            self.sample_id, self.dataset_version_id = new_id(), new_id()
            self.model_id, self.service_id = new_uuid(), new_uuid()
            job, self.instance_id = self._workload("job"), self._workload("service")
            session.add_all([job, self.instance_id])
            session.add_all(self._rows())
            session.flush()
            self.instance_id = self.instance_id.id
            session.add(
                Instance(
                    id=self.instance_id,
                    service_id=self.service_id,
                    revision=1,
                    position=0,
                    deadline=0,
                    model_id=self.model_id,
                    weight=100,
                    state="gone",
                )
            )
            training = TrainingJob(name=NAME, version_count=1, next_number=2, **self.owned)
            session.add(training)
            session.flush()
            run = TrainingVersion(
                job_id=training.id,
                number=1,
                workload_id=job.id,
                resource_id=f"job{NAME}",
                config={"spec_id": 1},
                plan=PLAN,
            )
            session.add(run)
            session.flush()
            training.latest_version_id = run.id
            self.job_id, self.job_version_id = training.id, run.id

    def _files(self) -> None:
        made = self.api.post("/v1", "buckets", {"name": NAME, "workspace_id": self.workspace_id})
        assert made.is_success, made.text
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("in.txt", "x")
        for key, content in {"in/a.jpg": b"x", "z.zip": archive.getvalue(), "code/main.py": b"print()"}.items():
            assert self.api.put("/v1", f"buckets/{NAME}/objects/{key}", content).is_success
        begun = self.api.post("/v1", f"buckets/{NAME}/uploads", {"key": "up.bin", "size": 3})
        self.upload_id = begun.json()["upload_id"]

    def _dataset(self) -> str:
        answer = self.api.post("/v2", "datasets", self.dataset(NAME))
        assert answer.is_success, answer.text
        return answer.json()["dataset_id"]

    def _workload(self, kind: str) -> Workload:
        identity = new_id()
        return Workload(
            id=identity,
            kind=kind,
            subject_id=NAME,
            spec={},
            flavor=FLAVOR,
            cpu=1.0,
            memory=1 << 30,
            phase="ended",
            reason="completed",
            exit_code=0,
            directory=f"{identity}/1",
            **self.owned,
        )

    def _rows(self) -> list[Any]:
        source = f"obs://{NAME}/in/other.jpg"
        return [
            Sample(id=self.sample_id, dataset_id=self.dataset_id, generation=1, source=source, name="other.jpg"),
            Version(
                id=self.dataset_version_id,
                dataset_id=self.dataset_id,
                name="V900",
                number=900,
                state="ready",
                manifest_url=f"obs://{NAME}/out/V900.manifest",
                index_url=f"obs://{NAME}/out/V900.index",
            ),
            Model(
                id=self.model_id,
                name=NAME,
                version="1.0.0",
                owner_name="admin",
                stage=PUBLISHED,
                model_type="Custom",
                source_location=f"/{NAME}/model/",
                **self.owned,
            ),
            Service(
                id=self.service_id,
                name=NAME,
                owner_name="admin",
                wanted="stopped",
                status="stopped",
                config=self.service()["config"],
                **self.owned,
            ),
        ]

    @property
    def marks(self) -> list[str]:
        """What no answer to a stranger may contain."""
        return [
            NAME,
            self.workspace_id,
            self.upload_id,
            self.dataset_id,
            self.task_id,
            self.sample_id,
            self.dataset_version_id,
            self.model_id,
            self.service_id,
            self.instance_id,
        ]

    def path(self, template: str, project_id: str | None = None, **changes: str) -> str:
        """A route's path with our ids, or with others in the place of some."""
        version_id = self.job_version_id if "training" in template else self.dataset_version_id
        known = {
            "project_id": project_id or self.api.project_id, "bucket": NAME, "key": "in/a.jpg", "path": "deeper/down",
            "upload_id": self.upload_id, "dataset_id": self.dataset_id, "label_name": "cat", "task_id": self.task_id,
            "sample_id": self.sample_id, "version_id": str(version_id), "job_id": str(self.job_id),
            "model_id": self.model_id, "service_id": self.service_id, "instance_id": self.instance_id,
            "generation": "1",
        } | changes  # fmt: skip
        return re.sub(r"\{(\w+)(:path)?\}", lambda match: known[match[1]], template)

    def another(self) -> str:
        """A name that nothing has."""
        self.names += 1
        return f"another-{self.names}"

    def query(self, operation: str) -> dict[str, str]:
        """What an operation cannot do without."""
        return {
            "AppendToUpload": {"offset": "0"},
            "QueryingTrainingJobLogs": {"log_file": f"{NAME}.0"},
        }.get(operation, {})

    def body(self, operation: str) -> Any:
        """A body that is accepted as far as its form goes, naming our objects; None for an operation without one."""
        sample = {"sample_id": self.sample_id, "labels": [{"name": "cat", "type": 0}], "revision": 0}
        labels = {"labels": [{"name": "dog", "type": 0, "property": {"@modelarts:color": "#ff0000"}}]}
        user = {"name": "admin", "password": "wrong-password", "domain": {"name": "admin"}}
        renamed = {"name": "cat", "type": 0, "property": {"@modelarts:rename_to": "lion"}}
        bodies: dict[str, Any] = {
            "CreateToken": {"auth": {"identity": {"methods": ["password"], "password": {"user": user}},
                                     "scope": {"project": {"name": "default"}}}},
            "SignIn": {"domain": "admin", "user": "nobody", "password": "wrong-password"},
            "CreateWorkspace": {"name": "team-a", "description": "", "auth_type": "INTERNAL", "grants": [
                {"user_id": "u", "user_name": "n"}]},
            "CreateBucket": {"name": self.another(), "workspace_id": self.workspace_id},
            "DeleteObjects": {"keys": ["in/none.jpg"]},
            "CopyObject": {"source": "in/a.jpg", "target": "in/b.jpg", "move": False, "target_bucket": NAME},
            "ExtractArchive": {"key": "z.zip", "prefix": "out/", "delete_archive": False},
            "BeginUpload": {"key": "k.bin", "size": 3, "sha256": ""},
            "CreateDataset": self.dataset(self.another()),
            "UpdateDataset": {"dataset_name": "renamed", "description": "d", "add_labels": [{"name": "cow", "type": 0}],
                              "update_labels": [renamed], "delete_labels": [{"name": "none", "type": 0}],
                              "current_version_id": self.dataset_version_id},
            "CreateLabels": labels,
            "UpdateLabels": {"labels": [renamed]},
            "DeleteLabels": {"labels": [{"name": "none", "type": 0}]},
            "UpdateLabel": {"@modelarts:color": "#00ff00", "@modelarts:rename_to": "tiger"},
            "UploadSamplesJson": {"samples": [{"name": "n.jpg", "data": "eA==", "encoding": "base64", "metadata": {},
                                               "labels": [{"name": "cat", "type": 0}], "sample_type": 0}],
                                  "final_annotation": True},
            "UpdateSamples": {"samples": [sample | {"metadata": {"@modelarts:hard": True}}]},
            "DeleteSamples": {"samples": [self.sample_id], "delete_source": False},
            "CreateDatasetVersion": {"version_name": "V9", "version_format": "Default", "description": "d",
                                     "train_evaluate_sample_ratio": "0.8", "export_images": False},
            "ChangeSamplesAlike": {"samples": [self.sample_id], "hard": True},
            "RestoreDataset": {"time": 1, "dry_run": True},
            "RestoreSample": {"revision": 0},
            "ExportTask": {"path": f"/{NAME}/exported/", "export_type": 3},
            "ImportTask": {"import_path": f"/{NAME}/in/", "import_type": "dir"},
            "DetectTableSchema": {"data_path": f"/{NAME}/in/"},
            "CreatingTrainingJob": {"job_name": self.another(), "job_desc": "d", "config": self.job(),
                                    "workspace_id": self.workspace_id},
            "CreatingVersionTrainingJob": {"job_desc": "d", "config": self.job()},
            "ModifyingDescriptionTrainingJob": {"job_desc": "d"},
            "CreateModel": {"model_name": self.another(), "model_version": "1.0.0",
                            "source_location": f"/{NAME}/model/", "model_type": "Custom",
                            "apis": "[]", "model_metrics": "{}", "input_params": [{}],
                            "dependencies": [{}], "install_type": ["real-time"], "workspace_id": self.workspace_id},
            "CreateService": self.service() | {"service_name": self.another(), "workspace_id": self.workspace_id},
            "UpdateService": {"description": "d", "status": "stopped", "config": self.service()["config"],
                              "schedule": [{"type": "stop", "time_unit": "HOURS", "duration": 1}], "priority": 1},
        }  # fmt: skip
        return bodies.get(operation)

    def dataset(self, name: str) -> dict[str, Any]:
        return {
            "dataset_name": name,
            "dataset_type": 0,
            "data_sources": [{"data_type": 0, "data_path": f"/{NAME}/in/"}],
            "work_path": f"/{NAME}/out-{name}/",
            "work_path_type": 0,
            "labels": [{"name": "cat", "type": 0, "property": {"@modelarts:color": "#ff0000"}}],
            "workspace_id": self.workspace_id,
        }

    def job(self) -> dict[str, Any]:
        return {
            "worker_server_num": 1,
            "app_url": f"/{NAME}/code/",
            "boot_file_url": f"/{NAME}/code/main.py",
            "parameter": [{"label": "epochs", "value": "1"}],
            "dataset_id": self.dataset_id,
            "dataset_version_id": self.dataset_version_id,
            "spec_id": 1,
            "engine_id": 100,
            "train_url": f"/{NAME}/out/",
        }

    def service(self) -> dict[str, Any]:
        share = {
            "model_id": self.model_id,
            "specification": FLAVOR,
            "weight": 100,
            "instance_count": 1,
            "envs": {"A": "b"},
        }
        return {"service_name": NAME, "infer_type": "real-time", "config": [share]}
