"""Checks before sending: what GenieACS does not like, it does not refuse; its worker dies and takes 21 s for it.

Source:
    GenieACS 1.2.16, observed and from its source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_PATH = re.compile(r"[A-Za-z_][\w\-]*(\.([\w\-]+|\*))*")
_DEVICE_OPERATORS = frozenset(
    ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex", "$options", "$exists")
)
_CAST_OPERATORS = frozenset(("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists"))
_LOGICAL = ("$and", "$or", "$nor")
_OPTIONAL = {"expiry": (int, float), "uniqueKey": (str,)}

Query = Mapping[str, Any]


def object_id(task_id: str) -> str:
    """Return ``task_id``.

    Raises:
        ValueError: Not 24 lower-case hex digits.
    """
    if not _OBJECT_ID.fullmatch(task_id):
        raise ValueError(f"not a task id: {task_id!r}")
    return task_id


def path(text: object, wildcards: bool = True) -> str:
    """Return a parameter or object path.

    Raises:
        ValueError: Empty, with a trailing dot (which the ACS retries for ever), or with anything but names.
    """
    if not isinstance(text, str) or not _PATH.fullmatch(text) or ("*" in text and not wildcards):
        raise ValueError(f"not a parameter path: {text!r}")
    return text


def task(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a task's body.

    Raises:
        ValueError: GenieACS would crash on it, or would not do what it says.
    """
    name = body.get("name")
    check = _TASKS.get(str(name))
    if check is None:
        raise ValueError(f"no such task: {name!r}")
    own = check(body)
    for key, value in body.items():
        kinds = _OPTIONAL.get(key)
        if key != "name" and key != own and kinds is None:
            raise ValueError(f"task {name} takes no {key}")
        if kinds and (not isinstance(value, kinds) or isinstance(value, bool) or not value):
            raise ValueError(f"{key} of a task cannot be {value!r}")
    if isinstance(body.get("expiry"), int | float) and body["expiry"] < 0:
        raise ValueError("a task cannot expire in the past")
    return body


def _names(body: Mapping[str, Any]) -> str:
    names = body.get("parameterNames")
    if not isinstance(names, list | tuple) or not names:
        raise ValueError("getParameterValues needs parameterNames")
    for name in names:
        path(name)
    return "parameterNames"


def _values(body: Mapping[str, Any]) -> str:
    values = body.get("parameterValues")
    if not isinstance(values, list | tuple) or not values:
        raise ValueError("setParameterValues needs parameterValues")
    for item in values:
        if len(item) not in (2, 3) or not isinstance(item[1], str | int | float | bool):
            # The value stays out of the message: it may be a password.
            raise ValueError(f"parameterValues needs (path, value[, type]), not {len(item)} items")
        path(item[0], wildcards=False)
    return "parameterValues"


def _object(body: Mapping[str, Any]) -> str:
    if body.get("objectName") != "":
        path(body.get("objectName"))
    return "objectName"


def _file(body: Mapping[str, Any]) -> str:
    if not isinstance(body.get("file"), str) or not body["file"]:
        raise ValueError("download needs the name of a file")
    return "file"


def _nothing(body: Mapping[str, Any]) -> str:
    return "name"


_TASKS = {
    "getParameterValues": _names,
    "setParameterValues": _values,
    "refreshObject": _object,
    "download": _file,
    "reboot": _nothing,
    "factoryReset": _nothing,
}


def device_query(query: Query) -> Query:
    """Return a query on devices.

    Raises:
        ValueError: It holds an operator that GenieACS crashes on.
    """
    for key, condition in query.items():
        if key in _LOGICAL:
            _branches(key, condition, device_query)
        elif key.startswith("$"):
            raise ValueError(f"operator {key} is not supported by the ACS")
        elif isinstance(condition, Mapping):
            _operators(key, condition, _DEVICE_OPERATORS)
    return query


def row_query(query: Query) -> Query:
    """Return a query on tasks or faults.

    Raises:
        ValueError: It holds an operator or an id that GenieACS crashes on.
    """
    for key, condition in query.items():
        if key in _LOGICAL:
            _branches(key, condition, row_query)
        elif key.startswith("$"):
            raise ValueError(f"operator {key} is not supported by the ACS")
        elif isinstance(condition, Mapping):
            _operators(key, condition, _CAST_OPERATORS)
    return query


def task_query(query: Query) -> Query:
    """Like ``row_query``; ``_id`` must hold task ids."""
    row_query(query)
    wanted = query.get("_id")
    for value in wanted.values() if isinstance(wanted, Mapping) else [wanted] if wanted is not None else []:
        for item in value if isinstance(value, list | tuple) else [value]:
            object_id(str(item))
    return query


def _branches(key: str, condition: Any, check: Any) -> None:
    if not isinstance(condition, list | tuple) or not condition:
        raise ValueError(f"{key} needs a list")
    for branch in condition:
        check(branch)


def _operators(key: str, condition: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = condition.keys() - known
    if unknown or not condition:
        raise ValueError(f"operator {', '.join(sorted(unknown)) or '(none)'} on {key} is not supported by the ACS")
    # $ne beside another operator throws inside the ACS when its value has several meanings.
    if "$ne" in condition and len(condition) > 1:
        raise ValueError(f"$ne on {key} must stand alone")
