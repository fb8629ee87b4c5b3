"""`maquette_runtime.job` as the platform starts it: a spec file, a files API on a socket, and what becomes of it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maquette_runtime.environment import build
from maquette_runtime.spec import JobSpec, SpecError

SHOW = """
import json, os, sys
import helper
print(json.dumps({"argv": sys.argv, "cwd": os.getcwd(), "env": dict(os.environ), "helper": helper.__file__}))
"""


@pytest.fixture
def run(platform, server, tmp_path):
    def start(files, **spec):
        for key, text in files.items():
            server.put("b", key, text.encode())
        told = {
            "job_id": "17", "code_dir": "obs://b/some/code-dir/", "python": sys.executable,
            "home": str(tmp_path / "home"), **spec,
        }  # fmt: skip
        path = tmp_path / "spec.json"
        path.write_text(json.dumps(told))
        environment = {"PATH": os.environ["PATH"], **platform}
        command = [sys.executable, "-m", "maquette_runtime.job", str(path)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return start


def shown(done):
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))


def test_the_boot_file_gets_arguments_environment_and_paths(run, tmp_path):
    done = run(
        {"some/code-dir/train.py": SHOW, "some/code-dir/helper.py": "", "some/code-dir/配置/a b.txt": "x"},
        boot_file="obs://b/some/code-dir/train.py",
        data_url="obs://b/data/V001.manifest",
        train_url="obs://b/out/",
        parameters=[{"name": "epochs", "value": "3"}, {"name": "data-dir", "value": "a b"}],
        environments={"MINE": "1"},
        node_index=0,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = shown(done)
    home = f"{tmp_path}/home"
    code = f"{home}/modelarts/user-job-dir/code-dir"
    urls = ["--data_url=obs://b/data/V001.manifest", "--train_url=obs://b/out/"]
    assert seen["argv"] == [f"{code}/train.py", *urls, "--epochs=3", "--data-dir=a b"]
    assert seen["helper"] == f"{code}/helper.py"
    assert Path(code, "配置/a b.txt").read_text() == "x"
    assert seen["cwd"] == f"{home}/modelarts/user-job-dir"
    expected = {
        "MA_HOME": home, "MA_JOB_DIR": f"{home}/modelarts/user-job-dir", "MA_CODE_DIR": code, "MA_VJ_NAME": "ma-job-17",
        "VC_TASK_INDEX": "0", "VC_WORKER_NUM": "1", "MA_NUM_HOSTS": "1", "DLS_TASK_NUMBER": "1", "MINE": "1",
        "OBS_MODEL_OUTPUT": "obs://b/out/", "MA_LOG_DIR": f"{home}/modelarts/log",
    }  # fmt: skip
    assert {name: seen["env"].get(name) for name in expected} == expected
    assert seen["env"]["PYTHONPATH"].split(":")[:2] == [f"{home}/modelarts/user-job-dir", code]
    assert done.stdout.startswith("[ModelArts Service Log]")


@pytest.mark.parametrize(
    "boot", ["train.py", "./train.py", "s3://b/some/code-dir/train.py", "/b/some/code-dir/train.py"]
)
def test_a_boot_file_is_found_by_any_of_its_names(run, boot):
    done = run({"some/code-dir/train.py": "print('started')"}, boot_file=boot)
    assert "started" in done.stdout


def test_exit_codes_and_signals_are_the_users(run):
    assert run({"some/code-dir/a.py": "raise SystemExit(7)"}, boot_file="a.py").returncode == 7
    killed = run({"some/code-dir/b.py": "import os; os.kill(os.getpid(), 9)"}, boot_file="b.py")
    assert killed.returncode == -signal.SIGKILL


def test_a_command_gets_the_parameters_at_its_end(run):
    done = run(
        {"some/code-dir/a.sh": 'echo $# "$1" $(pwd | xargs basename); exit 3'},
        command="echo first && bash ${MA_JOB_DIR}/code-dir/a.sh",
        parameters=[{"name": "x", "value": "it's $HOME"}],
    )
    assert "first\n1 --x=it's $HOME user-job-dir\n" in done.stdout
    assert done.returncode == 3


def test_a_missing_boot_file_lists_what_was_downloaded(run):
    done = run({"some/code-dir/sub/train.py": ""}, boot_file="train.py")
    assert done.returncode == 127
    assert "sub/train.py" in done.stdout
    assert "'train.py' is not in the code directory 'obs://b/some/code-dir'" in done.stdout


def test_a_missing_code_directory_is_told(run):
    done = run({}, boot_file="train.py", code_dir="obs://b/nothing")
    assert done.returncode == 65
    assert "obs://b/nothing" in done.stdout


def test_preparation_runs_before_the_boot_file(run):
    done = run(
        {
            "some/code-dir/sub/train.py": "print(open('prepared').read())",
            "some/code-dir/sub/ma-pre-start.sh": "echo ready > ${MA_JOB_DIR}/prepared",
        },
        boot_file="sub/train.py",
    )
    assert "ready" in done.stdout
    failed = run({"some/code-dir/sub/ma-pre-start.sh": "exit 9"}, boot_file="sub/train.py")
    assert failed.returncode == 9
    assert "ma-pre-start.sh ended with exit code 9" in failed.stdout


def test_requirements_are_installed_or_the_failure_is_clear(run):
    done = run(
        {"some/code-dir/a.py": "", "some/code-dir/pip-requirements.txt": "no-such-wheel-1.0-py3-none-any.whl"},
        boot_file="a.py",
        pip_options=["--no-index"],
    )
    assert done.returncode == 66
    assert "pip-requirements.txt could not be installed" in done.stdout


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "job_id"),
        ({"job_id": "1"}, "boot_file"),
        ({"job_id": "1", "command": "x", "environments": {"MA_X": "1"}}, "MA_X"),
    ],
)
def test_wrong_specs_name_the_field(told, said):
    with pytest.raises(SpecError, match=said):
        JobSpec(told)


def test_peers_of_a_gang_find_each_other():
    spec = JobSpec({"job_id": "5", "command": "x", "node_index": 1, "node_count": 2})
    variables = build(spec, {})
    assert variables["VC_WORKER_HOSTS"] == "ma-job-5-worker-0.ma-job-5,ma-job-5-worker-1.ma-job-5"
    assert variables["MA_CURRENT_IP"] == "ma-job-5-worker-1.ma-job-5"
    assert variables["DLS_TASK_INDEX"] == "1"
