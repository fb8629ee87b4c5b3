"""Training jobs and their versions (v1): what to run, its states as ModelArts counts them, its log and its usage.

TrainingJob, TrainingVersion    the rows; a version's workload is a row of `pools`
find_job, find_version          by integer id, for an actor
status_of                       a version's state as ModelArts' number
TrainingKind                    what the worker's reconciler must know of jobs
"""

from maquette.training.jobs import find_job, find_version
from maquette.training.running import TrainingKind
from maquette.training.states import COMPLETED, status_of
from maquette.training.tables import TrainingJob, TrainingVersion

__all__ = ["COMPLETED", "TrainingJob", "TrainingKind", "TrainingVersion", "find_job", "find_version", "status_of"]
