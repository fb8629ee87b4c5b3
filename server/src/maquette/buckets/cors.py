"""Asking an S3 service whether it lets browsers at our address upload to it directly, as a browser would ask."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from maquette.kit.destinations import Destination
from maquette.kit.errors import Invalid

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 3.0


def allows_direct_upload(bucket_url: str, our_url: str, destination: Destination) -> bool:
    """Send the preflight of a PUT. Whatever is not a clear yes means that uploads go through us."""
    # Imported here: a server without S3 must not wait for it.
    import httpx

    parts = urlsplit(our_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    try:
        url = httpx.URL(f"{bucket_url}/maquette-preflight")
        headers["Host"] = url.netloc.decode()
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
            pinned = url.copy_with(host=destination.address())
            answer = client.options(pinned, headers=headers, extensions={"sni_hostname": url.host})
    except (httpx.HTTPError, httpx.InvalidURL, Invalid):
        return False
    return (
        answer.is_success
        and answer.headers.get("access-control-allow-origin") in ("*", origin)
        and bool({"put", "*"} & _names(answer, "access-control-allow-methods"))
        and bool({"content-type", "*"} & _names(answer, "access-control-allow-headers"))
    )


def _names(answer: "httpx.Response", header: str) -> set[str]:
    return {name.strip().lower() for name in answer.headers.get(header, "").split(",")}
