"""The two kinds of request and response bodies."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A body of a ModelArts operation: real clients send fields we do not know, which are ignored."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Own(BaseModel):
    """A body of our own operations: an unknown field is a mistake and is named."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
