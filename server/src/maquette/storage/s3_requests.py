"""The few S3 calls that obstore's idea of a path cannot express: pages by any prefix, and keys that end in a slash.

Signed with AWS Signature Version 4 over httpx. Everything else (bytes in and out, copies, URLs) is obstore's in `s3`.
Errors of the service never carry its own text, which may hold signatures and key ids: only the status and the code.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote_plus, urlsplit
from xml.etree import ElementTree as ET

import httpx

from maquette.kit.destinations import Destination
from maquette.kit.errors import Invalid, Unavailable

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 15.0
# No attempt begins later than this, so that with the two timeouts an error is known within 30 seconds.
RETRY_WINDOW_S = 8.0
ATTEMPTS = 3

_CODE = re.compile(r"<Code>(\w{1,80})</Code>")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bucket answers: endpoint and credentials, with the bucket in the path or in the host name.

    `private`: the endpoint may lie in a private network; otherwise it must be public, and prove its name by TLS.
    """

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    virtual_hosted: bool = False
    private: bool = True

    def __post_init__(self) -> None:
        none = Invalid("The endpoint of the S3 bucket must be an address such as https://obs.example.com.")
        try:
            parts = urlsplit(self.endpoint)
        except ValueError:
            raise none from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise none
        if parts.username or parts.password or parts.query or parts.fragment:
            raise Invalid("The endpoint of the S3 bucket must not hold a user name, a query or a fragment.")
        if not self.private and parts.scheme != "https":
            raise Invalid("The endpoint of the S3 bucket must begin with https://, since private_endpoints is false.")

    def shares_service(self, other: "Address") -> bool:
        """Whether one service answers for both with the same rights, so that it can copy between them by itself."""
        mine = self.endpoint.rstrip("/"), self.access_key, self.secret_key, self.region
        return mine == (other.endpoint.rstrip("/"), other.access_key, other.secret_key, other.region)

    @property
    def base(self) -> str:
        """The endpoint that the bucket's keys follow, without a slash at the end."""
        parts = urlsplit(self.endpoint)
        host = f"{self.bucket}.{parts.netloc}" if self.virtual_hosted else parts.netloc
        path = parts.path.rstrip("/") + ("" if self.virtual_hosted else f"/{self.bucket}")
        return f"{parts.scheme}://{host}{path}"


@dataclass(frozen=True, slots=True)
class More:
    """What few requests have: headers of their own (`x-amz-…`, in lower case), a small body, longer patience."""

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    patience_s: float = ANSWER_TIMEOUT_S


NOTHING = More()


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """The service answered, and not with success."""

    status: int
    code: str


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    size: int
    modified_ms: int
    etag: str


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Entry]
    prefixes: list[str]
    truncated: bool


