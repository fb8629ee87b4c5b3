"""`python -m maquette.migrations.write "what changes"`: write the next revision from the tables.

Compares a database brought to the present HEAD with the tables and puts the difference into `versions/`.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from maquette.migrations import HEAD, upgrade
from maquette.migrations.tables import load_tables


def main(title: str) -> None:
    load_tables()
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/maquette.db"
        first = not any((here / "versions").glob("*.py"))
        if not first:
            upgrade(url)
        config = Config()
        config.set_main_option("script_location", str(here))
        config.attributes["url"] = url
        number = f"{1 if first else int(HEAD) + 1:04d}"
        command.revision(config, title, autogenerate=True, rev_id=number)
    print(f"Look at versions/{number}_*.py, then set HEAD in migrations/__init__.py to {number!r}.")


if __name__ == "__main__":
    main(sys.argv[1])
