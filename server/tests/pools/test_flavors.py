"""Flavors are cut from what the machine really has."""

import pytest

from maquette.engines import Isolation
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Forbidden, Invalid
from maquette.pools import check_may_run, find_flavor, flavors
from maquette.pools.flavors import Machine, capacity, cut

GIB = 1 << 30


def test_two_cores_run_a_job_beside_a_service() -> None:
    machine = Machine(2, 24 * GIB)
    small, large = cut(machine)
    assert (small.code, small.cpu, small.memory, small.fits) == ("modelarts.vm.cpu.1u", 1, 4 * GIB, 2)
    assert (large.code, large.number, large.memory_gb, large.fits) == ("modelarts.vm.cpu.2u", 2, "8", 1)


@pytest.mark.parametrize(("cpus", "gib"), [(1, 1), (2, 2), (2, 4), (64, 256), (192, 64)])
def test_every_flavor_fits_its_machine(cpus: int, gib: int) -> None:
    machine = Machine(cpus, gib * GIB)
    most_cpu, most_memory = capacity(machine)
    for flavor in cut(machine):
        assert flavor.fits >= 1
        assert flavor.cpu * flavor.fits <= most_cpu
        assert flavor.memory * flavor.fits <= most_memory


def test_gpus_are_offered_where_workloads_reach_them() -> None:
    machine = Machine(16, 128 * GIB, ("H200", "H200"))
    assert not any(flavor.gpus for flavor in cut(machine))
    one, both = (flavor for flavor in cut(machine, devices=True) if flavor.gpus)
    assert (one.gpus, one.cpu, one.gpu_name, one.fits) == (1, 8, "H200", 2)
    assert (both.gpus, both.cpu, both.fits) == (2, 16, 1)


def test_this_machine_offers_something() -> None:
    first = flavors()[0]
    assert find_flavor(first.code) == find_flavor(first.number) == first
    with pytest.raises(Invalid, match=first.code):
        find_flavor("modelarts.vm.cpu.9999u")


def test_without_a_sandbox_only_administrators_run_jobs() -> None:
    weak, strong = Isolation("process", False, "bubblewrap is not installed"), Isolation("bubblewrap", True)
    settings = Settings()
    member = Actor("1", "bob", "d", "d", "p")
    check_may_run(settings, strong, member)
    check_may_run(settings, weak, Actor("1", "root", "d", "d", "p", administrator=True))
    check_may_run(Settings(jobs_without_sandbox="everyone"), weak, member)
    with pytest.raises(Forbidden, match="not installed"):
        check_may_run(settings, weak, member)
