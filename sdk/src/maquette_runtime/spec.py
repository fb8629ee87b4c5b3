"""What the platform tells the runtime, as JSON: the job's spec, and how spec files are read.

Plain classes, not dataclasses: importing those costs a third of a job's start-up.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SpecError(Exception):
    """The spec file lacks or contradicts something; the message names the field."""


class JobSpec:
    """One training attempt. Only `job_id` and one of `boot_file` and `command` are needed.

    job_id          id of the job, part of MA_VJ_NAME (`ma-job-<id>`)
    version         job version; "" where there is none
    code_dir        obs:// address (or local directory) of the code; its last segment names the local code directory
    boot_file       start file: relative to the code directory, or an address inside `code_dir`
    command         shell command instead of a boot file; parameters are appended to its end
    parameters      [{"name", "value"}], in the order in which they are passed as --name=value
    data_url        passed first as --data_url= unless a parameter has that name; likewise `train_url`
    environments    the user's variables; names beginning with MA_ are refused
    python          interpreter for the boot file; "python" from PATH by default
    sdk_path        directory put at the end of PYTHONPATH; where this runtime lives by default
    home            MA_HOME; /home/ma-user
    local_code_dir  where the code directory is created: MA_JOB_DIR; <home>/modelarts/user-job-dir
    working_dir     current directory of the user's process; `local_code_dir` by default
    log_dir         MA_LOG_DIR; <home>/modelarts/log
    node_index, node_count, hosts, gpus     for multi-node jobs; hosts[0] is the master
    pip_options     further arguments of `pip install`, an index for example
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self.job_id = str(told.get("job_id") or "")
        self.version = str(told.get("version") or "")
        self.code_dir = str(told.get("code_dir") or "").rstrip("/")
        self.boot_file = str(told.get("boot_file") or "")
        self.command = str(told.get("command") or "")
        parameters: list[dict[str, Any]] = told.get("parameters") or []
        environments: dict[str, Any] = told.get("environments") or {}
        hosts: list[Any] = told.get("hosts") or []
        pip_options: list[Any] = told.get("pip_options") or []
        self.parameters = [(str(each["name"]), str(each["value"])) for each in parameters]
        self.data_url = str(told.get("data_url") or "")
        self.train_url = str(told.get("train_url") or "")
        self.environments = {str(name): str(value) for name, value in environments.items()}
        self.python = str(told.get("python") or "python")
        self.sdk_path = str(told.get("sdk_path") or "")
        self.home = str(told.get("home") or "/home/ma-user").rstrip("/")
        self.local_code_dir = str(told.get("local_code_dir") or f"{self.home}/modelarts/user-job-dir").rstrip("/")
        self.working_dir = str(told.get("working_dir") or self.local_code_dir)
        self.log_dir = str(told.get("log_dir") or f"{self.home}/modelarts/log").rstrip("/")
        self.node_index = int(told.get("node_index") or 0)
        self.node_count = int(told.get("node_count") or 1)
        self.hosts = [str(each) for each in hosts]
        self.gpus = int(told.get("gpus") or 0)
        self.pip_options = [str(each) for each in pip_options]
        if not self.job_id:
            raise SpecError("The spec has no job_id.")
        if not self.boot_file and not self.command:
            raise SpecError("The spec has neither boot_file nor command.")
        for name in self.environments:
            if name.startswith("MA_"):
                raise SpecError(f"The variable '{name}' is refused: names beginning with MA_ belong to the platform.")

    @property
    def code_name(self) -> str:
        return self.code_dir.rpartition("/")[2]

    @property
    def code_path(self) -> str:
        """The local code directory, MA_CODE_DIR."""
        return f"{self.local_code_dir}/{self.code_name}" if self.code_name else self.local_code_dir

    @property
    def boot_path(self) -> str:
        """The boot file's local path. An address, a name with the code directory in front and a bare name all work."""
        name, code = _bare(self.boot_file), _bare(self.code_dir)
        if code and name.startswith(code + "/"):
            return f"{self.code_path}/{name[len(code) + 1 :]}"
        return self.boot_file if self.boot_file.startswith("/") else f"{self.code_path}/{name}"

    @property
    def arguments(self) -> list[str]:
        """--name=value for every parameter, the two urls first."""
        given = {name for name, _ in self.parameters}
        urls = [("data_url", self.data_url), ("train_url", self.train_url)]
        pairs = [(name, value) for name, value in urls if value and name not in given] + self.parameters
        return [f"--{name}={value}" for name, value in pairs]


def _bare(place: str) -> str:
    """An address without its scheme: `obs://b/k`, `s3://b/k` and `/b/k` are the same place in a job's settings."""
    return place.partition("://")[2] if "://" in place else place.removeprefix("./").lstrip("/")


def load(path: str) -> dict[str, Any]:
    """Read a spec file."""
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    if not isinstance(told, dict):
        raise SpecError(f"'{path}' holds no JSON object.")
    return told  # pyright: ignore[reportUnknownVariableType]
