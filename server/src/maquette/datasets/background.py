"""Every kind of task of the datasets domain and who does it."""

from maquette.buckets import Stores
from maquette.datasets import (
    cleaning,
    label_removal,
    labels,
    publishing,
    restoring_task,
    sample_batch,
    service,
    source_removal,
    sync,
    version_switching,
)
from maquette.datasets.exporting import background as exporting
from maquette.datasets.importing import background as importing
from maquette.db import Database
from maquette.kit.config import Settings
from maquette.tasks import TaskHandler


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    return {
        labels.REMOVAL: label_removal.handler(database, stores),
        source_removal.KIND: source_removal.handler(database, stores),
        service.CLEANING: cleaning.handler(database),
        cleaning.DROPPING: cleaning.drop,
        sample_batch.KIND: sample_batch.handle,
        restoring_task.KIND: restoring_task.handler(database, stores),
        **sync.handlers(settings, database, stores),
        **exporting.handlers(settings, database, stores),
        **importing.handlers(settings, database, stores),
        **publishing.handlers(settings, database, stores),
        **version_switching.handlers(stores),
    }
