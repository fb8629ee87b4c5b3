"""The variables that training code expects to find, from one job spec and what this process was started with."""

from __future__ import annotations

import os

from maquette_runtime.spec import JobSpec


def build(spec: JobSpec, inherited: dict[str, str]) -> dict[str, str]:
    """Return the whole environment of the user's process. The user's own variables win over ours, except MA_."""
    name = f"ma-job-{spec.job_id}"
    count = spec.node_count
    # A peer's name is the address under which containers find each other; a single node needs none but itself.
    hosts = spec.hosts or (["127.0.0.1"] if count == 1 else [f"{name}-worker-{i}.{name}" for i in range(count)])
    sdk = spec.sdk_path or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    paths = (spec.local_code_dir, spec.code_path, *inherited.get("PYTHONPATH", "").split(os.pathsep), sdk)
    variables = {
        **inherited,
        "HOME": inherited.get("HOME") or spec.home,
        "MA_HOME": spec.home,
        "MA_MOUNT_PATH": f"{spec.home}/modelarts",
        "MA_JOB_DIR": spec.local_code_dir,
        "MA_CODE_DIR": spec.code_path,
        "MA_LOG_DIR": spec.log_dir,
        "MA_SCRIPT_INTERPRETER": spec.python,
        "WORKSPACE": spec.working_dir,
        "MA_VJ_NAME": name,
        "MA_TASK_NAME": "worker",
        "MA_NUM_HOSTS": str(count),
        "MA_NUM_GPUS": str(spec.gpus),
        "MA_MASTER_INDEX": "0",
        "MA_CURRENT_IP": hosts[spec.node_index],
        "MA_CURRENT_HOST_IP": hosts[spec.node_index],
        "MA_CURRENT_INSTANCE_NAME": f"{name}-worker-{spec.node_index}",
        "VC_TASK_INDEX": str(spec.node_index),
        "VC_WORKER_NUM": str(count),
        "VC_WORKER_HOSTS": ",".join(hosts),
        "DLS_TASK_INDEX": str(spec.node_index),
        "DLS_TASK_NUMBER": str(count),
        "DLS_JOB_ID": spec.job_id,
        "DLS_APP_URL": spec.code_dir,
        "DLS_DATA_URL": spec.data_url,
        "DLS_TRAIN_URL": spec.train_url,
        "BATCH_CUSTOM0_HOSTS": ",".join(hosts),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path for path in paths if path)),
    }
    if spec.train_url:
        variables["OBS_MODEL_OUTPUT"] = spec.train_url
    return {**variables, **spec.environments}
