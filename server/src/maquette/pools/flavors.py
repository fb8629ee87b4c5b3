"""What this machine has, and the flavors cut from it.

A flavor is a share of the machine under ModelArts' own code: `modelarts.vm.cpu.2u` has two vCPUs and up to 8 GB. The
smallest fits at least twice on two cores, so that a job and a service can run side by side.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maquette.kit.errors import Invalid

PUBLIC_POOL = "public"

_GIB = 1 << 30
_MEMORY_PER_CPU = 4 * _GIB
_FOR_USERS = 0.85  # the rest is the platform's own


@dataclass(frozen=True, slots=True)
class Machine:
    """CPUs and memory that this process may use (its cgroup's, where that is less), and the GPUs' names."""

    cpus: int
    memory: int
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flavor:
    """`number` is the stable id that v1 jobs call spec_id. Memory is bytes, `fits` how often it fits at once."""

    number: int
    code: str
    cpu: float
    memory: int
    fits: int
    gpus: int = 0
    gpu_name: str = ""

    @property
    def memory_gb(self) -> str:
        return f"{self.memory / _GIB:.3g}"


@cache
def machine() -> Machine:
    cpus = min(len(os.sched_getaffinity(0)), _cpu_quota())
    return Machine(max(1, cpus), _memory(), _gpus())


def capacity(of: Machine) -> tuple[float, int]:
    """CPUs and bytes of memory that workloads together may hold."""
    return float(of.cpus), int(of.memory * _FOR_USERS)


def flavors(*, devices: bool = False) -> list[Flavor]:
    """Smallest first. GPU flavors only for callers who know that workloads reach the devices."""
    return cut(machine(), devices=devices)


def cut(of: Machine, *, devices: bool = False) -> list[Flavor]:
    cpus, memory = capacity(of)
    per_cpu = min(_MEMORY_PER_CPU, int(memory / cpus))
    found: list[Flavor] = []
    number, units = 1, 1
    while units <= of.cpus:
        share = _rounded(per_cpu * units)
        fits = min(of.cpus // units, memory // share)
        found.append(Flavor(number, f"modelarts.vm.cpu.{units}u", float(units), share, fits))
        number, units = number + 1, units * 2
    count = len(of.gpus) if devices else 0
    for number, gpus in enumerate(sorted({1, count} if count else set[int]()), 101):
        cpu = max(1.0, float(of.cpus * gpus // count))
        share = _rounded(memory * gpus // count)
        found.append(Flavor(number, f"modelarts.vm.gpu.{gpus}", cpu, share, count // gpus, gpus, of.gpus[0]))
    return found


def find_flavor(code: str | int, *, devices: bool = True) -> Flavor:
    """By code or by number; raises Invalid with what there is."""
    offered = flavors(devices=devices)
    for flavor in offered:
        if code in (flavor.code, flavor.number):
            return flavor
    names = ", ".join(f"{flavor.code} (spec_id {flavor.number})" for flavor in offered)
    raise Invalid(f"There is no flavor '{str(code)[:64]}' on this machine. Choose one of {names}.")


def _rounded(size: int) -> int:
    return max(size >> 20, 64) << 20


def _cpu_quota() -> int:
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return 1 << 16 if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return 1 << 16


def _memory() -> int:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            total = min(total, int((Path("/sys/fs/cgroup") / name).read_text()))
        except (OSError, ValueError):
            continue
    return total


def _gpus() -> tuple[str, ...]:
    names: list[str] = []
    try:
        for card in sorted(Path("/proc/driver/nvidia/gpus").iterdir()):
            lines = (card / "information").read_text().splitlines()
            names += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")][:1]
    except OSError:
        return ()
    return tuple(names)
