"""HTTP for all domains: routes that name their permission, one transaction a request, errors in ModelArts' form.

Router      routes with an action, committed before they answer, idempotent by key
Session…    the dependencies a handler may ask for
install     middleware and error rendering for an application
"""

from maquette.web.dependencies import ActorDep, DatabaseDep, PageLimit, PageOffset, SessionDep, SettingsDep
from maquette.web.errors import ErrorStyle, modelarts_error
from maquette.web.install import install
from maquette.web.routing import ANYONE, SIGNED_IN, Router
from maquette.web.schemas import Contract, Own

__all__ = [
    "ANYONE",
    "SIGNED_IN",
    "ActorDep",
    "Contract",
    "DatabaseDep",
    "ErrorStyle",
    "Own",
    "PageLimit",
    "PageOffset",
    "Router",
    "SessionDep",
    "SettingsDep",
    "install",
    "modelarts_error",
]
