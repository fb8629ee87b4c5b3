"""What may go wrong with AI applications."""

from maquette.kit.errors import Conflict, Invalid, NotFound


def no_model(model_id: str) -> NotFound:
    return NotFound(f"There is no AI application '{model_id[:64]}'.", code="ModelArts.3003")


def model_exists(name: str, version: str) -> Conflict:
    return Conflict(
        f"The AI application '{name}' has a version {version} already. Choose another version.", code="ModelArts.3002"
    )


def not_published(name: str, status: str) -> Conflict:
    return Conflict(
        f"The AI application '{name}' is {status}; only a published one can be deployed.", code="ModelArts.3010"
    )


def bad_package(reason: str) -> Invalid:
    return Invalid(f"The model package cannot be used: {reason}", code="ModelArts.3020")
