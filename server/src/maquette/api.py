"""The API process: brings the database up to date, then serves on the network and on the workloads' socket."""

import logging
import os
import signal
import socket
import time

import uvicorn

from maquette import __version__
from maquette.app import create_app
from maquette.db import Database
from maquette.iam import ensure_first_user, issue_token
from maquette.iam.tokens import TokenSpec
from maquette.kit.config import Settings
from maquette.kit.vault import Vault
from maquette.migrations import upgrade

log = logging.getLogger(__name__)

BIND_PATIENCE_S = 5.0
SIGN_IN_LINK_MS = 10 * 60 * 1000


def main(settings: Settings, ready: int) -> None:
    """Serve until SIGTERM. `ready` is a file descriptor: address, port and sign-in code are written there
    once we answer."""
    Vault(settings.home).prepare()
    upgrade(settings.database)
    database = Database(settings.database, settings.worker_socket)
    password = settings.admin_password.get_secret_value() if settings.admin_password else None
    with database.write() as session:
        first = ensure_first_user(session, password)
        code = issue_token(session, TokenSpec("code", first.id, SIGN_IN_LINK_MS))
    network = _bind(settings.host, settings.port)
    settings.port = network.getsockname()[1]
    app = create_app(settings, database)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        backlog=2048,
    )
    server = _Server(config, ready, f"{settings.url} {settings.port} {code}")
    server.run(sockets=[network, _bind_workloads(settings)])


class _Server(uvicorn.Server):
    """Tells the parent when requests are answered, not when the process has begun."""

    def __init__(self, config: uvicorn.Config, ready: int, news: str) -> None:
        super().__init__(config)
        self._ready = ready
        self._news = news

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("Maquette %s answers", __version__)
            os.write(self._ready, self._news.encode() + b"\n")
            os.close(self._ready)

    def handle_exit(self, sig: int, frame: object) -> None:
        if sig == signal.SIGTERM:
            super().handle_exit(sig, None)


def _bind(host: str, port: int) -> socket.socket:
    """Listen on the network; a predecessor that is just going away gets a moment for it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    until = time.monotonic() + BIND_PATIENCE_S
    while True:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.set_inheritable(True)
            return listener
        except OSError as error:
            listener.close()
            if time.monotonic() > until:
                raise SystemExit(
                    f"Cannot listen on {host} port {port}: {error.strerror}. Choose another --port."
                ) from None
            time.sleep(0.1)


def _bind_workloads(settings: Settings) -> socket.socket:
    """The socket that sandboxes see. Everybody inside one may connect; a token decides what they may do."""
    path = settings.workload_socket
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o666)
    return listener
