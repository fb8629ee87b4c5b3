"""From a service's access address to one of its instances.

The route has found out who calls and that they may. Here a model is drawn by weight, then its least busy instance; the
request is passed on through the instance's Unix socket, and what comes back is given back, within the time limit. A
request that an instance cannot have read, because it is just going away, goes to another one.
"""

import asyncio
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from maquette.db import Database, visible_to
from maquette.inference.accounting import CallCounter
from maquette.inference.connections import Broken, Line, NotDelivered, Reply
from maquette.inference.errors import bad_answer, busy, no_service, not_running, too_slow
from maquette.inference.sockets import connect
from maquette.inference.tables import READY, Instance, Service
from maquette.kit.actor import Actor
from maquette.kit.config import Settings

PLAN_LIFETIME_S = 0.5
UPKEEP_S = 2.0
FORGET_S = 60.0
TRIES = 3
MOST_BUSY = 128
REPLY_LIMIT = 64 << 20
# Only these reach a model: tokens, cookies and signatures are the caller's, and the model is somebody else's code.
_PASSED_ON = frozenset({b"content-type", b"accept", b"accept-language", b"user-agent", b"x-request-id"})
_GIVEN_BACK = frozenset({b"content-type", b"content-language", b"content-encoding", b"cache-control"})


@dataclass(slots=True)
class Plan:
    """Where a service's calls may go: ready instances of each model, with the model's weight."""

    name: str
    project_id: str
    workspace_id: str
    status: str
    targets: list[tuple[int, list[str]]] = field(default_factory=list[tuple[int, list[str]]])
    read_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """`target` is the path and query as they were sent, percent-encoded."""

    method: bytes
    target: bytes
    headers: Iterable[tuple[bytes, bytes]]
    body: bytes


class Gateway:
    """One an API process, used in its event loop."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.counter = CallCounter(database)
        self._plans: dict[str, Plan] = {}
        self._lines: dict[str, Line] = {}

    async def run(self) -> None:
        """Write the counts now and then, until cancelled; the last ones too."""
        try:
            while True:
                await asyncio.sleep(UPKEEP_S)
                self._forget_unused()
                await run_in_threadpool(self.counter.flush)
        finally:
            self.counter.flush()
            for instance_id in list(self._lines):
                self._hang_up(instance_id)

    async def call(self, actor: Actor, service_id: str, call: Call) -> Reply:
        """Pass one request on. Raises NotFound, Unavailable, GatewayTimeout or BadGateway."""
        plan = await self._plan(actor, service_id)
        try:
            async with asyncio.timeout(self.settings.prediction_timeout):
                return await self._deliver(actor, service_id, plan, _render(call))
        except TimeoutError:
            raise too_slow(plan.name, self.settings.prediction_timeout) from None

    async def _deliver(self, actor: Actor, service_id: str, plan: Plan, request: bytes) -> Reply:
        tried: set[str] = set()
        for _ in range(TRIES):
            instance_id = self._choose(plan, tried)
            try:
                return await self._counted(service_id, instance_id, request)
            except NotDelivered:
                # It has ended, or a new process listens at the same place: look again.
                self._hang_up(instance_id)
                self._plans.pop(service_id, None)
                tried.add(instance_id)
                plan = await self._plan(actor, service_id)
            except Broken as error:
                raise bad_answer(plan.name, str(error)) from None
        raise not_running(plan.name, "restarting")

    async def _counted(self, service_id: str, instance_id: str, request: bytes) -> Reply:
        begun = time.perf_counter()
        failed, delivered = True, True
        try:
            reply = await self._line(instance_id).exchange(request)
            failed = reply.status >= 500
            return reply
        except NotDelivered:
            delivered = False
            raise
        finally:
            if delivered:
                took = (time.perf_counter() - begun) * 1000
                self.counter.count(service_id, instance_id, took, failed=failed)

    async def _plan(self, actor: Actor, service_id: str) -> Plan:
        plan = self._plans.get(service_id)
        # Who is told "not running" is told the truth of this moment: an empty plan is read again each time.
        if plan is None or not plan.targets or time.monotonic() - plan.read_at > PLAN_LIFETIME_S:
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
                self._plans.pop(service_id, None)
                raise no_service(service_id)
            ready = select(Instance).where(Instance.service_id == service_id, Instance.state == READY)
            rows = session.scalars(ready.where(Instance.revision == service.live_revision)).all()
        models: dict[int, tuple[int, list[str]]] = {}
        for row in rows:
            models.setdefault(row.position, (row.weight, []))[1].append(row.id)
        targets = list(models.values())
        return Plan(service.name, service.project_id, service.workspace_id, service.status, targets, time.monotonic())

    def _choose(self, plan: Plan, tried: set[str]) -> str:
        """A model by weight among those with an instance not yet tried, then its least busy one."""
        open_to: list[tuple[int, list[str]]] = []
        for weight, ids in plan.targets:
            if left := [each for each in ids if each not in tried]:
                open_to.append((weight, left))
        open_to = open_to or plan.targets
        weights = [weight for weight, _ in open_to]
        # All the ready models may have weight 0 while those with a share are away: any is better than none.
        _, ids = random.choices(open_to, weights if any(weights) else None)[0]  # noqa: S311 - no secret
        random.shuffle(ids)
        chosen = min(ids, key=self._busy)
        if self._busy(chosen) >= MOST_BUSY:
            raise busy(plan.name)
        return chosen

    def _busy(self, instance_id: str) -> int:
        line = self._lines.get(instance_id)
        return line.busy if line else 0

    def _line(self, instance_id: str) -> Line:
        line = self._lines.get(instance_id)
        if line is None:
            line = self._lines[instance_id] = Line(partial(connect, self.settings, instance_id), REPLY_LIMIT)
        return line

    def _hang_up(self, instance_id: str) -> None:
        if line := self._lines.pop(instance_id, None):
            line.close()

    def _forget_unused(self) -> None:
        """Let go of services that nobody has called for a while, and of instances that are no more."""
        now = time.monotonic()
        self._plans = {key: plan for key, plan in self._plans.items() if now - plan.read_at < FORGET_S}
        known = {each for plan in self._plans.values() for _, ids in plan.targets for each in ids}
        for instance_id, line in list(self._lines.items()):
            if instance_id not in known and not line.busy:
                self._hang_up(instance_id)


def _render(call: Call) -> bytes:
    """The request as the instance sees it. The server that took it has checked that no header holds a line break."""
    lines = [b"%s %s HTTP/1.1" % (call.method, call.target), b"Host: service", b"Content-Length: %d" % len(call.body)]
    lines += [b"%s: %s" % (name, value) for name, value in call.headers if name in _PASSED_ON]
    return b"\r\n".join([*lines, b"", call.body])


def given_back(reply: Reply) -> dict[str, str]:
    """The headers of an answer that its caller may see."""
    return {name.decode(): value.decode("latin-1") for name, value in reply.headers if name in _GIVEN_BACK}
