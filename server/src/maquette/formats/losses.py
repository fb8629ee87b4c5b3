"""What a target format cannot carry of a sample, gathered while it is written: counted, one record for each reason."""

from collections.abc import Collection

from maquette.formats.samples import Annotation, Loss, Sample

_OF_ANNOTATION = {
    "id": "ids of annotations",
    "hard": "hard flags of annotations",
    "hard_coefficient": "hard coefficients of annotations",
    "confidence": "confidences",
    "creation_time": "times of annotations",
    "annotated_by": "who annotated",
    "annotation_format": "formats of annotation files",
    "annotation_loc": "addresses of annotation files",
}
_OF_SAMPLE = {
    "usage": "the usage",
    "id": "the sample's id",
    "hard": "the sample's hard flag",
    "hard_coefficient": "the sample's hard coefficient",
    "inference_loc": "the address of its inference output",
}


class Losses:
    """The losses of one sample. Reasons keep the order in which they were first met."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._counts: dict[str, int] = {}

    def note(self, what: str) -> None:
        """Count one thing that is lost. `what` is the reason alone, the same for all things of its kind."""
        self._counts[what] = self._counts.get(what, 0) + 1

    def of_annotation(self, annotation: Annotation, *, kept: Collection[str] = ()) -> None:
        """Note what an annotation says beyond its label, its shape and the attributes named in `kept`."""
        for attribute, what in _OF_ANNOTATION.items():
            if attribute not in kept and getattr(annotation, attribute) is not None:
                self.note(f"{what} ({attribute})")
        for key in annotation.extra:
            self.note(f"the further key '{key}' of annotations")

    def of_sample(self, sample: Sample, *, kept: Collection[str] = (), properties: Collection[str] = ()) -> None:
        """Note what a sample says beyond its source and annotations, but for what is named."""
        for attribute, what in _OF_SAMPLE.items():
            if attribute not in kept and getattr(sample, attribute) is not None:
                self.note(what)
        for key in sample.property:
            if key not in properties:
                self.note(f"the property '{key}'")
        for key in sample.extra:
            self.note(f"the further key '{key}'")

    def report(self) -> list[Loss]:
        """One record for each reason, with how often it was met."""
        return [Loss(self._source, f"{what} (x{count})" if count > 1 else what) for what, count in self._counts.items()]
