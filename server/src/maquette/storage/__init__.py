"""Where objects lie: one seam (`base.ObjectStore`), three implementations, and the rules for keys."""

from maquette.storage.base import CHUNK, Listing, ObjectInfo, ObjectMissing, ObjectStore
from maquette.storage.keys import obs_url, parse_obs_url, safe_key
from maquette.storage.local import LocalStore
from maquette.storage.memory import MemoryStore

__all__ = [
    "CHUNK",
    "Listing",
    "LocalStore",
    "MemoryStore",
    "ObjectInfo",
    "ObjectMissing",
    "ObjectStore",
    "obs_url",
    "parse_obs_url",
    "safe_key",
]
