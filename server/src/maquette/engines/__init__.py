"""Engines run one attempt of a user's workload and tell the truth about it; only `pools` imports this package.

`base` is the seam, `local` runs processes on this machine (in a bubblewrap sandbox where the host allows it), `shim`
is the program that stays beside each attempt.
"""

from maquette.engines.base import Engine, Isolation, Launch, Mount, Observation, Phase
from maquette.engines.local import LocalEngine

__all__ = ["Engine", "Isolation", "Launch", "LocalEngine", "Mount", "Observation", "Phase"]
