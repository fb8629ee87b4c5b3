"""Where an instance listens: a Unix socket in a folder of its own, which its sandbox may write."""

import os
import stat
from pathlib import Path

from maquette.kit.config import Settings

INSIDE = "/run/service"
NAME = "s"


def socket_folder(settings: Settings, instance_id: str) -> Path:
    """Outside the home, for a socket's path must be short."""
    return settings.runtime_dir / "i" / instance_id


def open_socket(settings: Settings, instance_id: str) -> int | None:
    """A descriptor of the instance's socket, or None while it does not listen.

    The folder is the workload's: a link it may have put there must not lead us to another socket of this machine. So
    the name is opened without following links, and connections are made through the descriptor.
    """
    try:
        descriptor = os.open(socket_folder(settings, instance_id) / NAME, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def listens(settings: Settings, instance_id: str) -> bool:
    descriptor = open_socket(settings, instance_id)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True
