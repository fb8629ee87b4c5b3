"""The contract's search conditions, as lists and changes of many samples take them; `search` understands them."""

from typing import Annotated

from pydantic import Field

from maquette.web import Own

Operator = Annotated[str, Field(pattern="^(AND|OR|and|or)$")]


class SearchLabel(Own):
    """A label; with `property` an annotation with it must say so: any value of a key, and all of the keys or one."""

    name: str
    op: Operator = "AND"
    property: Annotated[dict[str, list[str]], Field(max_length=20)] | None = None
    type: int | None = None


class SearchLabels(Own):
    labels: Annotated[list[SearchLabel], Field(max_length=100)] = []
    op: Operator = "OR"


class SearchProp(Own):
    op: Operator = "AND"
    props: Annotated[dict[str, list[str]], Field(max_length=20)] = {}


class SearchAlternative(Own):
    """A condition: its members all hold. Members that the type of the dataset has nothing for are refused when set.

    Ours: `usage`, and `text`, a part of a text sample in any case.
    """

    hard: str | int | None = None
    import_origin: str | None = None
    label_list: SearchLabels | None = None
    labeler: str | None = None
    metadata: SearchProp | None = None
    sample_dir: str | None = None
    sample_name: str | None = None
    sample_time: str | None = None
    score: str | None = None
    coefficient: str | None = None
    usage: str | None = None
    text: Annotated[str, Field(max_length=1000)] | None = None
    frame_in_video: int | None = None
    kvp: str | None = None
    parent_sample_id: str | None = None
    slice_thickness: str | None = None
    study_date: str | None = None
    time_in_video: str | None = None


class SearchCondition(SearchAlternative):
    """Ours: `any_of`, conditions of which one must hold, beside what else is said here."""

    any_of: Annotated[list[SearchAlternative], Field(max_length=20)] | None = None
