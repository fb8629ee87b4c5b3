"""Files and directories on local disk and in the platform's object store, by one set of functions.

Every function takes local paths and `obs://bucket/key` (or `s3://…`). `address` and `wire` are the mechanics, `session`
knows credentials and retries, `remote` objects, and `stream`, `tree`, `transfer`, `manifest` and `shifting` what users
call. Standard library only, and little of it.
"""

from moxing.framework.file.errors import (
    MoxException,
    MoxFileNameDuplicateException,
    MoxFileNotExistsException,
    MoxFileReadException,
    MoxFileRespException,
)
from moxing.framework.file.session import set_auth
from moxing.framework.file.stream import File, append, append_remote, read, write
from moxing.framework.file.transfer import copy, copy_parallel, make_dirs, mk_dir, remove, rename
from moxing.framework.file.tree import (
    exists,
    get_size,
    glob,
    is_directory,
    list_directory,
    scan_dir,
    stat,
    walk,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

__all__ = [
    "File",
    "MoxException",
    "MoxFileNameDuplicateException",
    "MoxFileNotExistsException",
    "MoxFileReadException",
    "MoxFileRespException",
    "append",
    "append_remote",
    "copy",
    "copy_manifest",
    "copy_parallel",
    "exists",
    "get_size",
    "glob",
    "is_directory",
    "list_directory",
    "make_dirs",
    "mk_dir",
    "read",
    "remove",
    "rename",
    "scan_dir",
    "set_auth",
    "shift",
    "stat",
    "walk",
    "write",
]


def copy_manifest(manifest_url: "str | PathLike[str]", dst: "str | PathLike[str]") -> tuple[str, int]:
    """Copy what a manifest lists; return the path of the rewritten manifest and the number of samples."""
    from moxing.framework.file import manifest  # imported when used: jobs start without it

    return manifest.copy_manifest(manifest_url, dst)


def shift(source: str, target: str) -> None:
    """Make `open`, `os`, `glob`, `shutil` (`'os'`) or TensorFlow's gfile (`'tf'`) take remote paths (`'mox'`)."""
    from moxing.framework.file import shifting

    shifting.shift(source, target)
