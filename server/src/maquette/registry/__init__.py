"""AI applications: model packages made from a training job or an OBS path, checked, copied and kept.

find_model     one the actor can see and that is published, for deploying it
package_path   where its files lie on this server
pin, unpin     a service says that it uses a model, which then cannot be deleted
users_of       the query for those who said so
"""

from maquette.registry.pins import pin, unpin, users_of
from maquette.registry.publishing import package_path
from maquette.registry.service import find_model, published_model
from maquette.registry.tables import Model

__all__ = ["Model", "find_model", "package_path", "pin", "published_model", "unpin", "users_of"]
