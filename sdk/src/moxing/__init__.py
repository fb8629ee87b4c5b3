"""moxing: the file API that training code imports as `mox`.

`mox.file` works alike on local paths and on `obs://bucket/key` (`s3://` is the same address). Only the file part of
the original is here. Importing costs milliseconds: the network is touched by the first call that needs it.
"""

from moxing import framework
from moxing.framework import file

__all__ = ["file", "framework"]
