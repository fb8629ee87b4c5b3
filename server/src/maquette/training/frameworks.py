"""The "AI engines" of v1: frameworks found in the environment that jobs run in, under ids that never change."""

from dataclasses import dataclass

from maquette.kit.config import Settings
from maquette.kit.errors import Invalid
from maquette.pools.interpreter import interpreter_of

# Name, id (ModelArts' engine_type where it has one), distribution, prefix of the version.
_KNOWN = (
    ("PyTorch", 10, "torch", "PyTorch"),
    ("TensorFlow", 1, "tensorflow", "TF"),
    ("XGBoost-Sklearn", 9, "xgboost", "XGBoost"),
    ("Scikit_Learn", 6, "scikit-learn", "Scikit_Learn"),
)
_PYTHON = 100


@dataclass(frozen=True, slots=True)
class Framework:
    id: int
    name: str
    version: str


def frameworks(settings: Settings) -> list[Framework]:
    """What jobs can choose from, plain Python last. Asks the interpreter for jobs, once a process."""
    interpreter = interpreter_of(settings.job_python)
    suffix = f"python{interpreter.version}"
    found = [
        Framework(number, name, f"{prefix}-{interpreter.packages[package].partition('+')[0]}-{suffix}")
        for name, number, package, prefix in _KNOWN
        if package in interpreter.packages
    ]
    return [*found, Framework(_PYTHON, "Python", f"Python-{interpreter.version}-{suffix}")]


def find_framework(settings: Settings, number: int) -> Framework:
    offered = frameworks(settings)
    for framework in offered:
        if framework.id == number:
            return framework
    names = ", ".join(f"{framework.id} ({framework.version})" for framework in offered)
    raise Invalid(f"There is no engine with engine_id {number} here. Choose one of {names}.")
