"""Workspaces: the parts of a project that keep teams apart. Every object lives in one; `0` is the default's id."""

from maquette.workspaces.service import DEFAULT, accessible, check_workspace, confined
from maquette.workspaces.tables import Workspace

__all__ = ["DEFAULT", "Workspace", "accessible", "check_workspace", "confined"]
