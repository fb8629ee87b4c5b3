"""Bodies of the history of samples and of going back in it: operations of our own."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from maquette.datasets.sample_schemas import SampleItem, SampleLabel
from maquette.web import Contract, Own


class Annotations(Contract):
    """The annotations of a sample at one time, as a sample's own are written; names of labels are today's."""

    labels: list[SampleLabel]
    sample_status: str
    sample_usage: str | None = None
    metadata: dict[str, Any]
    labelled_by: str | None = None
    labelled_at: int | None = None


class Operation(Contract):
    """One change. Without `before` it brought the sample back, without `after` it removed it.

    `action` is annotate, import, remove, remove-label or restore; `revision` is the sample's own before the change.
    """

    operation_id: str
    sample_id: str
    action: str
    by: str
    at: int
    revision: int
    before: Annotations | None = None
    after: Annotations | None = None


class History(Contract):
    total_count: int
    operations: list[Operation]


class RestoreSample(Own):
    """Back to what was there before the operation, or to what the sample was at that revision."""

    operation_id: Annotated[str, Field(max_length=64)] | None = None
    revision: int | None = None
    expected_revision: int | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.operation_id is None) == (self.revision is None):
            raise ValueError("give operation_id or revision, one of them")
        return self


class RestoredSample(Contract):
    """Without `sample` the sample is not there any more: what was restored is its absence.

    `file_missing`: the sample is back, and its file is gone.
    """

    changed: bool
    revision: int
    file_missing: bool = False
    sample: SampleItem | None = None


class RestoreDataset(Own):
    """`time` is in milliseconds; what was written in that millisecond stays. A dry run counts and changes nothing."""

    time: Annotated[int, Field(ge=0, le=2**53)]
    dry_run: bool = False


class RestoreAsked(Contract):
    """`undo_time`: restoring to that moment takes this restoring back."""

    task_id: str
    undo_time: int
