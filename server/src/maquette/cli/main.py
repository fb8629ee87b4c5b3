"""The subcommands and their options; what they do lies beside this file, imported only when it is asked for."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from maquette import __version__
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Maquette: a self-hosted AI development platform.")
user_app = typer.Typer(no_args_is_help=True, help="Users of this installation.")
credential_app = typer.Typer(no_args_is_help=True, help="Access keys for clients and scripts.")
bucket_app = typer.Typer(no_args_is_help=True, help="Buckets: where files lie.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(user_app, name="user")
app.add_typer(credential_app, name="credential")
app.add_typer(bucket_app, name="bucket")
app.add_typer(db_app, name="db")

Home = Annotated[
    Path | None, typer.Option(help="Where everything lies; ~/.maquette unless MAQUETTE_HOME says otherwise.")
]
Account = Annotated[str, typer.Option(help="The account (domain) of the user.")]


def settings_of(home: Path | None, **flags: object) -> Settings:
    given = {name: value for name, value in {"home": home, **flags}.items() if value is not None}
    return Settings(**given)  # pyright: ignore[reportArgumentType]


@app.command()
def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Start the server and print a link that signs the administrator in once."""
    from maquette.cli.serve import serve as run

    run(settings_of(home, host=host, port=port))


@app.command()
def demo(
    home: Home = None,
    endpoint: Annotated[
        str | None, typer.Option(help="A running server; sign in with MAQUETTE_USER and MAQUETTE_PASSWORD.")
    ] = None,
) -> None:
    """Go the whole road on real data: bucket, dataset, labels, version, training, service, prediction."""
    from maquette.cli.demo import run

    run(settings_of(home), endpoint)


@user_app.command("create")
def user_create(
    name: str,
    home: Home = None,
    account: Account = "admin",
    administrator: Annotated[bool, typer.Option("--administrator", help="Put the user into the group admin.")] = False,
) -> None:
    """Add a user; the password comes from MAQUETTE_PASSWORD, a pipe or a prompt."""
    from maquette.cli import users

    users.create(settings_of(home), account, name, administrator=administrator)


@user_app.command("list")
def user_list(home: Home = None) -> None:
    """List all users."""
    from maquette.cli import users

    users.show(settings_of(home))


@user_app.command("password")
def user_password(name: str, home: Home = None, account: Account = "admin") -> None:
    """Give a user a new password, from MAQUETTE_PASSWORD, a pipe or a prompt; their sessions and tokens end."""
    from maquette.cli import users

    users.change_password(settings_of(home), account, name)


@user_app.command("disable")
def user_disable(name: str, home: Home = None, account: Account = "admin") -> None:
    """Shut a user out; their tokens and sessions end at once."""
    from maquette.cli import users

    users.disable(settings_of(home), account, name)


@credential_app.command("create")
def credential_create(
    user: Annotated[str, typer.Option(help="Whose key it will be.")],
    home: Home = None,
    account: Account = "admin",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make an access key; its secret key is shown this once."""
    from maquette.cli import users

    made = users.create_key(settings_of(home), account, user)
    typer.echo(json.dumps(made) if as_json else "\n".join(f"{name}: {value}" for name, value in made.items()))


@bucket_app.command("add")
def bucket_add(
    name: str,
    home: Home = None,
    path: Annotated[Path | None, typer.Option(help="An existing folder; its files are used where they are.")] = None,
    s3_endpoint: Annotated[
        str | None, typer.Option(help="An S3-compatible endpoint, such as https://s3.example.com.")
    ] = None,
    s3_bucket: Annotated[str, typer.Option(help="The bucket's name there, when it differs.")] = "",
    s3_region: Annotated[str, typer.Option(help="The endpoint's region.")] = "us-east-1",
) -> None:
    """Add a bucket. For S3 the keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""
    from maquette.cli import buckets

    buckets.add(settings_of(home), name, buckets.Place(path, s3_endpoint, s3_bucket, s3_region))


@app.command()
def fsck(home: Home = None) -> None:
    """Check that database, files and running work agree; exit with 1 when they do not."""
    from maquette.cli.fsck import check

    raise typer.Exit(check(settings_of(home)))


@db_app.command("upgrade")
def db_upgrade(home: Home = None) -> None:
    """Bring the database's schema up to this version."""
    from maquette.migrations import HEAD, upgrade

    settings = settings_of(home)
    settings.prepare()
    upgrade(settings.database)
    typer.echo(f"The database is at revision {HEAD}.")


@app.command()
def openapi(home: Home = None) -> None:
    """Print the OpenAPI description of the REST API."""
    from maquette.app import create_app

    typer.echo(json.dumps(create_app(settings_of(home)).openapi(), indent=1, sort_keys=True, ensure_ascii=False))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command; an error a user can mend is one line on stderr and exit code 1."""
    try:
        app()
    except MaquetteError as error:
        sys.exit(f"maquette: {error.message}")
    except PermissionError as error:
        sys.exit(f"maquette: {error}")
