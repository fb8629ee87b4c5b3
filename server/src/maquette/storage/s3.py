"""A bucket on an S3-compatible service, by obstore; the calls it cannot express are in `s3_requests`.

Loading this module loads obstore, so nobody imports it before a bucket of this kind is met. Every request ends
within about 30 seconds, and large objects travel in parts; a call that needs many requests takes as long as they do.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store as RemoteStore

from maquette.formats.paths import name_problem
from maquette.kit.errors import Conflict, Invalid, MaquetteError, StorageFull, Unavailable
from maquette.storage import s3_copying
from maquette.storage.base import (
    CHUNK,
    Listing,
    ObjectExists,
    ObjectInfo,
    ObjectMissing,
    ObjectStore,
    Report,
    unreported,
)
from maquette.storage.keys import order, safe_key
from maquette.storage.s3_requests import (
    ATTEMPTS,
    CONNECT_TIMEOUT_S,
    RETRY_WINDOW_S,
    Address,
    Refusal,
    Requests,
    unreachable,
)
from maquette.storage.s3_requests import refusal as refusal_of

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta

PART = 8 << 20  # two parts in flight, and a service takes 10,000 of them: 16 MiB of memory, objects up to 80 GB
CONCURRENCY = 2
PART_TIMEOUT_S = 20
MAX_PAGE = 1000
MAX_PRESIGN_S = 7 * 24 * 3600

_STATUS = re.compile(r"status code: (\d{3})")
_FULL = {"QuotaExceeded", "InsufficientStorageSpace", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"}
_T = TypeVar("_T")


class S3Store(ObjectStore):
    def __init__(self, address: Address) -> None:
        self._address = address
        self._requests = Requests(address)
        self._creating = [threading.Lock() for _ in range(64)]
        self._remote = RemoteStore(
            address.bucket,
            endpoint=address.base if address.virtual_hosted else address.endpoint.rstrip("/"),
            access_key_id=address.access_key,
            secret_access_key=address.secret_key,
            region=address.region,
            virtual_hosted_style_request=address.virtual_hosted,
            client_options={
                "allow_http": address.private,
                "timeout": timedelta(seconds=PART_TIMEOUT_S),
                "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
            },
            retry_config={
                "max_retries": ATTEMPTS - 1,
                "retry_timeout": timedelta(seconds=RETRY_WINDOW_S),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=200),
                    "max_backoff": timedelta(seconds=1),
                    "base": 2,
                },
            },
        )

    def close(self) -> None:
        self._requests.close()

    def head(self, key: str) -> ObjectInfo:
        if safe_key(key).endswith("/"):
            headers = self._plain("HEAD", key).headers
            modified = parsedate_to_datetime(headers["last-modified"]).timestamp()
            return ObjectInfo(key, int(headers["content-length"]), int(modified * 1000), headers["etag"].strip('"'))
        return _described(key, self._call(key, lambda: obstore.head(self._remote, key)))

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        if safe_key(key).endswith("/"):
            self.head(key)
            return iter(())
        first = self._part(key, start, end, None)
        return self._following(key, first, start, end)

    def write(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        if safe_key(key).endswith("/"):
            return self._write_marker(key, content)
        source = _Source((content,) if isinstance(content, bytes) else content)
        beginning = source.take(PART)
        try:
            if source.ended:
                self._call(key, lambda: obstore.put(self._remote, key, beginning, use_multipart=False))
            else:
                parts = itertools.chain((beginning,), source)
                self._call(
                    key,
                    lambda: obstore.put(
                        self._remote, key, parts, use_multipart=True, chunk_size=PART, max_concurrency=CONCURRENCY
                    ),
                )
        except BaseException:
            # What the source raised came back through obstore, which wraps it: the caller knows the original.
            if source.error is not None:
                raise source.error from None
            raise
        return self.head(key)

    def create(self, key: str, content: bytes) -> ObjectInfo:
        if safe_key(key).endswith("/"):
            raise Invalid(f"'{key}' is a folder, and only objects can be made new.")
        # Not every service makes the condition and the write one act (16 who ask Swift at once all succeed), and some
        # know no condition: so the store's own callers take turns, and look first.
        with self._creating[hash(key) % len(self._creating)]:
            if self.exists(key):
                raise ObjectExists(key)
            try:
                self._call(key, lambda: obstore.put(self._remote, key, content, mode="create", use_multipart=False))
            except ObjectExists:
                # Our own write looks so too, when its first answer was lost and it was sent again.
                if self.get(key) != content:
                    raise
            except _NotImplemented:
                self._call(key, lambda: obstore.put(self._remote, key, content, use_multipart=False))
            return self.head(key)

    def delete(self, key: str) -> None:
        if safe_key(key).endswith("/"):
            try:
                self._plain("DELETE", key)
            except ObjectMissing:
                return
            return
        try:
            self._call(key, lambda: obstore.delete(self._remote, key))
        except ObjectMissing:
            return

    def delete_many(self, keys: Iterable[str]) -> None:
        plain = [safe_key(key) for key in keys]
        for marker in (key for key in plain if key.endswith("/")):
            self.delete(marker)
        objects = [key for key in plain if not key.endswith("/")]
        for at in range(0, len(objects), MAX_PAGE):
            self._delete_batch(objects[at : at + MAX_PAGE])

    def list(self, prefix: str = "", *, delimited: bool = False, after: str = "", limit: int = 1000) -> Listing:
        listing = Listing()
        while True:
            room = limit - len(listing.objects) - len(listing.prefixes)
            # A folder was the last name given: everything in it is behind us.
            folded = delimited and after.endswith("/") and after.startswith(prefix) and after != prefix
            resume = after + "\U0010ffff" if folded else after
            page, following = self._page(prefix, delimited, resume, min(room, MAX_PAGE))
            listing.objects.extend(page.objects)
            listing.prefixes.extend(name for name in page.prefixes if order(name) > order(after))
            if following is None:
                return listing
            after = following
            if len(listing.objects) + len(listing.prefixes) >= limit:
                return Listing(listing.objects, listing.prefixes, after)

    def walk(self, prefix: str = "") -> Iterator[ObjectInfo]:
        after: str | None = ""
        while after is not None:
            page, after = self._page(prefix, False, after, MAX_PAGE)
            yield from (info for info in page.objects if not info.key.endswith("/"))

    def check(self) -> None:
        try:
            self._requests.page("", delimited=False, after="", limit=1)
        except Refusal as refusal:
            raise self._explained(refusal, "") from refusal

    def copy_from(
        self,
        origin: ObjectStore,
        source: str,
        target: str,
        report: Report = unreported,
        state: Mapping[str, Any] | None = None,
    ) -> ObjectInfo:
        marker = source.endswith("/") or safe_key(target).endswith("/")
        if marker or not isinstance(origin, S3Store) or not self._address.shares_service(origin._address):
            return super().copy_from(origin, source, target, report)
        copy = s3_copying.Copy(self._requests, origin._address.bucket, origin.head(source), target)
        try:
            if copy.source.size <= s3_copying.PART:
                copy.at_once()
            else:
                copy.in_parts(report, state or {}, lambda: self.head(target))
        except Refusal as refusal:
            raise self._explained(refusal, source) from refusal
        return self.head(target)

    def discard_copy(self, state: Mapping[str, Any]) -> None:
        try:
            s3_copying.discard(self._requests, state)
        except Refusal as refusal:
            raise self._explained(refusal, state["key"]) from refusal

    def presign(self, method: str, key: str, seconds: int) -> str | None:
        if method not in ("GET", "PUT") or safe_key(key).endswith("/"):
            return None
        expires = timedelta(seconds=max(1, min(seconds, MAX_PRESIGN_S)))
        return obstore.sign(self._remote, method, key, expires)

    def _part(self, key: str, start: int, end: int | None, etag: str | None) -> tuple[bytes, ObjectMeta] | None:
        """One request's worth of the object from `start`, or None when nothing of it lies there."""
        stop = start + PART if end is None else min(end, start + PART)
        if stop <= start:
            self.head(key)
            return None

        def fetch() -> tuple[bytes, ObjectMeta]:
            options: GetOptions = {"range": (start, stop)}
            if etag:
                options["if_match"] = etag
            result = obstore.get(self._remote, key, options=options)
            return result.bytes().to_bytes(), result.meta

        try:
            return self._call(key, fetch)
        except _OutOfRange:
            return None

    def _following(
        self, key: str, part: tuple[bytes, ObjectMeta] | None, start: int, end: int | None
    ) -> Iterator[bytes]:
        while part is not None:
            content, meta = part
            for at in range(0, len(content), CHUNK):
                yield content[at : at + CHUNK]
            start += len(content)
            if not content or start >= meta["size"] or (end is not None and start >= end):
                return
            # The same version as the first part, or none: a mixture of two would be neither.
            part = self._part(key, start, end, meta["e_tag"])

    def _write_marker(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        if any((content,) if isinstance(content, bytes) else content):
            raise Invalid(f"The folder '{key}' cannot hold bytes itself. Leave the trailing slash away.")
        self._plain("PUT", key)
        return self.head(key)

    def _delete_batch(self, keys: Sequence[str]) -> None:
        try:
            self._call(keys[0], lambda: obstore.delete(self._remote, keys))
        except (ObjectMissing, Unavailable):
            # Not every service knows the request for many: what it did is no harm to do again.
            for key in keys:
                self.delete(key)

    def _page(self, prefix: str, delimited: bool, after: str, limit: int) -> tuple[Listing, str | None]:
        """One page without names that cannot be keys, and where the next one begins."""
        if prefix and name_problem(prefix + "x") and name_problem(prefix):
            return Listing(), None  # no key begins so, and the service need not be asked with what it may choke on
        after = order(after).decode("utf-8", "replace")
        try:
            page = self._requests.page(prefix, delimited=delimited, after=after, limit=limit)
        except Refusal as refusal:
            raise self._explained(refusal, prefix) from refusal
        names = [*(entry.key for entry in page.entries), *page.prefixes]
        objects = [
            ObjectInfo(entry.key, entry.size, entry.modified_ms, entry.etag)
            for entry in page.entries
            if name_problem(entry.key) is None
        ]
        prefixes = [name for name in page.prefixes if name_problem(name) is None]
        following = max(names, key=order) if page.truncated and names else None
        return Listing(objects, prefixes), following

    def _plain(self, method: str, key: str) -> httpx.Response:
        try:
            return self._requests.send(method, key)
        except Refusal as refusal:
            raise self._explained(refusal, key) from refusal

    def _call(self, key: str, action: Callable[[], _T]) -> _T:
        """Run one obstore call and translate what it raises.

        obstore resolves the endpoint's name for itself: what it leads to is looked at before, but not pinned.
        """
        self._requests.destination()
        try:
            return action()
        except PreconditionError as error:
            raise Conflict(f"The object '{key}' changed while it was being read. Read it again.") from error
        except AlreadyExistsError as error:
            raise ObjectExists(key) from error
        except FileNotFoundError as error:
            raise self._explained(refusal_of(404, str(error)), key) from error
        except (BaseError, OSError) as error:
            text = str(error)
            found = _STATUS.search(text)
            if found is None:
                raise Unavailable(unreachable(self._address, "no connection, or no answer in time")) from error
            if found[1] == "416":
                raise _OutOfRange from error
            explained = self._explained(refusal_of(int(found[1]), text), key)
            raise (_NotImplemented(explained.message) if found[1] == "501" else explained) from error

    def _explained(self, refusal: Refusal, key: str) -> MaquetteError:
        bucket = self._address.bucket
        if refusal.code == "NoSuchBucket" or (refusal.status == 404 and not key):
            return Unavailable(f"The S3 service has no bucket '{bucket}'. Create it there, or detach this bucket.")
        if refusal.status == 404:
            return ObjectMissing(key)
        if refusal.status == 412:
            return Conflict(f"The object '{key}' changed while it was being copied. Copy it again.")
        if refusal.status == 507 or refusal.code in _FULL:
            return StorageFull(f"The bucket '{bucket}' is full. Free space on the S3 service and try again.")
        if refusal.status in (401, 403):
            reason = f"it refuses the credentials or the operation ({refusal.code or refusal.status})"
            return Unavailable(f"The bucket '{bucket}' cannot be used: {reason}. Check its access key and policy.")
        return Unavailable(unreachable(self._address, f"it answered {refusal.status} {refusal.code}".rstrip()))


class _OutOfRange(MaquetteError):
    """The range begins behind the end of the object."""

    def __init__(self) -> None:
        super().__init__("The range begins behind the end of the object.")


class _NotImplemented(Unavailable):
    """The service does not know what was asked of it."""


class _Source:
    """Content on its way out: it remembers its own error, which would come back in other words."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.ended = False
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            self.ended = True
            raise
        except BaseException as error:
            self.error = error
            raise

    def take(self, size: int) -> bytes:
        """Up to `size` bytes and the rest of their chunk; `ended` tells whether that was all."""
        taken: list[bytes] = []
        length = 0
        while length < size and not self.ended:
            for chunk in itertools.islice(self, 1):
                taken.append(chunk)
                length += len(chunk)
        return taken[0] if len(taken) == 1 else b"".join(taken)


def _described(key: str, meta: ObjectMeta) -> ObjectInfo:
    return ObjectInfo(
        key, meta["size"], int(meta["last_modified"].timestamp() * 1000), (meta["e_tag"] or "").strip('"')
    )
