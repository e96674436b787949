"""From the config's SNMP entry to message security."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from noc_console.config.model import Snmp
from noc_console.sources.snmp.security import Community, Security

if TYPE_CHECKING:
    from noc_console.sources.snmp.usm import User


def security_for(snmp: Snmp) -> Security:
    """The security of one OLT's messages."""
    if snmp.version == "2c":
        return Community(snmp.community.get_secret_value())
    # Imported here: most installations have v2c only, and the ciphers take a while to load.
    from noc_console.sources.snmp.usm import Usm

    return Usm(user_for(snmp))


def user_for(snmp: Snmp) -> User:
    """The v3 user of one OLT."""
    from noc_console.sources.snmp.usm import User

    return User(
        snmp.user or "",
        snmp.auth_protocol,
        _text(snmp.auth_password),
        snmp.priv_protocol,
        _text(snmp.priv_password),
        snmp.context,
    )


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
