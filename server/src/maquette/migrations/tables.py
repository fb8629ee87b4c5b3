"""Importing every table, so that the metadata is whole."""

import importlib

DOMAINS = (
    "events.tables",
    "tasks.tables",
    "web.idempotency",
    "iam.tables",
    "workspaces.tables",
    "pools.tables",
    "buckets.tables",
    "datasets.tables",
    "training.tables",
    "registry.tables",
    "inference.tables",
)


def load_tables() -> None:
    for name in DOMAINS:
        importlib.import_module(f"maquette.{name}")
