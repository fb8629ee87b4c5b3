"""Whether this process answers, for supervisors and load balancers; says nothing else to anyone."""

from sqlalchemy import text

from maquette.web import ANYONE, Router, SessionDep

router = Router("", "health")


@router.get("/health", action=ANYONE)
def health(session: SessionDep) -> dict[str, str]:
    session.execute(text("SELECT 1"))
    return {"status": "ok"}
