"""What an actor may do: Huawei IAM's evaluation of Version 1.1 policies. Deny wins, silence is no.

    {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["modelarts:dataset:*"]}]}

An action has three parts, `service:resource:operation`; each may hold `*` and `?`, and case does not matter.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.iam.errors import forbidden
from maquette.iam.tables import Membership, Policy, PolicyGrant
from maquette.kit.actor import Actor
from maquette.kit.errors import Invalid

Document = dict[str, Any]

SYSTEM_POLICIES: dict[str, tuple[str, Document]] = {
    "Tenant Administrator": (
        "Everything, users and settings included.",
        {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]},
    ),
    "ModelArts FullAccess": (
        "All of ModelArts, dedicated resource pools included, and the files it works on.",
        {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["modelarts:*:*", "obs:*:*", "cts:trace:*"]}]},
    ),
    "ModelArts CommonOperations": (
        "All of ModelArts but the management of dedicated resource pools, the files it works on, and one's own traces.",
        {
            "Version": "1.1",
            "Statement": [
                {"Effect": "Allow", "Action": ["modelarts:*:*", "obs:*:*", "cts:trace:list"]},
                {
                    "Effect": "Deny",
                    "Action": [f"modelarts:pool:{verb}" for verb in ("create", "update", "delete")]
                    + [f"modelarts:network:{verb}" for verb in ("create", "update", "delete")],
                },
            ],
        },
    ),
}


# A job's token is for its files, whatever its owner may do besides: making or attaching a bucket would lead a job of an
# administrator out of its sandbox, to any folder of the server.
_OF_WORKLOADS = ("obs:object:", "obs:bucket:List")


def evaluate(documents: Iterable[Document], action: str) -> bool:
    """Whether these policies together allow the action."""
    allowed = False
    for document in documents:
        for statement in document["Statement"]:
            if any(_pattern(pattern).fullmatch(action) for pattern in statement["Action"]):
                if statement["Effect"] == "Deny":
                    return False
                allowed = True
    return allowed


def check_document(document: Document) -> Document:
    """Refuse what could not be evaluated as its author meant it."""
    if document.get("Version") != "1.1":
        raise Invalid("A policy needs Version 1.1.")
    statements = document.get("Statement")
    if not isinstance(statements, list) or not 1 <= len(cast(list[Any], statements)) <= 8:
        raise Invalid("A policy needs 1 to 8 statements.")
    for number, statement in enumerate(cast(list[Any], statements), 1):
        if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:  # pyright: ignore[reportUnknownMemberType]
            raise Invalid(f"Statement {number} of the policy needs the Effect Allow or Deny.")
        parts = cast(dict[str, Any], statement)
        if unknown := set(parts) - {"Effect", "Action"}:
            raise Invalid(f"Statement {number} of the policy has {sorted(unknown)}, which cannot be evaluated.")
        actions = parts.get("Action")
        valid = isinstance(actions, list) and all(
            isinstance(action, str) and action.count(":") == 2 for action in cast(list[Any], actions)
        )
        if not actions or not valid:
            raise Invalid(f"Statement {number} of the policy needs actions of the form service:resource:operation.")
    return document


def documents_of(session: Session, user_id: str, project_id: str) -> list[Document]:
    query = (
        select(Policy.document)
        .join(PolicyGrant, PolicyGrant.policy_id == Policy.id)
        .join(Membership, Membership.group_id == PolicyGrant.group_id)
        .where(Membership.user_id == user_id, PolicyGrant.project_id.in_(["", project_id]))
    )
    return list(session.scalars(query))


def allows(session: Session, actor: Actor, action: str) -> bool:
    if actor.method == "workload" and not action.startswith(_OF_WORKLOADS):
        return False
    return evaluate(documents_of(session, actor.user_id, actor.project_id), action)


def require(session: Session, actor: Actor, action: str) -> None:
    if not allows(session, actor, action):
        raise forbidden(action)


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    translated = re.escape(pattern).replace(r"\*", "[^:]*").replace(r"\?", "[^:]")
    return re.compile(translated, re.IGNORECASE)
