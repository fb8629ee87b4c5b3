"""Who sees which traces: administrators all of the project, members what they did themselves."""

from typing import Any

import pytest
from tests.conftest import Api, Platform

from maquette.iam.tables import Group, Policy, PolicyGrant


def act(api: Api, workspace: str) -> None:
    assert api.post("/v1", "workspaces", {"name": workspace}).status_code == 200


def traces(api: Api, query: str = "") -> dict[str, Any]:
    answer = api.get("/v3", f"traces{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_administrators_see_what_everybody_did(platform: Platform, api: Api) -> None:
    act(platform.user("bob"), "bobs")
    act(api, "admins")
    told = traces(api, "?trace_name=createWorkspace")
    assert [trace["user"]["name"] for trace in told["traces"]] == ["admin", "bob"]
    assert told["meta_data"]["own_only"] is False


def test_members_see_what_they_did_and_nothing_of_others(platform: Platform, api: Api) -> None:
    bob, carol = platform.user("bob"), platform.user("carol")
    for number in range(3):
        act(bob, f"bobs-{number}")
    act(carol, "carols")
    act(api, "admins")
    told = traces(bob, "?trace_name=createWorkspace")
    assert [trace["resource_name"] for trace in told["traces"]] == ["bobs-2", "bobs-1", "bobs-0"]
    assert (told["meta_data"]["total_count"], told["meta_data"]["own_only"]) == (3, True)
    first = traces(bob, "?trace_name=createWorkspace&limit=2")["meta_data"]["marker"]
    assert [trace["resource_name"] for trace in traces(bob, f"?next={first}&limit=1")["traces"]] == ["bobs-0"]


@pytest.mark.parametrize("query", ["user=admin", "user=carol", "search=carols", "resource_name=carols", "next=999999"])
def test_no_filter_leads_a_member_to_others(platform: Platform, api: Api, query: str) -> None:
    bob, carol = platform.user("bob"), platform.user("carol")
    act(carol, "carols")
    act(api, "admins")
    assert {trace["user"]["name"] for trace in traces(bob, f"?{query}")["traces"]} <= {"bob"}


def test_the_right_to_see_others_counts_from_the_next_request(platform: Platform, api: Api) -> None:
    bob = platform.user("bob")
    act(api, "admins")
    assert traces(bob, "?search=admins")["traces"] == []
    with platform.database.write() as session:
        group = session.query(Group).filter_by(name="members").one()
        policy = session.query(Policy).filter_by(name="ModelArts FullAccess").one()
        session.add(PolicyGrant(group_id=group.id, policy_id=policy.id))
    assert traces(bob, "?search=admins")["traces"][0]["user"]["name"] == "admin"
