"""Every command beside a running server: on the same home, at once, and with one line when something is wrong."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from tests.cli.conftest import Command
from tests.conftest import PASSWORD, sign_in
from tests.faults.serving import Server, furnish, short_folder

from maquette.events import Event
from maquette.pools import Workload


def test_a_user_is_made_listed_and_shut_out_at_once(shared: Server, maquette: Command) -> None:
    made = maquette("user", "create", "carol", home=shared.home, stdin=f"{PASSWORD}\n")
    assert made.code == 0, made
    token, project_id = sign_in(shared.http, "carol", PASSWORD)
    headers = {"X-Auth-Token": token}
    assert shared.http.get(f"/v1/{project_id}/buckets", headers=headers).status_code == 200
    assert "admin\tcarol\tenabled" in maquette("user", "list", home=shared.home).out.splitlines()

    assert maquette("user", "disable", "carol", home=shared.home).code == 0
    assert "admin\tcarol\tdisabled" in maquette("user", "list", home=shared.home).out.splitlines()
    assert shared.http.get(f"/v1/{project_id}/buckets", headers=headers).status_code == 401
    traces = shared.api().get("/v3", "traces").text
    assert "createUser" in traces
    assert "disableUser" in traces


def test_a_new_password_ends_what_the_old_one_opened(shared: Server, maquette: Command) -> None:
    assert maquette("user", "create", "erin", home=shared.home, stdin=f"{PASSWORD}\n").code == 0
    token, project_id = sign_in(shared.http, "erin", PASSWORD)
    assert maquette("user", "password", "erin", home=shared.home, stdin="another-password\n").code == 0
    headers = {"X-Auth-Token": token}
    assert shared.http.get(f"/v1/{project_id}/buckets", headers=headers).status_code == 401
    assert sign_in(shared.http, "erin", "another-password")


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("user", "create", "admin"), PASSWORD),
        (("user", "create", "dave"), "short"),
        (("user", "create", "dave", "--account", "nobody"), PASSWORD),
        (("user", "disable", "nobody"), ""),
        (("credential", "create", "--user", "nobody"), ""),
        (("bucket", "add", "No_Bucket"), ""),
        (("bucket", "add", "lost", "--path", "/no/such/folder"), ""),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(
    shared: Server, maquette: Command, words: tuple[str, ...], stdin: str
) -> None:
    told = maquette(*words, home=shared.home, stdin=stdin)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("maquette: ")
    assert "Traceback" not in told.err
    assert len(told.err.splitlines()) == 1


def test_an_access_key_is_printed_as_json_and_kept_in_secret(shared: Server, maquette: Command) -> None:
    told = maquette("credential", "create", "--user", "admin", "--json", home=shared.home)
    key = json.loads(told.out)
    assert set(key) == {"access_key", "secret_key", "project_id"}
    assert key["project_id"] == shared.api().project_id
    assert (shared.home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert key["secret_key"].encode() not in (shared.home / "maquette.db").read_bytes()


def test_buckets_are_added_and_served_at_once(shared: Server, maquette: Command, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("already")
    assert maquette("bucket", "add", "new-one", home=shared.home).code == 0
    assert maquette("bucket", "add", "mapped", "--path", str(tmp_path), home=shared.home).code == 0
    api = shared.api()
    assert api.get("/v1", "buckets/mapped/objects/there.txt").text == "already"
    assert api.put("/v1", "buckets/new-one/objects/a.txt", b"x").is_success
    assert maquette("bucket", "add", "new-one", home=shared.home).code == 1


def test_schema_openapi_and_fsck_beside_the_server(shared: Server, maquette: Command) -> None:
    assert "revision" in maquette("db", "upgrade", home=shared.home).out
    assert json.loads(maquette("openapi", home=shared.home).out)["info"]["title"] == "Maquette"
    assert maquette("fsck", home=shared.home) == (0, "clean\n", "")
    assert shared.http.get("/health").is_success


@pytest.mark.parametrize("words", [("fsck",), ("user", "list")])
def test_what_only_reads_makes_no_home(maquette: Command, words: tuple[str, ...]) -> None:
    with short_folder() as folder:
        home = folder / "absent"
        assert maquette(*words, home=home) == (
            1,
            "",
            f"maquette: There is no home at {home}. "
            "Name yours with --home or MAQUETTE_HOME; `maquette serve` makes one.",
        )
        assert list(folder.iterdir()) == []
        home.mkdir()
        assert maquette(*words, home=home).code == 1
        assert list(home.iterdir()) == []


def test_the_api_is_described_without_a_home(maquette: Command) -> None:
    with short_folder() as folder:
        assert json.loads(maquette("openapi", home=folder / "absent").out)["info"]["title"] == "Maquette"
        assert list(folder.iterdir()) == []


def test_fsck_names_what_is_wrong(template: Path, maquette: Command) -> None:
    """On a home without a server: a lost event, and a row that says running where nothing runs."""
    with short_folder() as folder:
        server = Server(folder)
        server.home.mkdir()
        furnish(server.home, template)
        assert maquette("bucket", "add", "data", home=server.home).code == 0
        assert maquette("user", "create", "erin", home=server.home, stdin=PASSWORD).code == 0
        owned = {"project_id": "p", "workspace_id": "0", "owner_id": "u"}
        with server.database() as database, database.write() as session:
            session.execute(delete(Event).where(Event.sequence == select(Event.sequence).limit(1).scalar_subquery()))
            session.add(
                Workload(id="w1", kind="job", subject_id="7", spec={}, flavor="f", cpu=1, memory=1, phase="running",
                         directory="w1/1", updated_at=0, **owned)
            )  # fmt: skip
        told = maquette("fsck", home=server.home)
        assert told.code == 1
        assert told.out.splitlines() == [
            "workload: job 7: its row says running, but nothing of it runs (absent)",
            "audit: 1 events are missing from the log",
            "2 findings",
        ]
        server.close()
