"""Policy evaluation: a table of what IAM answers."""

from typing import Any

import pytest

from maquette.iam.policies import SYSTEM_POLICIES, check_document, evaluate
from maquette.kit.errors import Invalid


def policy(effect: str, *actions: str) -> dict[str, Any]:
    return {"Version": "1.1", "Statement": [{"Effect": effect, "Action": list(actions)}]}


FULL = SYSTEM_POLICIES["ModelArts FullAccess"][1]
COMMON = SYSTEM_POLICIES["ModelArts CommonOperations"][1]


@pytest.mark.parametrize(
    ("documents", "action", "allowed"),
    [
        ([], "modelarts:dataset:create", False),
        ([FULL], "modelarts:dataset:create", True),
        ([FULL], "modelarts:pool:create", True),
        ([COMMON], "modelarts:pool:create", False),
        ([COMMON], "modelarts:trainJob:create", True),
        ([COMMON], "iam:users:create", False),
        ([FULL, policy("Deny", "modelarts:dataset:delete")], "modelarts:dataset:delete", False),
        ([policy("Deny", "modelarts:dataset:delete"), FULL], "modelarts:dataset:delete", False),
        ([FULL, policy("Deny", "modelarts:dataset:delete")], "modelarts:dataset:get", True),
        ([policy("Allow", "modelarts:dataset:*")], "modelarts:dataset:list", True),
        ([policy("Allow", "modelarts:dataset:*")], "modelarts:datasets:list", False),
        ([policy("Allow", "ModelArts:Dataset:LIST")], "modelarts:dataset:list", True),
        ([policy("Allow", "modelarts:data???:list")], "modelarts:dataset:list", True),
        ([policy("Allow", "modelarts:data.et:list")], "modelarts:dataset:list", False),
    ],
)
def test_evaluation(documents: list[dict[str, Any]], action: str, allowed: bool) -> None:
    assert evaluate(documents, action) is allowed


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}]},
        {"Version": "1.1", "Statement": []},
        policy("Maybe", "a:b:c"),
        policy("Allow"),
        policy("Allow", "modelarts:*"),
        {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"], "Condition": {}}]},
    ],
)
def test_what_cannot_be_evaluated_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_document(document)
