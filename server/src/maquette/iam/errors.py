"""What may go wrong on the way in. Nothing here says whether a user exists."""

from maquette.kit.errors import Forbidden, Unauthenticated


def bad_credentials() -> Unauthenticated:
    return Unauthenticated("The user name or password is wrong.", code="IAM.0002")


def bad_token() -> Unauthenticated:
    return Unauthenticated("The token is unknown, expired or revoked. Sign in again.", code="APIG.0307")


def bad_signature(reason: str) -> Unauthenticated:
    return Unauthenticated(f"The request's signature was refused: {reason}.", code="APIG.0301")


def no_proof() -> Unauthenticated:
    return Unauthenticated("Sign in, or send X-Auth-Token or an AK/SK signature.", code="APIG.0301")


def forbidden(action: str) -> Forbidden:
    return Forbidden(f"Your policies do not allow '{action}'. Ask an administrator for a policy that does.")
