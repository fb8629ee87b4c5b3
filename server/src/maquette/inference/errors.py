"""What may go wrong with services and predictions."""

from maquette.kit.errors import Conflict, Invalid, MaquetteError, NotFound, Unavailable


class GatewayTimeout(MaquetteError):
    status, code = 504, "ModelArts.4504"


class BadGateway(MaquetteError):
    status, code = 502, "ModelArts.4502"


def no_service(service_id: str) -> NotFound:
    return NotFound(f"There is no service '{service_id[:64]}'.", code="ModelArts.3501")


def no_instance(instance_id: str) -> NotFound:
    return NotFound(f"The service has no instance '{instance_id[:64]}'.", code="ModelArts.3504")


def service_exists(name: str) -> Conflict:
    return Conflict(f"A service named '{name}' exists already. Choose another name.", code="ModelArts.3502")


def unsupported(what: str) -> Invalid:
    return Invalid(f"{what} is not supported by this installation.", code="ModelArts.3503")


def not_running(name: str, status: str) -> Unavailable:
    return Unavailable(
        f"The service '{name}' is {status}; it answers predictions once it is running.", code="ModelArts.4503"
    )


def busy(name: str) -> Unavailable:
    return Unavailable(
        f"The service '{name}' has more requests at work than it takes. Try again, or give it more instances.",
        code="ModelArts.4503",
    )


def too_slow(name: str, limit: float) -> GatewayTimeout:
    return GatewayTimeout(f"The service '{name}' did not answer within {limit:g} seconds.")


def bad_answer(name: str, what: str) -> BadGateway:
    return BadGateway(f"The service '{name}' {what}. Its log may tell why.")
