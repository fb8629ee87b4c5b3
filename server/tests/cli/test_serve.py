"""`maquette serve`: what it says, what it opens, who else may serve the home, and what it survives."""

import contextlib
import os
import signal
import socket
import stat
from pathlib import Path

import httpx
import psutil
import pytest
from tests.faults.serving import Server, until

from maquette.cli.serve import HEALTHY_S, Child


def listening(process: psutil.Process) -> set[str]:
    kinds = (socket.AF_INET, socket.AF_INET6)
    found = [each for each in process.net_connections("inet") if each.family in kinds]
    return {each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def redeem(server: Server) -> httpx.Response:
    return server.http.post("/v1/console/session", json={"code": server.code})


@pytest.mark.slow
def test_a_start_without_any_settings_is_closed_and_its_link_opens_once(fresh: Server) -> None:
    fresh.start()
    assert str(fresh.home) in fresh.said()
    assert listening(fresh.child("api")) == {"127.0.0.1"}
    for address in {each.address for name in psutil.net_if_addrs().values() for each in name}:
        if address.count(".") == 3 and not address.startswith("127."):
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((address, fresh.port), timeout=5)
    assert mode(fresh.home) == 0o700
    assert mode(fresh.home / "maquette.db") == 0o600
    assert mode(fresh.settings.runtime_dir) == 0o700

    user = {"name": "admin", "password": "admin", "domain": {"name": "admin"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    assert fresh.http.post("/v3/auth/tokens", json={"auth": {"identity": identity}}).status_code == 401
    assert redeem(fresh).status_code == 201
    assert fresh.http.get("/v1/console/session").json()["user"]["name"] == "admin"
    fresh.http.cookies.clear()
    assert redeem(fresh).status_code == 401

    until(fresh.settings.worker_socket.exists, what="the worker")
    assert fresh.stop() == 0
    assert (fresh.complained(), "ERROR" in fresh.logged("worker"), "ERROR" in fresh.logged("api")) == ("", False, False)


@pytest.mark.slow
def test_a_second_server_on_the_same_home_is_refused(shared: Server) -> None:
    second = Server(shared.folder, shared.home)
    second.begin("--port", "0")
    assert second.process is not None
    assert second.process.wait(60) == 1
    assert f"another server uses the home {shared.home} (process {shared.pid})" in second.complained()
    assert shared.http.get("/health").is_success


@pytest.mark.slow
def test_a_taken_port_is_said_and_ends_the_start(fresh: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        fresh.begin("--port", port)
        assert fresh.process is not None
        assert fresh.process.wait(60) == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in fresh.complained()
    assert "Traceback" not in fresh.complained()


@pytest.mark.slow
def test_a_process_that_is_killed_is_started_again_at_the_same_address(server: Server) -> None:
    api = server.api()
    worker = server.child("worker")
    server.child("api").kill()

    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return server.http.get("/health").is_success
        return False

    until(answers, what="the API after its death")
    assert api.get("/v1", "buckets").status_code == 200
    assert server.child("worker").pid == worker.pid

    worker.kill()
    until(lambda: gone(worker), what="the worker's end")
    assert server.child("worker").pid != worker.pid
    assert "process ended; starting it again" in server.complained()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_processes(server: Server, number: int) -> None:
    children = [server.child("api"), server.child("worker")]
    if number == signal.SIGINT:  # Ctrl-C goes to the whole group
        os.killpg(server.pid, number)
    else:
        os.kill(server.pid, number)
    assert server.process is not None
    assert server.process.wait(20) == 0
    assert all(gone(child) for child in children)


@pytest.mark.slow
def test_the_children_end_with_a_killed_parent(server: Server) -> None:
    children = [server.child("api"), server.child("worker")]
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: all(gone(child) for child in children), 20, what="the children's end")
    assert server.process is not None
    server.process.wait()
    server.start()
    assert server.http.get("/health").is_success


def test_only_a_crash_loop_is_slowed_down() -> None:
    child = Child("worker", {})
    child.started_at = 1000.0
    assert [child.delay(1001.0) for _ in range(5)] == [0.2, 1.0, 5.0, 15.0, 15.0]
    assert child.delay(1000.0 + HEALTHY_S + 1) == 0.2
