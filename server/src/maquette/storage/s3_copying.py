"""Copies that an S3 service makes by itself: in one request, or beyond that in parts, which can be gone on with.

Sent by `s3_requests`, since obstore knows neither copies from another bucket nor copies of parts. An unfinished
upload in parts takes space in the bucket until it is discarded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from maquette.kit.errors import Conflict, Unavailable
from maquette.storage.base import ObjectInfo, ObjectMissing, Report
from maquette.storage.s3_requests import More, Refusal, Requests, document

# Small enough for a service to copy while we wait; larger ones only where there would be more than it takes.
PART = 64 << 20
MOST_PARTS = 10_000
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: `source` in `bucket`, to the key `target` of the bucket that `requests` are for."""

    requests: Requests
    bucket: str
    source: ObjectInfo
    target: str

    def at_once(self) -> None:
        answer = self.requests.send("PUT", self.target, more=self._from_source())
        _read(answer.content, "ETag")

    def in_parts(self, report: Report, state: Mapping[str, Any], finished: Callable[[], ObjectInfo]) -> None:
        """Copy part after part. `finished` describes the target, in case an earlier call got as far as that."""
        upload, parts = self._begun(state)
        try:
            size = max(PART, -(-self.source.size // MOST_PARTS))
            for start in range(len(parts) * size, self.source.size, size):
                end = min(start + size, self.source.size)
                parts.append(self._copied(upload, len(parts) + 1, (start, end)))
                report(end, {"upload": upload, "key": self.target, "etag": self.source.etag, "parts": parts})
            self._completed(upload, parts)
        except Refusal as refusal:
            if refusal.code != "NoSuchUpload":
                raise
            # Completed by a request whose answer never came, or gone.
            gone = Conflict(f"The unfinished copy '{self.target}' is gone. Ask for it again.")
            try:
                found = finished()
            except ObjectMissing:
                raise gone from refusal
            if (found.size, found.etag.rpartition("-")[2]) != (self.source.size, str(len(parts))):
                raise gone from refusal

    def _begun(self, state: Mapping[str, Any]) -> tuple[str, list[str]]:
        if state and state["etag"] == self.source.etag:
            return state["upload"], list(state["parts"])
        discard(self.requests, state)
        return _read(self.requests.send("POST", self.target, {"uploads": ""}).content, "UploadId"), []

    def _copied(self, upload: str, number: int, span: tuple[int, int]) -> str:
        more = self._from_source({"x-amz-copy-source-range": f"bytes={span[0]}-{span[1] - 1}"})
        query = {"partNumber": str(number), "uploadId": upload}
        return _read(self.requests.send("PUT", self.target, query, more).content, "ETag")

    def _completed(self, upload: str, parts: list[str]) -> None:
        root = ET.Element("CompleteMultipartUpload")
        for number, etag in enumerate(parts, 1):
            part = ET.SubElement(root, "Part")
            ET.SubElement(part, "PartNumber").text = str(number)
            ET.SubElement(part, "ETag").text = etag
        more = More(body=ET.tostring(root), patience_s=PATIENCE_S)
        _read(self.requests.send("POST", self.target, {"uploadId": upload}, more).content, "ETag")

    def _from_source(self, more: Mapping[str, str] | None = None) -> More:
        place = quote(f"/{self.bucket}/{self.source.key}", safe="/-_.~")
        condition = {"x-amz-copy-source": place, "x-amz-copy-source-if-match": f'"{self.source.etag}"'}
        return More({**condition, **(more or {})}, patience_s=PATIENCE_S)


def discard(requests: Requests, state: Mapping[str, Any]) -> None:
    """Throw away the parts of an unfinished copy."""
    if not state:
        return
    try:
        requests.send("DELETE", state["key"], {"uploadId": state["upload"]})
    except Refusal as refusal:
        if refusal.status != 404:
            raise


def _read(body: bytes, name: str) -> str:
    """One text of an answer. A long operation may say success in its status and fail in what follows."""
    try:
        root = document(body)
    except ValueError as error:
        raise Unavailable("The S3 service answered a copy with what is no document. Try again.") from error
    texts = {element.tag.rpartition("}")[2]: element.text or "" for element in root.iter()}
    if root.tag.rpartition("}")[2] == "Error" or name not in texts:
        raise Refusal(503, texts.get("Code", ""))
    return texts[name]
