"""What every engine promises, whatever keeps its workloads apart: one suite over all kinds of isolation."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from maquette.engines import LocalEngine, Mount, Phase
from maquette.kit.errors import Conflict, Invalid

from .conftest import Attempt, Lab, everyhow, running, until

WAIT = "import os, time\nprint('ready', flush=True)\nwhile not os.path.exists(os.environ['GO']): time.sleep(0.01)\n"


def waiting(lab: Lab, code: str = WAIT, *arguments: str, **options: Any) -> Attempt:
    """A job that runs until a file `go` lies in its home, and learns its path from the environment."""
    key = f"waiting-{len(lab.attempts)}"
    draft = lab.prepare("true", key=key)
    lab.attempts.pop()
    env = {"GO": lab.engine.inside(draft.launch, "/home/ma-user/go")}
    return lab.python(code, *arguments, key=key, env=env, **options)


# -- how it ended ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "code", "number", "reason"),
    [
        ("exit 0", 0, None, "completed"),
        ("exit 7", 7, None, "failed"),
        ("exit 255", 255, None, "failed"),
        ("kill -SEGV $$", 139, 11, "signal"),
        ("kill -9 $$", 137, 9, "signal"),
    ],
)
def test_the_end_is_told(lab: Lab, script: str, code: int, number: int | None, reason: str) -> None:
    seen = lab.start("/bin/sh", "-c", script).ended()
    assert (seen.phase, seen.exit_code, seen.signal, seen.reason) == (Phase.EXITED, code, number, reason)
    assert seen.started_ms
    assert seen.finished_ms
    assert seen.started_ms <= seen.finished_ms
    assert bool(seen.message) == (reason != "completed")


def test_a_command_that_does_not_exist_was_not_started(lab: Lab) -> None:
    seen = lab.start("/does/not/exist").ended()
    assert (seen.phase, seen.reason, seen.exit_code) == (Phase.EXITED, "not_started", None)
    assert "No such file" in seen.message


def test_a_missing_working_directory_is_said(lab: Lab) -> None:
    seen = lab.start("/bin/true", cwd="/does/not/exist").ended()
    assert seen.reason == "not_started"
    assert "No such file" in seen.message


@everyhow
def test_too_much_memory_is_said(lab: Lab) -> None:
    code = "import time\nkept = []\nfor _ in range(60): kept.append(b'x' * 10_000_000)\ntime.sleep(60)\n"
    seen = lab.python(code, memory_bytes=100 << 20).ended()
    assert seen.reason == "out_of_memory"
    assert "100 MiB" in seen.message


@everyhow
def test_memory_shared_between_processes_counts_once(lab: Lab) -> None:
    code = (
        "import os, time\nkept = b'x' * 60_000_000\n"
        "for _ in range(4):\n if not os.fork():\n  time.sleep(0.6); os._exit(0)\n"
        "for _ in range(4): os.wait()\n"
    )
    assert lab.python(code, memory_bytes=150 << 20).ended().reason == "completed"


def test_time_limit(lab: Lab) -> None:
    seen = lab.start("/bin/sleep", "60", timeout_s=1).ended()
    assert (seen.reason, seen.signal) == ("timeout", 15)


def test_stopping_leaves_time_to_save(lab: Lab) -> None:
    attempt = lab.start("/bin/sh", "-c", "trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    attempt.says("ready")
    attempt.engine.stop(attempt.directory, grace_s=10)
    seen = attempt.ended()
    assert (seen.reason, seen.exit_code) == ("stopped", 0)
    assert attempt.log().endswith("saved\n")


@everyhow
def test_who_ignores_the_request_is_killed_after_the_grace(lab: Lab) -> None:
    attempt = lab.start("/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done")
    attempt.says("ready")
    attempt.engine.stop(attempt.directory, grace_s=60)
    attempt.engine.stop(attempt.directory, grace_s=0.2)
    seen = attempt.ended()
    assert (seen.reason, seen.signal) == ("stopped", 9)


@everyhow
def test_memory_is_bounded_in_the_time_of_grace_too(lab: Lab) -> None:
    code = (
        "import signal, time\nkept = []\n"
        "def grow(*_):\n for _ in range(60): kept.append(b'x' * 10_000_000); time.sleep(0.02)\n time.sleep(60)\n"
        "signal.signal(signal.SIGTERM, grow)\nprint('ready', flush=True)\ntime.sleep(60)\n"
    )
    attempt = lab.python(code, memory_bytes=100 << 20)
    attempt.says("ready")
    attempt.engine.stop(attempt.directory, grace_s=60)
    assert attempt.ended().reason == "stopped"


def test_a_signal_to_the_supervisor_stops_the_attempt(lab: Lab) -> None:
    attempt = waiting(lab)
    attempt.says("ready")
    os.kill(json.loads((attempt.directory / "state.json").read_text())["shim"]["pid"], signal.SIGTERM)
    assert attempt.ended().reason == "stopped"


def test_a_stop_before_the_start_prevents_it(lab: Lab) -> None:
    attempt = lab.prepare("/bin/sh", "-c", "echo ran")
    attempt.directory.mkdir(parents=True)
    lab.engine.stop(attempt.directory)
    lab.engine.launch(attempt.launch)
    assert attempt.ended().reason == "stopped"
    assert attempt.log() == ""


def test_stopping_what_ended_or_never_was_changes_nothing(lab: Lab) -> None:
    attempt = lab.start("/bin/true")
    before = attempt.ended()
    attempt.engine.stop(attempt.directory)
    assert attempt.engine.observe(attempt.directory) == before
    lab.engine.stop(lab.root / "nowhere")
    assert lab.engine.observe(lab.root / "nowhere").phase is Phase.ABSENT


# -- log and usage ---------------------------------------------------------------------------------


def test_the_log_is_whole_and_in_order(lab: Lab) -> None:
    attempt = lab.python("import os\nfor i in range(5000): os.write(1 + i % 2, b'%d\\n' % i)")
    attempt.ended()
    assert attempt.log() == "".join(f"{i}\n" for i in range(5000))


def test_output_can_be_reopened_by_name(lab: Lab) -> None:
    attempt = lab.start("/bin/sh", "-c", "echo one; echo two > /dev/stderr; echo three >> /dev/stdout")
    assert attempt.ended().reason == "completed"
    assert attempt.log().split() == ["one", "two", "three"]


def test_a_flooding_log_keeps_its_head_and_its_end(lab: Lab) -> None:
    lab.engine_with(log_limit=200_000)
    attempt = lab.python("import os\nfor i in range(50_000): os.write(1, b'line %09d and more of it\\n' % i)")
    assert attempt.ended().reason == "completed"
    text = attempt.log()
    assert len(text) < 400_000
    assert text.startswith("line 000000000")
    assert "bytes of log were left out here" in text
    assert text.endswith("line 000049999 and more of it\n")


@everyhow
def test_usage_is_recorded(lab: Lab) -> None:
    attempt = waiting(lab)
    usage = attempt.directory / "usage.jsonl"
    until(
        lambda: usage.exists() and any(json.loads(line)["memory"] > 1 << 20 for line in usage.read_text().splitlines())
    )
    line = json.loads(usage.read_text().splitlines()[0])
    assert line["cpu"] >= 0
    assert line["processes"] >= 1
    assert line["t"] > 1_600_000_000_000


def test_usage_that_cannot_be_written_harms_nothing(lab: Lab) -> None:
    attempt = lab.prepare("/bin/sleep", "0.5")
    (attempt.directory / "usage.jsonl").mkdir(parents=True)
    lab.engine.launch(attempt.launch)
    assert attempt.ended().reason == "completed"


def test_a_planted_link_does_not_reach_what_the_server_reads(lab: Lab) -> None:
    script = "for name in log state.json usage.jsonl stop; do ln -s /etc/hostname $name; done; echo mine"
    attempt = lab.start("/bin/sh", "-c", script)
    assert attempt.ended().reason == "completed"
    assert attempt.log() == "mine\n"
    assert not (attempt.directory / "log").is_symlink()
    assert (attempt.directory / "home" / "log").is_symlink()


# -- identity and survival -------------------------------------------------------------------------


def test_launching_twice_starts_once(lab: Lab) -> None:
    attempt = lab.prepare("/bin/sh", "-c", "echo once >> count")
    threads = [threading.Thread(target=lab.engine.launch, args=(attempt.launch,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    attempt.ended()
    lab.engine.launch(attempt.launch)
    assert (attempt.directory / "home" / "count").read_text() == "once\n"


def test_a_directory_belongs_to_one_key(lab: Lab) -> None:
    attempt = lab.start("/bin/true")
    attempt.ended()
    other = lab.prepare("/bin/true", key="other").launch
    object.__setattr__(other, "directory", attempt.directory)
    with pytest.raises(Conflict):
        lab.engine.launch(other)


def test_impossible_launches_are_refused(lab: Lab) -> None:
    for attempt in (
        lab.prepare(),
        lab.prepare("a\0b"),
        lab.prepare("true", env={"A=B": "1"}),
        lab.prepare("true", cwd="../x"),
    ):
        with pytest.raises(Invalid):
            lab.engine.launch(attempt.launch)
        assert attempt.phase() is Phase.ABSENT


def test_a_launch_cut_off_before_anything_ran_can_be_repeated(lab: Lab) -> None:
    attempt = lab.prepare("/bin/sh", "-c", "echo ran")
    attempt.directory.mkdir(parents=True)
    (attempt.directory / "launch.json").write_text(json.dumps({"key": attempt.launch.key}))
    assert attempt.phase() is Phase.ABSENT
    lab.engine.launch(attempt.launch)
    assert attempt.ended().reason == "completed"


def test_the_job_survives_the_death_of_the_server(lab: Lab) -> None:
    attempt = lab.prepare(sys.executable, "-S", "-c", WAIT + "print('done')", env={})
    launch = attempt.launch
    goal = lab.engine.inside(launch, "/home/ma-user/go")
    server = (
        "import pathlib, sys, time\nfrom maquette.engines import *\n"
        "home, sandbox, key, folder, go, *command = sys.argv[1:]\n"
        "launch = Launch(key=key, directory=pathlib.Path(folder), command=tuple(command), env={'GO': go})\n"
        "LocalEngine(pathlib.Path(home), sandbox=sandbox).launch(launch)\nprint('launched', flush=True)\n"
        "time.sleep(60)\n"
    )
    arguments = [str(lab.home), lab.sandbox, launch.key, str(launch.directory), goal, *launch.command]
    process = subprocess.Popen(
        [sys.executable, "-c", server, *arguments],
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(sys.modules["maquette"].__path__[0]).parent)},
    )
    assert process.stdout
    assert process.stdout.readline() == b"launched\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    again = LocalEngine(lab.home, sandbox=lab.sandbox)
    attempt.says("ready")
    assert again.observe(attempt.directory).phase is Phase.RUNNING
    assert list(again.living()) == [attempt.directory]
    (attempt.directory / "home" / "go").touch()
    assert attempt.ended().reason == "completed"
    assert attempt.log() == "ready\ndone\n"


@everyhow
def test_a_killed_supervisor_is_a_lost_attempt_and_nothing_stays(lab: Lab) -> None:
    token = f"token-{uuid.uuid4()}"
    attempt = waiting(lab, "import os\nif not os.fork(): os.setsid()\n" + WAIT, token)
    until(lambda: attempt.phase() is Phase.RUNNING and attempt.log().count("ready") == 2)
    assert len(running(token)) >= 2
    os.kill(json.loads((attempt.directory / "state.json").read_text())["shim"]["pid"], signal.SIGKILL)
    until(lambda: attempt.phase() is Phase.LOST)
    assert attempt.engine.verify_gone(attempt.directory)
    assert running(token) == []
    assert attempt.engine.observe(attempt.directory).message


def test_another_boot_means_lost(lab: Lab) -> None:
    attempt = lab.prepare("true")
    attempt.directory.mkdir(parents=True)
    shim = {"pid": os.getpid(), "start": 1}
    facts = {"boot": "another", "shim": shim, "phase": "running", "started_ms": 5}
    (attempt.directory / "state.json").write_text(json.dumps(facts))
    assert attempt.phase() is Phase.LOST
    (attempt.directory / "state.json").write_text("")
    assert attempt.phase() is Phase.LOST


@everyhow
def test_daemons_end_with_the_command(lab: Lab) -> None:
    token = f"token-{uuid.uuid4()}"
    code = (
        "import os, sys, time\n"
        "if os.fork(): time.sleep(0.1); os._exit(0)\n"
        "os.setsid()\nif os.fork(): os._exit(0)\n"
        "os.environ.clear(); os.execve('/bin/sh', ['sh', '-c', 'while :; do sleep 0.05; done', sys.argv[1]], {})\n"
    )
    assert lab.python(code, token).ended().reason == "completed"
    assert running(token) == []


@everyhow
def test_a_fork_bomb_is_bounded(lab: Lab) -> None:
    lab.engine_with(process_limit=60)
    token = f"token-{uuid.uuid4()}"
    code = "import os, time\nfor _ in range(2000):\n if not os.fork(): time.sleep(60)\ntime.sleep(60)"
    attempt = lab.python(code, token)
    assert attempt.ended().reason == "failed"
    assert running(token) == []


@everyhow
def test_verify_gone_ends_what_runs(lab: Lab) -> None:
    token = f"token-{uuid.uuid4()}"
    attempt = waiting(lab, WAIT, token)
    attempt.says("ready")
    assert attempt.engine.verify_gone(attempt.directory)
    assert running(token) == []
    assert attempt.engine.observe(attempt.directory).reason == "stopped"


# -- what it sees ----------------------------------------------------------------------------------


def test_private_places_mounts_and_files_lie_where_promised(lab: Lab) -> None:
    shown, taken = lab.root / "shown", lab.root / "taken"
    shown.mkdir()
    taken.mkdir()
    (shown / "data.txt").write_text("data")
    target = "/home/ma-user/modelarts/inputs/data_url_0"
    places = {
        "mounts": (Mount(shown, target), Mount(taken, "/home/ma-user/modelarts/outputs/train_url_0", writable=True)),
        "files": {"/run/secrets/modelarts/user/config": "secret"},
    }
    draft = lab.prepare("true", **places).launch
    lab.attempts.pop()
    paths = [
        lab.engine.inside(draft, path)
        for path in (f"{target}/data.txt", "/home/ma-user/modelarts/outputs/train_url_0/out", "/cache/x",
                     "/run/secrets/modelarts/user/config")
    ]  # fmt: skip
    code = (
        "import os, sys\ndata, out, cache, secret = sys.argv[1:]\n"
        "open(out, 'w').write(open(data).read() + open(secret).read())\n"
        "open(cache, 'w').write('cached')\nopen(os.environ['HOME'] + '/modelarts/own', 'w').write('own')\n"
        "assert os.getcwd() == os.environ['HOME'], os.getcwd()\n"
        "print(open('modelarts/inputs/data_url_0/data.txt').read())\n"
    )
    attempt = lab.python(code, *paths, **places)
    assert attempt.ended().reason == "completed", attempt.log()
    assert (taken / "out").read_text() == "datasecret"
    assert (attempt.directory / "cache" / "x").read_text() == "cached"
    assert attempt.log() == "data\n"


def test_the_environment_never_shows_in_arguments(lab: Lab) -> None:
    token = f"token-{uuid.uuid4()}"
    code = "import os, time\nprint(os.environ['SECRET'], flush=True)\ntime.sleep(60)"
    attempt = lab.python(code, env={"SECRET": token})
    attempt.says(token)
    assert running(token) == []


def test_the_loader_obeys_the_user_only_as_the_user(lab: Lab) -> None:
    attempt = lab.start("/bin/sh", "-c", 'echo "$LD_LIBRARY_PATH $(id -u)"', env={"LD_LIBRARY_PATH": "/cache/lib"})
    assert attempt.ended().reason == "completed"
    assert attempt.log().startswith("/cache/lib ")


def test_a_socket_directory_reaches_the_platform(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("s")  # a socket's path is short
    folder.chmod(0o711)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "api.sock"))
        (folder / "api.sock").chmod(0o666)
        server.listen()
        server.settimeout(60)
        mounts = (Mount(folder, "/run/maquette"),)
        draft = lab.prepare("true", mounts=mounts).launch
        lab.attempts.pop()
        address = lab.engine.inside(draft, "/run/maquette/api.sock")
        code = "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'hello')"
        attempt = lab.python(code, address, mounts=mounts)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(5) == b"hello"
        assert attempt.ended().reason == "completed"


# -- what only a sandbox keeps ---------------------------------------------------------------------


def test_the_workload_is_ma_user(sandboxed: Lab) -> None:
    attempt = sandboxed.start(
        "/bin/sh", "-c", "id -u; id -g; id -un; id -gn; grep -E 'CapEff|CapBnd|NoNew' /proc/self/status"
    )
    assert attempt.ended().reason == "completed"
    words = attempt.log().split()
    assert words[:4] == ["1000", "100", "ma-user", "ma-group"]
    assert words[4:] == ["CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1"] or os.geteuid()


def test_the_server_is_out_of_sight(sandboxed: Lab) -> None:
    secret = sandboxed.home / "database"
    secret.write_text("secret")
    code = (
        "import os, sys\n"
        "print([path for path in sys.argv[1:] if os.path.exists(path)])\n"
        "print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit())[-1] < 20)\n"
    )
    own = Path(f"/proc/{os.getpid()}/environ")
    attempt = sandboxed.python(code, str(secret), str(sandboxed.home), "/etc/shadow", str(own), "/root/.ssh")
    assert attempt.ended().reason == "completed", attempt.log()
    assert attempt.log() == "[]\nTrue\n"


def test_nothing_but_its_own_places_can_be_written(sandboxed: Lab) -> None:
    shown = sandboxed.root / "shown"
    shown.mkdir()
    code = (
        "import os, sys\n"
        "for place in sys.argv[1:]:\n"
        " try: open(place + '/new', 'w').close(); print(place)\n"
        " except OSError: pass\n"
    )
    places = ["/cache", "/home/ma-user", "/tmp", "/dev/shm", "/data", "/usr", "/etc", "/", "/run", sys.prefix]
    attempt = sandboxed.python(code, *places, mounts=(Mount(shown, "/data"),))
    assert attempt.ended().reason == "completed"
    assert attempt.log().split() == places[:4]
    assert list(shown.iterdir()) == []


def test_there_is_no_network_unless_asked_for(sandboxed: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        code = (
            "import socket, sys\n"
            "try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 60); print('reached')\n"
            "except OSError: print('alone')\n"
        )
        attempts = [sandboxed.python(code, port), sandboxed.python(code, port, network=True)]
        assert [attempt.ended().reason for attempt in attempts] == ["completed"] * 2
        assert [attempt.log() for attempt in attempts] == ["alone\n", "reached\n"]
