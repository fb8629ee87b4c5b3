"""A sample and its annotations, as every format reads and writes them, and what could not be read or carried.

One picture of the data for all formats: the manifest's own, because every type of annotation has a place in it. What
an annotation says beyond its label lies in `property` under the contract's keys, named here; any other key is an
attribute of the object (`{"color": "white"}`). Nothing here knows a file.

Points are `[x, y]` in pixels of the picture, from its upper left corner; offsets in a text are code points, the end
exclusive; times are `hh:mm:ss.SSS`, with the integer index of the audio sample beside them where it is known.
"""

from dataclasses import dataclass, field
from typing import Any

SHAPE, FEATURE, HOLES = "@modelarts:shape", "@modelarts:feature", "@maquette:holes"
START_INDEX, END_INDEX = "@modelarts:start_index", "@modelarts:end_index"
START_TIME, END_TIME = "@modelarts:start_time", "@modelarts:end_time"
START_SAMPLE, END_SAMPLE = "@maquette:start_sample", "@maquette:end_sample"
CONTENT, SPEAKER = "@modelarts:content", "@modelarts:source"
FROM, TO = "@modelarts:from", "@modelarts:to"
COLOR = "@modelarts:color"
SIZE = "@modelarts:size"
PARENT_SOURCE, PARENT_DURATION = "@modelarts:parent_source", "@modelarts:parent_duration"
TIME_IN_VIDEO = "@modelarts:time_in_video"
TEXT_PREFIX = "content://"

SHAPES = ("bndbox", "polygon", "circle", "line", "dashed", "point", "polyline")
"""The `feature` of each: two corners; three points or more; centre and `[[cx, cy], [r]]`; two points; two points; one
point; two points or more. A polygon's `HOLES` are a list of rings like its own."""


@dataclass(slots=True, kw_only=True)
class Annotation:
    """One label on a sample. What a file does not say is None, which is not the same as false or zero."""

    type: str
    name: str | None = None
    id: str | None = None
    property: dict[str, Any] = field(default_factory=dict[str, Any])
    hard: bool | None = None
    hard_coefficient: float | None = None
    confidence: float | None = None
    creation_time: str | None = None
    annotated_by: str | None = None
    annotation_format: str | None = None
    annotation_loc: str | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True, kw_only=True)
class Sample:
    """One sample: `source` is an address, a relative path, or `content://` and the text itself.

    `property` holds what is known of the sample: SIZE as `[width, height, depth]`, the video it is a frame of.
    """

    source: str
    usage: str | None = None
    id: str | None = None
    annotations: list[Annotation] = field(default_factory=list[Annotation])
    hard: bool | None = None
    hard_coefficient: float | None = None
    sample_type: int | None = None
    property: dict[str, Any] = field(default_factory=dict[str, Any])
    inference_loc: str | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    line: int = field(default=0, compare=False)


@dataclass(slots=True, frozen=True)
class Problem:
    """What could not be read: where, why, and what its author can do. Line 0 is the file as a whole.

    `file` is empty where the reader was given bytes without a name; whoever knows it fills it in.
    """

    line: int
    reason: str
    remedy: str
    file: str = ""


@dataclass(slots=True, frozen=True)
class Loss:
    """What the target format cannot carry of one sample: said in the export's report, never dropped in silence."""

    source: str
    what: str


def text_of(sample: Sample) -> str | None:
    """The text of a sample that carries it in its source, else None."""
    return sample.source.removeprefix(TEXT_PREFIX) if sample.source.startswith(TEXT_PREFIX) else None
