"""What happened: one row per deed, written in the deed's own transaction.

Audit, notifications and workflow triggers read these rows; whoever emits knows none of them. Event names are those of
chapter 7 of the user guide.
"""

from maquette.events.service import Resource, emit, missing_numbers
from maquette.events.tables import Event

__all__ = ["Event", "Resource", "emit", "missing_numbers"]
