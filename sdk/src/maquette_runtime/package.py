"""A model package on disk: `config.json` read tolerantly, the model file found, the user's service class loaded.

Real packages are dirty: comments in the JSON, misspelt names, pins from years ago. What can be understood is; what
cannot is refused in a sentence that says what to change. Nothing here speaks HTTP.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
from types import ModuleType
from typing import cast

from model_service.model_service import SingleNodeService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CODE = "customize_service.py"
FILES = {
    "pytorch": (".pt", ".pth"),
    "scikit_learn": (".pkl", ".m", ".joblib"),
    "xgboost": (".m", ".json", ".ubj", ".model", ".bin", ".pkl"),
}
DIRECTORIES = ("tensorflow", "custom")
METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE")


class PackageError(Exception):
    """The package cannot be served; the message says why and what to do."""


class Package:
    """One model package. `directory` holds config.json; `routes` are the paths that predict, with their methods."""

    def __init__(self, place: str) -> None:
        self.directory = _model_directory(os.path.abspath(place))
        self.config = parse_config(_text(f"{self.directory}/config.json"))
        self.kind = str(self.config.get("model_type") or "").lower()
        if self.kind not in (*FILES, *DIRECTORIES):
            known = "PyTorch, Scikit_Learn, XGBoost, TensorFlow"
            raise PackageError(f"config.json has model_type '{self.config.get('model_type')}'; served are {known}.")
        self.routes = _routes(self.config)

    def model_path(self) -> str:
        """The model file, or the directory for frameworks that take one."""
        if self.kind in DIRECTORIES:
            return self.directory
        endings = FILES[self.kind]
        names = [
            name for name in sorted(os.listdir(self.directory)) if name.endswith(endings) and name != "config.json"
        ]
        if len(names) > 1:
            names = [name for name in names if os.path.splitext(name)[0] == "model"] or names
        if len(names) > 1:
            raise PackageError(
                f"The package holds several model files ({', '.join(names)}): keep one, or call the right one 'model'."
            )
        # Some services bring weights of another kind and find them next to this path themselves.
        return f"{self.directory}/{names[0]}" if names else self.directory

    def service(self, model_name: str) -> SingleNodeService:
        """Load customize_service.py and build its service; the package directory becomes importable and current."""
        path = f"{self.directory}/{CODE}"
        sys.path.insert(0, self.directory)
        os.chdir(self.directory)
        if os.path.exists(path):
            wanted = _service_class(_module(path))
        elif self.kind in ("scikit_learn", "xgboost", "tensorflow"):
            wanted = _default_class(self.kind)
        else:
            raise PackageError(
                f"The package has no {CODE}. A {self.config['model_type']} package needs one: a subclass of its base "
                "class, for PyTorch model_service.pytorch_model_service.PTServingBaseService, that loads the network."
            )
        return _build(wanted, model_name, self.model_path())


def parse_config(text: str) -> dict[str, Any]:
    """Read config.json, with // comments and trailing commas taken out; `PackageError` names the line otherwise."""
    try:
        told: Any = json.loads(text)
    except ValueError:
        try:
            told = json.loads(_without_comments(text))
        except ValueError as problem:
            raise PackageError(f"config.json is not valid JSON: {problem}.") from problem
    if not isinstance(told, dict):
        raise PackageError("config.json holds no JSON object.")
    config: dict[str, Any] = dict(told)  # pyright: ignore[reportUnknownArgumentType]
    for api in _apis(config):
        if "procotol" in api:
            api.setdefault("protocol", api.pop("procotol"))
    return config


