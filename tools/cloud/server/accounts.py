"""Who there is in the local cloud."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    user: str
    project: str
    roles: tuple[str, ...]
    cloud: str | None  # its name in clouds.yaml; None: not for people


ADMIN = Account("admin", "admin", ("admin",), "admin")  # made by `keystone-manage bootstrap`

ACCOUNTS = (
    ADMIN,
    # An operator: Glance lets only the role admin make an image public.
    Account("operator", "demo", ("admin", "member"), "local"),
    # Somebody else, who sees of the operator's images what is published.
    Account("other", "other", ("member",), "other"),
    Account("glance", "service", ("service", "admin"), None),
    # The conductor of the Ironic that accepts images, see tools/acceptance. Its roles are those of Ironic's installation guide.
    Account("ironic", "service", ("service", "admin"), "ironic"),
)
