"""Who is asking: the one value that every permission, every row filter and every audit line is decided by."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user acting in one project. `workspaces` are those of the project that the user may enter.

    `method` says how the user proved it: token, signature, session, workload (a job's own token) or system. A workload
    is `confined_to` the workspace it lives in.
    """

    user_id: str
    user_name: str
    domain_id: str
    domain_name: str
    project_id: str
    workspaces: frozenset[str] = frozenset()
    administrator: bool = False
    method: str = "system"
    request_id: str = ""
    address: str = ""
    confined_to: str = ""

    def within(self, project_id: str, workspaces: frozenset[str]) -> "Actor":
        return replace(self, project_id=project_id, workspaces=workspaces)
