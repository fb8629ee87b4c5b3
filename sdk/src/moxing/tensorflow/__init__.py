"""`import moxing.tensorflow as mox`, as older scripts write it: the same file API under that name, no TensorFlow."""

from moxing import framework
from moxing.framework import file

__all__ = ["file", "framework"]