class Requests:
    """Signed requests to one bucket. Thread-safe."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._destination = Destination(address.base, private=address.private)
        timeout = httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        self._client = httpx.Client(timeout=timeout, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def destination(self) -> str:
        """The network address to connect to now. Raises Unavailable when the endpoint leads to none that is allowed."""
        try:
            return self._destination.address()
        except Invalid as error:
            raise Unavailable(unreachable(self._address, error.message.rstrip("."))) from error

    def page(self, prefix: str, *, delimited: bool, after: str, limit: int) -> Page:
        """One ListObjectsV2 page of at most 1,000 names."""
        query = {"list-type": "2", "encoding-type": "url", "max-keys": str(limit), "prefix": prefix}
        if delimited:
            query["delimiter"] = "/"
        if after:
            query["start-after"] = after
        return _parsed(self.send("GET", "", query).content)

    def send(
        self, method: str, key: str, query: Mapping[str, str] | None = None, more: More = NOTHING
    ) -> httpx.Response:
        """Send a request. Raises Refusal for an answer that is no success, else Unavailable."""
        began = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS or time.monotonic() - began > RETRY_WINDOW_S
            try:
                response = self._client.send(self._signed(method, key, query or {}, more))
            except httpx.HTTPError as error:
                if last or isinstance(error, httpx.TimeoutException):
                    reason = (
                        "it did not answer in time" if isinstance(error, httpx.TimeoutException) else "no connection"
                    )
                    raise Unavailable(unreachable(self._address, reason)) from error
            else:
                if response.is_success:
                    return response
                if last or response.status_code not in (429, 500, 502, 503, 504):
                    raise refusal(response.status_code, response.text)
            time.sleep(0.2 * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _signed(self, method: str, key: str, query: Mapping[str, str], more: More) -> httpx.Request:
        address = self._address
        parts = urlsplit(address.base)
        path = parts.path + "/" + quote(key, safe="/-_.~") if key or not parts.path else parts.path
        pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
        canonical_query = "&".join(f"{name}={value}" for name, value in pairs)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(more.body).hexdigest()
        headers = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment, **more.headers}
        headers = dict(sorted(headers.items()))
        signed_names = ";".join(headers)
        canonical = "\n".join(
            [method, path, canonical_query, *(f"{k}:{v}" for k, v in headers.items()), "", signed_names, digest]
        )
        scope = f"{moment[:8]}/{address.region}/s3/aws4_request"
        to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        secret = f"AWS4{address.secret_key}".encode()
        for part in scope.split("/"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        signature = hmac.digest(secret, to_sign.encode(), "sha256").hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={address.access_key}/{scope}, "
            f"SignedHeaders={signed_names}, Signature={signature}"
        )
        raw_path = f"{path}?{canonical_query}" if canonical_query else path
        # To the address that was looked at; the certificate and the header Host are still about the name.
        url = httpx.URL(f"{parts.scheme}://{parts.netloc}")
        pinned = url.copy_with(host=self.destination(), raw_path=raw_path.encode())
        patience = httpx.Timeout(more.patience_s, connect=CONNECT_TIMEOUT_S)
        return self._client.build_request(
            method,
            pinned,
            headers=headers,
            content=more.body,
            timeout=patience,
            extensions={"sni_hostname": url.host},
        )


def refusal(status: int, text: str) -> Refusal:
    found = _CODE.search(text)
    return Refusal(status, found[1] if found else "")


def unreachable(address: Address, reason: str) -> str:
    host = urlsplit(address.endpoint).netloc
    return f"The bucket '{address.bucket}' at {host} does not answer: {reason}. Try again, or check its endpoint."


def document(body: bytes) -> ET.Element:
    """The XML document of an answer. Raises ValueError for what is none, or might grow without end."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("a document type")
    try:
        return ET.fromstring(body)  # noqa: S314 - no document type, so no entities
    except ET.ParseError as error:
        raise ValueError("no XML") from error


def _parsed(body: bytes) -> Page:
    try:
        return _read_page(document(body))
    except (ValueError, OverflowError) as error:
        reason = "The S3 service answered with a document that is no listing. Check the bucket's endpoint."
        raise Unavailable(reason) from error


def _read_page(root: ET.Element) -> Page:
    space = root.tag[: root.tag.find("}") + 1]
    if root.tag != f"{space}ListBucketResult":
        raise ValueError(root.tag)
    plain = unquote_plus if root.findtext(f"{space}EncodingType") == "url" else str

    def text(node: ET.Element, name: str) -> str:
        return node.findtext(space + name) or ""

    entries = [
        Entry(
            key=plain(text(node, "Key")),
            size=int(text(node, "Size")),
            modified_ms=_moment(text(node, "LastModified")),
            etag=text(node, "ETag").strip('"'),
        )
        for node in root.iter(f"{space}Contents")
    ]
    prefixes = [plain(text(node, "Prefix")) for node in root.iter(f"{space}CommonPrefixes")]
    return Page(entries, prefixes, text(root, "IsTruncated") == "true")


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
