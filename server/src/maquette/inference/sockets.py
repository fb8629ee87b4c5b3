"""Where an instance listens: a Unix socket in a folder of its own, which its sandbox may write."""

import os
import socket
import stat
from pathlib import Path

from maquette.kit.config import Settings

INSIDE = "/run/service"
NAME = "s"


def socket_folder(settings: Settings, instance_id: str) -> Path:
    """Outside the home, for a socket's path must be short."""
    return settings.runtime_dir / "i" / instance_id


def connect(settings: Settings, instance_id: str) -> socket.socket:
    """A connection to an instance. Raises OSError while it does not listen."""
    descriptor = _open(settings, instance_id)
    try:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            connection.connect(f"/proc/self/fd/{descriptor}")
        except OSError:
            connection.close()
            raise
        return connection
    finally:
        os.close(descriptor)


def listens(settings: Settings, instance_id: str) -> bool:
    try:
        os.close(_open(settings, instance_id))
    except OSError:
        return False
    return True


def _open(settings: Settings, instance_id: str) -> int:
    """A descriptor of the instance's socket.

    The folder is the workload's: a link it may have put there must not lead us to another socket of this machine. So
    the name is opened without following links, checked, and connections are made through the descriptor.
    """
    descriptor = os.open(socket_folder(settings, instance_id) / NAME, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise ConnectionRefusedError(f"instance {instance_id} has something else in its socket's place")
