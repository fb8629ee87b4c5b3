"""A real S3 service for tests: OpenStack Swift with its S3 layer, whole in one process and one directory, on loopback.

    python serve.py DIRECTORY [--port N]

The Python that runs this has the package `swift` (`pip install swift`); it need not be the one that runs the tests.
Prints the endpoint once it answers, and ends with SIGTERM or with its standard input. Key `test:tester`, secret
`testing`, region `us-east-1`. There is no CORS, no bucket policy and no conditional PUT.

Faults: DIRECTORY/fault.json holds a list of rules, and the first that fits a request answers it instead of the service:
`{"action": "503", "method"?: "PUT", "match"?: regular expression on path and query, "n"?: how often}`.
"""

# Before all else: what Swift imports from here on must not block the other three servers.
# ruff: noqa: E402
import eventlet

eventlet.monkey_patch()

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from eventlet import wsgi
from swift.common.http_protocol import SwiftHttpProtocol
from swift.common.ring import RingBuilder
from swift.common.storage_policy import reload_storage_policies
from swift.common.utils import NullLogger, disable_fallocate, set_swift_dir
from swift.common.wsgi import ConfigString, loadapp

BACKENDS = ("account", "container", "object")
DEVICE = "disk"

# The hashing salts are only required to be there. Signed requests of the tests carry long headers.
CLUSTER = """
[swift-hash]
swift_hash_path_prefix = maquette
swift_hash_path_suffix = tests
[swift-constraints]
max_header_size = 32768
[storage-policy:0]
name = only
default = yes
"""
COMMON = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}
recon_cache_path = {folder}
mount_check = false
log_level = CRITICAL
log_address = {folder}/no-syslog
"""
BACKEND = """
[app:main]
use = egg:swift#{kind}
fallocate_reserve = 0
"""
# `slo` joins the parts of large objects, `copy` serves x-amz-copy-source.
PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth copy slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
"""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Faults:
    """Answers what the rules name, and lets everything else through to the service."""

    def __init__(self, service: Application, path: Path) -> None:
        self.service = service
        self.path = path
        self.read: tuple[int, int] | None = None
        self.rules: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        rule = self._rule(environ["REQUEST_METHOD"], f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        if rule is None:
            return self.service(environ, start_response)
        start_response(f"{rule['action']} Injected", [("Content-Type", "application/xml")])
        return [b"<Error><Code>SlowDown</Code><Message>injected</Message></Error>"]

    def _rule(self, method: str, target: str) -> dict[str, Any] | None:
        self._refresh()
        for rule in self.rules:
            left = rule.get("n")
            if left == 0 or rule.get("method", method) != method or not re.search(rule.get("match", ""), target):
                continue
            if left is not None:
                rule["n"] = left - 1
            return rule
        return None

    def _refresh(self) -> None:
        """Read the rules again when the file was replaced: how often each still applies is counted here."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return
        if self.read != (now.st_ino, now.st_mtime_ns):
            self.rules = json.loads(self.path.read_text())
            self.read = (now.st_ino, now.st_mtime_ns)


def prepare(folder: Path, ports: dict[str, int]) -> None:
    """A cluster of one device, which keeps one copy of everything."""
    (folder / DEVICE).mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text(CLUSTER)
    for kind, port in ports.items():
        place = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
        ring = RingBuilder(part_power=4, replicas=1, min_part_hours=1)
        ring.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "device": DEVICE, "meta": "", **place})
        ring.rebalance()
        ring.get_ring().save(str(folder / f"{kind}.ring.gz"))


def serve(folder: Path, port: int) -> None:
    sockets = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in BACKENDS}
    front = eventlet.listen(("127.0.0.1", port))
    prepare(folder, {kind: socket.getsockname()[1] for kind, socket in sockets.items()})
    set_swift_dir(str(folder))
    reload_storage_policies()
    disable_fallocate()
    common = COMMON.format(folder=folder)
    for kind, socket in sockets.items():
        run(socket, loadapp(ConfigString(common + BACKEND.format(kind=kind))))
    run(front, Faults(loadapp(ConfigString(common + PROXY)), folder / "fault.json"))
    print(f"http://127.0.0.1:{front.getsockname()[1]}", flush=True)
    while os.read(sys.stdin.fileno(), 1024):  # Green by now: the servers go on while this waits.
        pass


def run(socket: Any, service: Application) -> None:
    # S3 clients look for "ETag" as it is written.
    spelling = {"capitalize_response_headers": False, "protocol": SwiftHttpProtocol}
    eventlet.spawn(wsgi.server, socket, service, NullLogger(), **spelling)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A real S3 service for tests.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--port", type=int, default=0, help="any free one unless given")
    wanted = parser.parse_args()
    serve(wanted.directory.resolve(), wanted.port)
