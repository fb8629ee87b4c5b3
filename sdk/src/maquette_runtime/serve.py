"""`python -m maquette_runtime.serve <spec.json>`: load a model package and answer predictions until SIGTERM.

The socket appears only when the model is loaded, so that a connection means readiness. Requests are computed one at a
time unless the spec allows more: many services keep state, or write to a file of a fixed name, between their steps.
Exit codes: 64 a wrong spec, 65 a package that cannot be downloaded, 66 one that cannot be served, 0 after SIGTERM.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
import traceback

import log
from maquette_runtime import content
from maquette_runtime.http import Request, Server
from maquette_runtime.package import Package, PackageError, missing_dependencies
from maquette_runtime.spec import SpecError, load
from metric.metrics_manager import MetricsManager
from model_service.model_service import SingleNodeService
from moxing.framework import file
from moxing.framework.file.address import is_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXIT_SPEC, EXIT_DOWNLOAD, EXIT_PACKAGE = 64, 65, 66
CODE_REQUEST, CODE_ROUTE, CODE_LARGE, CODE_SERVICE = (
    "ModelArts.4401",
    "ModelArts.4404",
    "ModelArts.4413",
    "ModelArts.4503",
)
HEALTHY = b'{"health": "true"}'

logger = log.getLogger("maquette_runtime.serve")


class ServiceSpec:
    """One replica of a service.

    model           obs:// address or local directory of the package; config.json lies in it or in its folder model/
    model_name      passed to the service class; "model" by default
    socket          path of the Unix socket to create; or
    port, host      TCP port (0: any free one, printed) on host 127.0.0.1
    directory       where a remote package is downloaded; a temporary directory by default
    environments    variables set before the package is loaded
    concurrency     how many requests are computed at a time; 1 by default
    body_limit      bytes; 64 MiB by default
    grace           seconds that requests in progress have after SIGTERM; 20 by default
    """

    def __init__(self, told: dict[str, Any]) -> None:
        environments: dict[str, Any] = told.get("environments") or {}
        self.model = str(told.get("model") or "")
        self.model_name = str(told.get("model_name") or "model")
        self.socket = str(told.get("socket") or "")
        self.port = None if told.get("port") is None else int(told["port"])
        self.host = str(told.get("host") or "127.0.0.1")
        self.directory = str(told.get("directory") or "")
        self.environments = {str(name): str(value) for name, value in environments.items()}
        self.concurrency = max(1, int(told.get("concurrency") or 1))
        self.body_limit = int(told.get("body_limit") or 64 << 20)
        self.grace = float(told.get("grace") or 20)
        if not self.model:
            raise SpecError("The spec has no model.")
        if not self.socket and self.port is None:
            raise SpecError("The spec has neither socket nor port.")


class Predictor:
    """Answers HTTP requests with one service."""

    def __init__(self, package: Package, service: SingleNodeService, concurrency: int) -> None:
        self._routes = package.routes
        self._service = service
        self._turn = threading.Semaphore(concurrency)
        self._raw_json = bool(getattr(service, "raw_json", False))

    def handle(self, request: Request) -> tuple[int, bytes]:
        """Route one request; never raises."""
        path = request.path.rstrip("/") or "/"
        methods = self._routes.get(path)
        if path == "/health" and request.method == "GET" and (methods is None or "GET" not in methods):
            return 200, HEALTHY
        if methods is None:
            return 404, error(
                404, f"There is nothing at '{path}'; this model answers {', '.join(sorted(self._routes))}."
            )
        if request.method not in methods:
            return 405, error(405, f"'{path}' takes {', '.join(sorted(methods))}, not {request.method}.")
        return self._predict(request)

    def _predict(self, request: Request) -> tuple[int, bytes]:
        try:
            data = content.parse(request.headers.get("content-type", ""), request.body, raw_json=self._raw_json)
        except content.BadBody as problem:
            return 400, error(400, str(problem))
        try:
            with self._turn:
                answer = self._service.inference(data)
            return 200, content.to_json(answer)
        except (Exception, SystemExit) as problem:
            # The caller learns what failed; where it failed is for the service's own log.
            logger.exception("the service failed")
            return 500, error(500, f"{type(problem).__name__}: {problem}")


def error(status: int, message: str) -> bytes:
    """Render an error in the platform's form."""
    code = {404: CODE_ROUTE, 405: CODE_ROUTE, 413: CODE_LARGE, 500: CODE_SERVICE}.get(status, CODE_REQUEST)
    return json.dumps({"error_code": code, "error_msg": message}, ensure_ascii=False).encode()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m maquette_runtime.serve <spec.json>", file=sys.stderr)
        return EXIT_SPEC
    begun = time.monotonic()
    try:
        spec = ServiceSpec(load(arguments[0]))
    except (OSError, ValueError, SpecError) as problem:
        logger.error("the service cannot be started: %s", problem)
        return EXIT_SPEC
    os.environ.update(spec.environments)
    try:
        place = fetch(spec)
    except OSError as problem:
        logger.error("the package '%s' cannot be downloaded: %s", spec.model, problem)
        return EXIT_DOWNLOAD
    try:
        package = Package(place)
        for name in missing_dependencies(package.config):
            logger.warning("config.json asks for the package '%s', which is not installed", name)
        MetricsManager.register(spec.model_name)
        service = package.service(spec.model_name)
    except PackageError as problem:
        logger.error("the package '%s' cannot be served: %s", spec.model, problem)
        return EXIT_PACKAGE
    except Exception as problem:
        traceback.print_exc()
        logger.error("the service of '%s' failed to load: %s: %s", spec.model, type(problem).__name__, problem)
        return EXIT_PACKAGE
    return run(spec, Predictor(package, service, spec.concurrency), begun)


def fetch(spec: ServiceSpec) -> str:
    """The package as a local directory."""
    if not is_remote(spec.model):
        return spec.model
    directory = spec.directory or tempfile.mkdtemp(prefix="model-")
    file.copy_parallel(spec.model, directory)
    return directory


def run(spec: ServiceSpec, predictor: Predictor, begun: float) -> int:
    """Serve until SIGTERM or SIGINT, then drain."""
    stop = threading.Event()

    def ended(_number: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)
    server = Server(predictor.handle, error, spec.body_limit)
    if spec.socket:
        server.listen_unix(spec.socket)
        where = spec.socket
    else:
        where = f"{spec.host}:{server.listen_port(spec.host, spec.port or 0)}"
    threading.Thread(target=server.run, daemon=True).start()
    logger.info("serving %s on %s after %.1f s", spec.model, where, time.monotonic() - begun)
    stop.wait()
    drained = server.stop(spec.grace)
    logger.info("stopped%s", "" if drained else f" with requests unfinished after {spec.grace:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
