"""From what a request brings to the user it proves: a token, a signature, the console's cookie or a signed link."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.iam import signing
from maquette.iam.errors import bad_signature, bad_token, no_proof
from maquette.iam.links import followed, is_link
from maquette.iam.tables import Credential, Domain, Project, User
from maquette.iam.tokens import find_token
from maquette.iam.users import is_administrator
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Forbidden
from maquette.kit.vault import Vault

SESSION_COOKIE = "maquette_session"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request brought. `project_id` is the one its path names, or empty."""

    token: str
    cookie: str
    authorization: str
    signed: signing.SignedRequest
    project_id: str
    request_id: str
    address: str


def authenticate(session: Session, vault: Vault, proof: Proof) -> Actor:
    """The actor, with no workspaces yet. Raises Unauthenticated, or Forbidden for another account's project."""
    if proof.token:
        return authenticate_token(session, proof)
    if proof.authorization.startswith(signing.ALGORITHM):
        user = _by_signature(session, vault, proof)
        declared = proof.signed.headers.get("x-project-id", "")
        return _actor(session, user, "signature", proof, declared)
    if proof.cookie:
        found, user = find_token(session, proof.cookie, {"session"})
        return _actor(session, user, found.kind, proof, "")
    if is_link(proof.signed.method, proof.signed.query):
        user = session.get(User, followed(vault, proof.signed.path, proof.signed.query))
        if user is None or not user.enabled:
            raise bad_token()
        return _actor(session, user, "link", proof, "")
    raise no_proof()


def authenticate_token(session: Session, proof: Proof) -> Actor:
    found, user = find_token(session, proof.token, {"token", "workload"})
    if found.project_id and proof.project_id and found.project_id != proof.project_id:
        raise Forbidden("The token is for another project. Ask for a token of this one.")
    return replace(_actor(session, user, found.kind, proof, found.project_id), confined_to=found.workspace_id)


def _by_signature(session: Session, vault: Vault, proof: Proof) -> User:
    signature = signing.read_signature(proof.authorization)
    query = select(Credential, User).join(User, User.id == Credential.user_id)
    row = session.execute(query.where(Credential.access_key == signature.access_key)).one_or_none()
    if row is None or not row[0].enabled or not row[1].enabled:
        raise bad_signature("the access key is unknown or disabled")
    signing.verify(proof.signed, signature, vault.open(row[0].sealed_secret), now_ms())
    return row[1]


def _actor(session: Session, user: User, method: str, proof: Proof, declared_project: str) -> Actor:
    domain = session.get_one(Domain, user.domain_id)
    project_id = proof.project_id or declared_project
    if project_id:
        project = session.get(Project, project_id)
        if project is None or project.domain_id != user.domain_id:
            raise Forbidden("The project does not exist or is not your account's.")
    return Actor(
        user_id=user.id,
        user_name=user.name,
        domain_id=domain.id,
        domain_name=domain.name,
        project_id=project_id,
        administrator=is_administrator(session, user.id),
        method=method,
        request_id=proof.request_id,
        address=proof.address,
    )
