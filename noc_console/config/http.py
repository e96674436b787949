"""An HTTP client for an endpoint of the config file; apart from the model, so that reading a config imports none."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from noc_console.config.base import HttpEndpoint
from noc_console.domain.errors import ConfigError


def tls_context(endpoint: HttpEndpoint, key: str) -> ssl.SSLContext:
    """What an ``https`` endpoint's certificate is checked by: its CA, or the system's.

    Raises:
        ConfigError: The CA file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=None if endpoint.ca_file is None else str(endpoint.ca_file))
    except OSError as error:
        raise ConfigError(f"{endpoint.ca_file} is no readable CA file: {error}", key=f"{key}.ca_file") from None


def http_client(endpoint: HttpEndpoint, key: str, **more: Any) -> httpx.AsyncClient:
    """A client with the endpoint's credentials, headers, CA and timeout; follows no redirects, knows no proxies.

    Args:
        endpoint: Where to, and how to log in.
        key: Its place in the config file, such as ``genieacs``.
        more: Further arguments of ``httpx.AsyncClient``.

    Raises:
        ConfigError: The CA file cannot be read.
    """
    verify = True if endpoint.ca_file is None else tls_context(endpoint, key)
    auth = None
    if endpoint.username is not None:
        password = endpoint.password.get_secret_value() if endpoint.password else ""
        auth = httpx.BasicAuth(endpoint.username, password)
    headers = {name: value.get_secret_value() for name, value in endpoint.headers.items()}
    return httpx.AsyncClient(
        auth=auth, headers=headers, verify=verify, timeout=endpoint.timeout_s, trust_env=False, **more
    )
