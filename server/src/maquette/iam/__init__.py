"""Who somebody is and what they may do: users, groups, policies, credentials, tokens.

authenticate   from a request's proof (token, signature, session) to an Actor
require        the Actor's policies allow the action, or Forbidden
issue_token    a token for a user, a workload or a console session
"""

from maquette.iam.authentication import Proof, authenticate
from maquette.iam.bootstrap import ensure_first_user
from maquette.iam.links import Links
from maquette.iam.policies import allows, require
from maquette.iam.tables import Project, User
from maquette.iam.tokens import issue_token, revoke_token, revoke_workload_tokens
from maquette.iam.users import system_actor

__all__ = [
    "Links",
    "Project",
    "Proof",
    "User",
    "allows",
    "authenticate",
    "ensure_first_user",
    "issue_token",
    "require",
    "revoke_token",
    "revoke_workload_tokens",
    "system_actor",
]
