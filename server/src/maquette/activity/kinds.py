"""Every kind of task that the worker does, as `domain.verb-object`; the console has a text for each."""

KINDS = (
    "buckets.copy",
    "buckets.delete",
    "buckets.extract",
    "buckets.move",
    "dataset.batch",
    "dataset.clean",
    "dataset.delete-files",
    "dataset.delete-labels",
    "dataset.drop-generations",
    "dataset.export",
    "dataset.import",
    "dataset.publish",
    "dataset.restore",
    "dataset.set-current",
    "dataset.sync",
    "model.publish",
    "model.remove",
    "training.remove",
    "training.settle",
)
