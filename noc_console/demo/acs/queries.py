"""The NBI's query language as GenieACS 1.2 understands it, with its surprises: values are reinterpreted, and anything
unexpected ends the worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from noc_console.demo.acs.record import MISSING

Getter = Callable[[str], Any]
Predicate = Callable[[Getter], bool]

_REGEX = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_CAST_OPERATORS = frozenset(("$eq", "$gt", "$gte", "$lt", "$lte", "$ne", "$in", "$nin", "$exists", "$type"))
_EXPANDED_OPERATORS = frozenset(("$eq", "$gt", "$gte", "$in", "$lt", "$lte", "$ne", "$nin"))


class WorkerCrash(Exception):
    """An exception that nobody catches in the real server: the process serving the request dies."""


def device_query(query: Any) -> Predicate:
    """Predicate of a query on devices: ``._value`` is appended, strings are reinterpreted."""
    return _query(query, _expand_key, _expand)


def task_query(query: Any) -> Predicate:
    """Predicate of a query on tasks, whose ``_id`` must be an ObjectId."""
    _check_casts(query, {"_id", "timestamp", "retries"})
    return _query(query, lambda key: key, lambda value: [value])


def fault_query(query: Any) -> Predicate:
    """Predicate of a query on faults."""
    _check_casts(query, {"timestamp", "retries"})
    return _query(query, lambda key: key, lambda value: [value])


def plain_query(query: Any) -> Predicate:
    """Predicate of a query on any other collection, which goes to the database as it is."""
    return _query(query, lambda key: key, lambda value: [value])


def _check_casts(query: Any, keys: set[str]) -> None:
    if not isinstance(query, dict):
        return
    for key, condition in query.items():
        if key in ("$and", "$or", "$nor") and isinstance(condition, list):
            for part in condition:
                _check_casts(part, keys)
        elif key in keys:
            operators = condition if isinstance(condition, dict) else {"$eq": condition}
            if not operators.keys() <= _CAST_OPERATORS:
                raise WorkerCrash(f"operator not supported on {key}")
            wanted = [item for value in operators.values() for item in (value if isinstance(value, list) else [value])]
            if key == "_id" and not all(isinstance(item, str) and _OBJECT_ID.fullmatch(item) for item in wanted):
                raise WorkerCrash("not an ObjectId")


def _query(query: Any, key_of: Callable[[str], str], expand: Callable[[Any], list[Any]]) -> Predicate:
    if not isinstance(query, dict):
        return lambda get: True
    parts = [_clause(key, condition, key_of, expand) for key, condition in query.items()]
    return lambda get: all(part(get) for part in parts)


def _clause(key: str, condition: Any, key_of: Callable[[str], str], expand: Callable[[Any], list[Any]]) -> Predicate:
    if key.startswith("$"):
        if key not in ("$and", "$or", "$nor") or not isinstance(condition, list):
            raise WorkerCrash(f"Invalid operator {key}")
        branches = [_query(part, key_of, expand) for part in condition]
        if key == "$and":
            return lambda get: all(branch(get) for branch in branches)
        wanted = key == "$or"
        return lambda get: any(branch(get) for branch in branches) is wanted
    name = key_of(key)
    if isinstance(condition, dict):
        tests = _operators(condition, expand)
        return lambda get: all(test(get(name)) for test in tests)
    test = _in(expand(condition))
    return lambda get: test(get(name))


def _operators(condition: Mapping[str, Any], expand: Callable[[Any], list[Any]]) -> list[Callable[[Any], bool]]:
    options = condition.get("$options", "")
    return [_operator(name, value, options, expand) for name, value in condition.items() if name != "$options"]


def _operator(name: str, value: Any, options: str, expand: Callable[[Any], list[Any]]) -> Callable[[Any], bool]:
    if name == "$regex":
        return _in([re.compile(value, _flags(options))])
    if name == "$exists":
        return lambda have: (have is not MISSING) is bool(value)
    if name == "$not" and isinstance(value, dict):
        inner = _operators(value, expand)
        return lambda have: not all(test(have) for test in inner)
    if name not in _EXPANDED_OPERATORS:
        raise WorkerCrash(f"Operator {name} not supported")
    wanted = [found for item in (value if isinstance(value, list) else [value]) for found in expand(item)]
    if name in ("$in", "$eq"):
        return _in(wanted)
    if name in ("$nin", "$ne"):
        outside = _in(wanted)
        return lambda have: not outside(have)
    return lambda have: any(_compare(name, have, limit) for limit in wanted)


def _in(wanted: list[Any]) -> Callable[[Any], bool]:
    def test(have: Any) -> bool:
        values = have if isinstance(have, list) else [have]
        return any(_equal(value, item) for value in values for item in wanted)

    return test


def _equal(have: Any, wanted: Any) -> bool:
    if have is MISSING:
        return wanted is None
    if isinstance(wanted, re.Pattern):
        return isinstance(have, str) and wanted.search(have) is not None
    return (type(have) is type(wanted) and bool(have == wanted)) or (_numbers(have, wanted) and have == wanted)


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _compare(name: str, have: Any, limit: Any) -> bool:
    if have is MISSING or not (type(have) is type(limit) or _numbers(have, limit)):
        return False
    return bool({"$gt": have > limit, "$gte": have >= limit, "$lt": have < limit, "$lte": have <= limit}[name])


def _expand_key(key: str) -> str:
    return key if key.rpartition(".")[2].startswith("_") else f"{key}._value"


def _expand(value: Any) -> list[Any]:
    """Everything that a value may mean: a regular expression, a wildcard, a number, a date, itself."""
    if not isinstance(value, str):
        return [value]
    written = _REGEX.fullmatch(value)
    if written:
        return [re.compile(written[1], _flags(written[2]))]
    if "*" in value:
        return [re.compile("^" + re.escape(value).replace(r"\*", ".*") + "$")]
    meanings: list[Any] = [value]
    if _NUMBER.fullmatch(value):
        meanings.append(float(value) if "." in value else int(value))
    if len(value) >= 8:
        date = _date(value)
        meanings += [date] if date else []
    return meanings


def _date(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _flags(letters: str) -> re.RegexFlag:
    known = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    flags = re.RegexFlag(0)
    for letter in letters:
        flags |= known.get(letter, re.RegexFlag(0))
    return flags
