"""Where users' code runs: flavors, the public pool and its workloads. The only user of engines.

    WorkloadSpec, request_workload     ask for a job or a service in the caller's transaction
    stop_workload, find_workload       change one's mind about it, or look at it
    log_path, usage_of                 what the present attempt printed and used, as it runs and afterwards
    flavors, find_flavor               what this machine has to offer
    check_may_run                      whether an actor's code may run here
    WorkloadKind, Program, Mount       what a domain tells the reconciler about its workloads

The worker's side is `reconciler.Reconciler`, which compares the rows with the world.
"""

from maquette.engines import Mount
from maquette.pools.flavors import Flavor, find_flavor, flavors
from maquette.pools.kinds import Program, WorkloadKind
from maquette.pools.policy import check_may_run
from maquette.pools.tables import Workload
from maquette.pools.watching import attempt_directory, log_path, usage_of
from maquette.pools.workloads import WorkloadSpec, find_workload, request_workload, stop_workload

__all__ = [
    "Flavor",
    "Mount",
    "Program",
    "Workload",
    "WorkloadKind",
    "WorkloadSpec",
    "attempt_directory",
    "check_may_run",
    "find_flavor",
    "find_workload",
    "flavors",
    "log_path",
    "request_workload",
    "stop_workload",
    "usage_of",
]
