"""From a service's access address to one of its instances.

The route has found out who calls and that they may. Here a model is drawn by weight, an instance by turns, the request
is passed on through the instance's Unix socket, and what comes back is given back, within the time limit.
"""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpcore
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from maquette.db import Database, visible_to
from maquette.inference.accounting import CallCounter
from maquette.inference.errors import BadGateway, GatewayTimeout, no_service, not_running
from maquette.inference.sockets import open_socket
from maquette.inference.tables import READY, Instance, Service
from maquette.kit.actor import Actor
from maquette.kit.config import Settings

PLAN_LIFETIME_S = 0.5
FLUSH_S = 2.0
_PASSED_ON = frozenset({b"content-type", b"accept", b"accept-language", b"user-agent"})
_GIVEN_BACK = frozenset({b"content-type", b"content-language", b"cache-control"})


@dataclass(slots=True)
class Plan:
    """Where a service's calls may go: ready instances of each model, with the model's weight."""

    name: str
    project_id: str
    workspace_id: str
    status: str
    targets: list[tuple[int, list[str]]] = field(default_factory=list[tuple[int, list[str]]])
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    headers: Iterable[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class _Line:
    """Connections to one instance, made through a descriptor of its socket."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.pool = httpcore.AsyncConnectionPool(
            uds=f"/proc/self/fd/{descriptor}", max_connections=100, max_keepalive_connections=20, keepalive_expiry=60
        )

    async def close(self) -> None:
        await self.pool.aclose()
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


class Gateway:
    """One an API process, used in its event loop."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.counter = CallCounter(database)
        self._plans: dict[str, Plan] = {}
        self._lines: dict[str, _Line] = {}
        self._turn = 0

    async def run(self) -> None:
        """Write the counts now and then, until cancelled; the last ones too."""
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                await run_in_threadpool(self.counter.flush)
        finally:
            self.counter.flush()
            for line in self._lines.values():
                await line.close()

    async def call(self, actor: Actor, service_id: str, call: Call) -> Reply:
        """Pass one request on. Raises NotFound, Unavailable, GatewayTimeout or BadGateway."""
        plan = await self._plan(actor, service_id)
        instance_id = self._choose(plan)
        begun = time.perf_counter()
        failed = True
        try:
            reply = await asyncio.wait_for(self._pass_on(instance_id, call), self.settings.prediction_timeout)
            failed = reply.status >= 500
        except TimeoutError:
            limit = self.settings.prediction_timeout
            raise GatewayTimeout(f"The service '{plan.name}' did not answer within {limit:g} seconds.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
            await self._forget(service_id, instance_id)
            raise BadGateway(f"The service '{plan.name}' broke the connection off. Its log may tell why.") from None
        finally:
            self.counter.count(service_id, instance_id, (time.perf_counter() - begun) * 1000, failed=failed)
        return reply

    async def _plan(self, actor: Actor, service_id: str) -> Plan:
        plan = self._plans.get(service_id)
        if plan is None or plan.until < time.monotonic():
            plan = await run_in_threadpool(self._read_plan, actor, service_id)
            self._plans[service_id] = plan
        if plan.project_id != actor.project_id or plan.workspace_id not in actor.workspaces:
            raise no_service(service_id)
        if not plan.targets:
            raise not_running(plan.name, plan.status)
        return plan

    def _read_plan(self, actor: Actor, service_id: str) -> Plan:
        with self.database.read() as session:
            service = session.scalar(select(Service).where(Service.id == service_id, visible_to(actor, Service)))
            if service is None:
                raise no_service(service_id)
            ready = select(Instance).where(Instance.service_id == service_id, Instance.state == READY)
            rows = session.scalars(ready.where(Instance.revision == service.live_revision)).all()
        models: dict[int, tuple[int, list[str]]] = {}
        for row in rows:
            models.setdefault(row.position, (row.weight, []))[1].append(row.id)
        targets = list(models.values())
        until = time.monotonic() + PLAN_LIFETIME_S
        return Plan(service.name, service.project_id, service.workspace_id, service.status, targets, until)

    def _choose(self, plan: Plan) -> str:
        weights = [weight for weight, _ in plan.targets]
        # All the ready models may have weight 0 while those with a share are away: any is better than none.
        _, ids = random.choices(plan.targets, weights if any(weights) else None)[0]  # noqa: S311 - no secret
        self._turn += 1
        return ids[self._turn % len(ids)]

    async def _pass_on(self, instance_id: str, call: Call) -> Reply:
        line = self._line(instance_id)
        headers = [(name, value) for name, value in call.headers if name.lower() in _PASSED_ON]
        answer = await line.pool.request(
            call.method, f"http://service{call.path}", headers=[(b"Host", b"service"), *headers], content=call.body
        )
        kept = {name.decode(): value.decode("latin-1") for name, value in answer.headers if name.lower() in _GIVEN_BACK}
        return Reply(answer.status, kept, answer.content)

    def _line(self, instance_id: str) -> _Line:
        line = self._lines.get(instance_id)
        if line is None:
            descriptor = open_socket(self.settings, instance_id)
            if descriptor is None:
                raise ConnectionRefusedError(instance_id)
            line = self._lines[instance_id] = _Line(descriptor)
        return line

    async def _forget(self, service_id: str, instance_id: str) -> None:
        """An instance that failed us is asked for anew; it may have been replaced."""
        self._plans.pop(service_id, None)
        if line := self._lines.pop(instance_id, None):
            await line.close()
