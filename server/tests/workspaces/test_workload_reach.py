"""What users' code can touch with the token of its attempt: files, of its own workspace and the default one, and never
more than its owner may at this moment."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select
from tests.conftest import PASSWORD, Api, Platform

from maquette.iam import issue_token, revoke_workload_tokens, users
from maquette.iam.tables import Group, Policy, PolicyGrant, User
from maquette.iam.tokens import HOUR_MS, TokenSpec
from maquette.kit.ids import new_id
from maquette.workspaces.tables import WorkspaceGrant

BUCKETS = {"shared": "", "of-mine": "mine", "of-other": "other"}


class Job:
    """The token of an attempt in the workspace `mine`, and what it can do."""

    def __init__(self, platform: Platform, owner: Api, workspace_id: str) -> None:
        self.platform = platform
        self.owner = owner
        with platform.database.write() as session:
            self.user_id = users.find_user(session, "admin", owner.name).id
            facts = self.user_id, HOUR_MS, owner.project_id
            self.token = issue_token(session, TokenSpec("workload", *facts, subject="w-1", workspace_id=workspace_id))

    def ask(self, method: str, path: str, **options: Any) -> Any:
        url = f"/v1/{self.owner.project_id}/{path}"
        return self.platform.client.request(method, url, headers={"X-Auth-Token": self.token}, **options)

    def reads(self) -> dict[str, int]:
        return {name: self.ask("GET", f"buckets/{name}/objects/a.txt").status_code for name in BUCKETS}

    def writes(self) -> dict[str, int]:
        return {name: self.ask("PUT", f"buckets/{name}/objects/b.txt", content=b"b").status_code for name in BUCKETS}


@pytest.fixture
def workspaces(platform: Platform, api: Api, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two workspaces that the administrator and bob may enter, and a bucket in each, besides one in the default."""
    monkeypatch.setattr("maquette.app.KEPT_S", -1.0)  # what is remembered for two seconds is asked for each time
    platform.user("bob")
    with platform.database.read() as session:
        bob = users.find_user(session, "admin", "bob").id
    made = {"": "0"}
    for name in ("mine", "other"):
        body = {"name": name, "auth_type": "INTERNAL", "grants": [{"user_id": bob}]}
        answer = api.post("/v1", "workspaces", body)
        assert answer.status_code == 200, answer.text
        made[name] = answer.json()["id"]
    for bucket, workspace in BUCKETS.items():
        assert api.post("/v1", "buckets", {"name": bucket, "workspace_id": made[workspace]}).is_success
        assert api.put("/v1", f"buckets/{bucket}/objects/a.txt", b"a").is_success
    return made


@pytest.fixture
def job(platform: Platform, workspaces: dict[str, str]) -> Job:
    return Job(platform, Api(platform.client, "bob", PASSWORD), workspaces["mine"])


@pytest.mark.parametrize("owner", ["admin", "bob"])
def test_a_job_reaches_its_own_workspace_and_the_default_one(
    platform: Platform, workspaces: dict[str, str], owner: str
) -> None:
    api = Api(platform.client, owner, PASSWORD)
    assert api.get("/v1", "buckets/of-other/objects/a.txt").status_code == 200  # its owner may
    job = Job(platform, api, workspaces["mine"])
    assert job.reads() == job.writes() == {"shared": 200, "of-mine": 200, "of-other": 404}
    assert {row["name"] for row in job.ask("GET", "buckets").json()["buckets"]} == {"shared", "of-mine"}
    assert job.ask("DELETE", "buckets/of-other/objects/a.txt").status_code == 404
    out = {"source": "a.txt", "target": "stolen.txt", "target_bucket": "of-other"}
    assert job.ask("POST", "buckets/of-mine/copy", json=out).status_code == 404
    back = {"source": "a.txt", "target": "stolen.txt", "target_bucket": "of-mine"}
    assert job.ask("POST", "buckets/of-other/copy", json=back).status_code == 404


def test_a_job_of_the_default_workspace_reaches_no_other(platform: Platform, workspaces: dict[str, str]) -> None:
    job = Job(platform, Api(platform.client, "admin", PASSWORD), "0")
    assert job.reads() == {"shared": 200, "of-mine": 404, "of-other": 404}


def test_a_job_works_on_files_and_does_nothing_else(platform: Platform, workspaces: dict[str, str]) -> None:
    """Whatever its owner may: an administrator's job could otherwise attach any folder of the server."""
    job = Job(platform, Api(platform.client, "admin", PASSWORD), workspaces["mine"])
    for method, path in (
        ("POST", "buckets"),
        ("DELETE", "buckets/of-mine"),
        ("POST", "workspaces"),
        ("POST", "training-jobs"),
        ("GET", "services"),
        ("GET", "workspaces"),
    ):
        answer = job.ask(method, path, **({"json": {"name": "another"}} if method == "POST" else {}))
        assert answer.status_code == 403, (method, path, answer.text)


def leave_the_workspace(job: Job) -> None:
    with job.platform.database.write() as session:
        session.execute(delete(WorkspaceGrant).where(WorkspaceGrant.user_id == job.user_id))


def lose_the_policy(job: Job) -> None:
    document = {"Version": "1.1", "Statement": [{"Effect": "Deny", "Action": ["obs:object:*"]}]}
    with job.platform.database.write() as session:
        group = session.scalars(select(Group).where(Group.name == "members")).one()
        session.add(policy := Policy(id=new_id(), name="No files", document=document))
        session.flush()
        session.add(PolicyGrant(group_id=group.id, policy_id=policy.id))


def be_disabled(job: Job) -> None:
    with job.platform.database.write() as session:
        users.disable_user(session, session.get_one(User, job.user_id))


def end(job: Job) -> None:
    with job.platform.database.write() as session:
        revoke_workload_tokens(session, "w-1")


@pytest.mark.parametrize(
    ("change", "status"), [(leave_the_workspace, 404), (lose_the_policy, 403), (be_disabled, 401), (end, 401)]
)
def test_what_the_owner_loses_the_job_loses_at_once(job: Job, change: Callable[[Job], None], status: int) -> None:
    assert job.reads()["of-mine"] == job.writes()["of-mine"] == 200
    change(job)
    assert (job.reads()["of-mine"], job.writes()["of-mine"]) == (status, status)


def test_another_password_ends_no_job(job: Job) -> None:
    with job.platform.database.write() as session:
        users.change_password(session, session.get_one(User, job.user_id), "another-password")
    assert job.reads()["of-mine"] == 200
