"""Where objects lie: one seam (`base.ObjectStore`), three implementations, and the rules for keys."""

from maquette.storage.base import CHUNK, Listing, ObjectExists, ObjectInfo, ObjectMissing, ObjectStore, Report
from maquette.storage.keys import obs_url, parse_obs_url, safe_key
from maquette.storage.local import LocalStore
from maquette.storage.memory import MemoryStore

__all__ = [
    "CHUNK",
    "Listing",
    "LocalStore",
    "MemoryStore",
    "ObjectExists",
    "ObjectInfo",
    "ObjectMissing",
    "ObjectStore",
    "Report",
    "obs_url",
    "parse_obs_url",
    "safe_key",
]