def _without_comments(text: str) -> str:
    """Blank out // and /* */ comments and commas before a closing bracket, outside strings; lines stay."""
    kept: list[str] = []
    position, quoted = 0, False
    while position < len(text):
        letter = text[position]
        if quoted:
            kept.append(text[position : position + 2] if letter == "\\" else letter)
            position += 2 if letter == "\\" else 1
            quoted = letter != '"'
            continue
        if text.startswith("//", position):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        if text.startswith("/*", position):
            end = text.find("*/", position)
            end = len(text) if end < 0 else end + 2
            kept.append("\n" * text.count("\n", position, end))
            position = end
            continue
        quoted = letter == '"'
        if letter in "]}":
            _drop_comma(kept)
        kept.append(letter)
        position += 1
    return "".join(kept)


def _drop_comma(kept: list[str]) -> None:
    last = len(kept) - 1
    while last >= 0 and kept[last].isspace():
        last -= 1
    if last >= 0 and kept[last] == ",":
        kept[last] = ""


def _apis(config: dict[str, Any]) -> list[dict[str, Any]]:
    told: Any = config.get("apis")
    if isinstance(told, dict):
        told = [told]
    return [entry for entry in cast("list[Any]", told or []) if isinstance(entry, dict)]


def _routes(config: dict[str, Any]) -> dict[str, set[str]]:
    routes: dict[str, set[str]] = {"/": {"POST"}}
    for api in _apis(config):
        method = str(api.get("method") or "post").upper()
        if method not in METHODS:
            raise PackageError(f"config.json has an api with method '{method}'; possible are {', '.join(METHODS)}.")
        routes.setdefault("/" + str(api.get("url") or "/").strip("/"), set()).add(method)
    return routes


def missing_dependencies(config: dict[str, Any]) -> list[str]:
    """Names of pip packages that config.json asks for and that are not installed in any version."""
    from importlib.metadata import PackageNotFoundError, version

    missing: list[str] = []
    dependencies: list[dict[str, Any]] = config.get("dependencies") or []
    for dependency in dependencies:
        packages: list[dict[str, Any]] = dependency.get("packages") or []
        for package in packages:
            name = str(package.get("package_name") or "")
            try:
                if name and not name.endswith(".whl"):
                    version(name)
            except PackageNotFoundError:
                missing.append(name)
    return missing


def _model_directory(place: str) -> str:
    for directory in (place, f"{place}/model"):
        if os.path.isfile(f"{directory}/config.json"):
            return directory
    found = ", ".join(sorted(os.listdir(place))) if os.path.isdir(place) else "nothing"
    raise PackageError(
        f"There is no config.json in '{place}' nor in its folder 'model'. Found there: {found or 'nothing'}."
    )


def _text(path: str) -> str:
    with open(path, encoding="utf-8-sig") as file:
        return file.read()


def _module(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("customize_service", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["customize_service"] = module
    spec.loader.exec_module(module)
    return module


def _service_class(module: ModuleType) -> type[SingleNodeService]:
    """The one class of the module that extends a base service; a class that another one extends is not it."""
    found = [
        each
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, SingleNodeService) and each.__module__ == module.__name__
    ]
    found = [each for each in found if not any(other is not each and issubclass(other, each) for other in found)]
    if len(found) == 1:
        return found[0]
    if found:
        raise PackageError(f"{CODE} has several services ({', '.join(each.__name__ for each in found)}): keep one.")
    raise PackageError(f"{CODE} has no class that extends a base service such as PTServingBaseService.")


def _default_class(kind: str) -> type[SingleNodeService]:
    if kind == "tensorflow":
        from model_service.tfserving_model_service import TfServingBaseService

        return TfServingBaseService
    from model_service.python_model_service import XgSklServingBaseService

    return XgSklServingBaseService


def _build(wanted: type[SingleNodeService], model_name: str, model_path: str) -> SingleNodeService:
    """Call the constructor with (model_name, model_path), or with (model_path) alone where it takes one argument."""
    parameters = list(inspect.signature(wanted).parameters.values())
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    several = any(each.kind is each.VAR_POSITIONAL for each in parameters) or len(positional) >= 2
    return wanted(model_name, model_path) if several else wanted(model_path) if positional else wanted()
