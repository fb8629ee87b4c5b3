"""The sentences in which running tasks say how far they are.

They are here and not beside each handler, since whoever shows tasks must know all of them. A handler gives the step
`PROGRESS.say(code, …)`; the API adds code and values to the sentence, for the console to translate.
"""

from maquette.kit.sentences import Sentences

PROGRESS = Sentences(
    {
        "files-seen": (
            "{files:d} files seen, {added:d} added, {changed:d} changed, {missing:d} missing, {skipped:d} skipped"
        ),
        "samples-read": "{done:d} of {total:d} samples",
        "files-exported": "{count:d} files exported",
        "pictures-described": "{count:d} pictures described",
        "tables-written": "{count:d} tables written",
        "storing-annotations": "storing the annotations",
        "checking-version": "checking the version",
        "made-current": "{name} is current",
        "made-current-late": "{name} is current. What was changed meanwhile is in the restore point.",
        "samples-imported": "{imported:d} imported, {changed:d} changed, {problems:d} problems",
        "storing-manifest": "storing the manifest",
        "samples-written": "{count:d} samples",
        "rows-removed": "{count:d} rows removed",
        "waiting-for-tasks": "Waiting for the dataset's other tasks to stop",
        "copying-file": "copying {name}",
        "objects-deleted": "{count:d} files deleted",
    }
)
