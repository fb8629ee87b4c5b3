"""The `config.json` of a model package: read tolerantly, judged strictly, with a sentence for each fault.

Real packages carry comments, trailing commas, `procotol` for protocol and response types that do not exist; those are
accepted. Lines are counted as in the file.
"""

import re
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

MODEL_TYPES = (
    "TensorFlow", "MXNet", "Caffe", "Spark_MLlib", "Scikit_Learn", "XGBoost", "PyTorch", "Image", "Template", "Custom",
)  # fmt: skip
_STRING = r'"(?:\\.|[^"\\])*"'
_STRING_OR_COMMENT = re.compile(_STRING + r"|//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(_STRING + r"|,(?=\s*[\]}])", re.DOTALL)
CONFIG_BYTES = 1 << 20


class BadPackage(ValueError):
    """The package cannot be served; the message says which file, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class PackageConfig:
    """What config.json says. `apis` is always a list; each has `url`, `method`, `protocol`, `request`, `response`."""

    model_type: str
    model_algorithm: str
    runtime: str
    apis: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    dependencies: list[Any] = field(default_factory=list[Any])
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])
    health: dict[str, Any] = field(default_factory=dict[str, Any])


def read_config(content: bytes) -> PackageConfig:
    """Parse and check a config.json. Raises BadPackage."""
    if len(content) > CONFIG_BYTES:
        raise BadPackage("config.json is larger than 1 MiB; it should hold a few lines.")
    try:
        text = _STRING_OR_COMMENT.sub(_blank, content.decode("utf-8-sig"))
        value: Any = orjson.loads(_STRING_OR_LAST_COMMA.sub(_blank, text))
    except UnicodeDecodeError:
        raise BadPackage("config.json is not UTF-8. Save it as UTF-8.") from None
    except orjson.JSONDecodeError as error:
        raise BadPackage(
            f"config.json is not valid JSON: {error.msg} at line {error.lineno}. Mend that line."
        ) from None
    if not isinstance(value, dict):
        raise BadPackage("config.json must hold one JSON object.")
    told = cast(dict[str, Any], value)
    model_type = told.get("model_type")
    known = {name.lower(): name for name in MODEL_TYPES}
    if not isinstance(model_type, str) or model_type.lower() not in known:
        raise BadPackage(f"config.json: model_type must be one of {', '.join(MODEL_TYPES)}.")
    algorithm = told.get("model_algorithm")
    if not isinstance(algorithm, str) or not 1 <= len(algorithm) <= 36:
        raise BadPackage("config.json: model_algorithm needs 1 to 36 characters, image_classification for example.")
    return PackageConfig(
        model_type=known[model_type.lower()],
        model_algorithm=algorithm,
        runtime=str(told.get("runtime") or ""),
        apis=_apis(told.get("apis")),
        dependencies=_list(told.get("dependencies")),
        metrics=_dict(told.get("metrics")),
        health=_dict(told.get("health")),
    )


def _apis(value: Any) -> list[dict[str, Any]]:
    """The interfaces; a package that names none answers POST at `/`."""
    found: list[dict[str, Any]] = []
    for item in [cast(Any, value)] if isinstance(value, dict) else _list(value):
        api = _dict(item)
        url = str(api.get("url") or "/")
        found.append(
            {
                "url": url if url.startswith("/") else f"/{url}",
                "method": str(api.get("method") or "post").lower(),
                "protocol": str(api.get("protocol") or api.get("procotol") or "http").lower(),
                "request": _dict(api.get("request")),
                "response": _dict(api.get("response")),
            }
        )
    return found or [{"url": "/", "method": "post", "protocol": "http", "request": {}, "response": {}}]


def _blank(match: re.Match[str]) -> str:
    """A string as it is, anything else blanked out but for its line breaks."""
    return match[0] if match[0].startswith('"') else " " + "\n" * match[0].count("\n")


def _dict(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []
