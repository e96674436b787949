"""Records from CSV: every line is judged, every error names its line and column, and nothing is changed by a dry run.

The header names the columns, which are the fields of the record kind; a column that is left out is left as it is, an
empty cell empties the field. Importing the same file twice changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from io import StringIO
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import Key, Record, RecordKind, Value, column_names
from noc_console.domain.text import clean

R = TypeVar("R", bound=Record)

MAX_LINES = 1_000_000
_TRUE = ("yes", "true", "1", "y")
_FALSE = ("no", "false", "0", "n")

Known = Mapping[str, Sequence[Record]]
"""The rows that there are of this kind, of those that it refers to and of those that refer to it, by their names."""


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with one line."""

    line: int
    """1-based; 0 is the file as a whole."""
    text: str
    """``port: '0/1' is no PON port``."""


@dataclass(frozen=True, slots=True)
class ImportPlan(Generic[R]):
    """What an import would do."""

    kind: RecordKind[R]
    added: tuple[R, ...] = ()
    changed: tuple[R, ...] = ()
    before: tuple[R, ...] = ()
    """The changed ones as they were, in the same order."""
    removed: tuple[R, ...] = ()
    unchanged: int = 0
    errors: tuple[LineError, ...] = field(default=())

    @property
    def text(self) -> str:
        """``12 added, 3 changed, 0 removed, 240 unchanged``."""
        counts = (len(self.added), len(self.changed), len(self.removed), self.unchanged)
        words = ("added", "changed", "removed", "unchanged")
        return ", ".join(f"{count} {word}" for count, word in zip(counts, words, strict=True))


def plan_import(kind: RecordKind[R], text: str, known: Known, replace_all: bool = False) -> ImportPlan[R]:
    """Compare a CSV file with what there is.

    Args:
        kind: Which records.
        text: The file.
        known: What there is.
        replace_all: Remove the records that the file does not name.

    Returns:
        The plan; with errors nothing of it may be done.
    """
    before = {kind.key_of(record): record for record in _rows(kind, known)}
    errors: list[LineError] = []
    lines: dict[Key, int] = {}
    found: dict[Key, R] = {}
    for line, given in _read(kind, text, errors):
        record = _record(kind, line, given, before, errors)
        if record is None:
            continue
        key = kind.key_of(record)
        if key in found:
            errors.append(LineError(line, f"{kind.one} {kind.named(record)} stands in line {lines[key]} already"))
            continue
        found[key], lines[key] = record, line
    after = found if replace_all else {**before, **found}
    removed = tuple(record for key, record in before.items() if key not in after)
    changed = [key for key, record in found.items() if key in before and _differs(record, before[key])]
    errors += _judge(kind, found, after, lines, known)
    errors += _missed(kind, removed, known)
    return ImportPlan(
        kind,
        added=tuple(record for key, record in found.items() if key not in before),
        changed=tuple(found[key] for key in changed),
        before=tuple(before[key] for key in changed),
        removed=removed,
        unchanged=sum(key in before for key in found) - len(changed),
        errors=tuple(sorted(errors, key=lambda error: error.line)),
    )


def plan_removal(kind: RecordKind[R], key: Key, known: Known) -> ImportPlan[R]:
    """What taking one record out would do; with an error when there is none, or when another record names it."""
    removed = tuple(record for record in _rows(kind, known) if kind.key_of(record) == key)
    if not removed:
        named = " ".join(map(str, key))
        return ImportPlan(kind, errors=(LineError(0, f"there is no {kind.one} {clean(named, 60)}"),))
    return ImportPlan(kind, removed=removed, errors=tuple(_missed(kind, removed, known)))


def differences(before: Record | None, after: Record | None) -> dict[str, list[Any]]:
    """Fields that differ, each with its value before and after; None where there is no record."""
    row = type(after or before)
    pairs = {name: [_plain(getattr(one, name, None)) for one in (before, after)] for name in column_names(row)}  # type: ignore[arg-type]
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def texts_of(kind: RecordKind[R], record: R) -> dict[str, str]:
    """A record's fields as the cells of a file."""
    return {name: _cell(getattr(record, name)) for name in column_names(kind.row)}


def line_of(cells: Mapping[str, str]) -> str:
    """A file of one line, from its cells by column."""
    return rows_to_csv(list(cells), [list(cells.values())])


def rows_to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A file from its cells."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def to_csv(kind: RecordKind[R], records: Iterable[R]) -> str:
    """Records as a file that can be imported again."""
    return rows_to_csv(column_names(kind.row), (list(texts_of(kind, record).values()) for record in records))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


def _rows(kind: RecordKind[R], known: Known) -> list[R]:
    return [record for record in known.get(kind.name, ()) if isinstance(record, kind.row)]


def _differs(after: R, before: R) -> bool:
    return any(getattr(after, name) != getattr(before, name) for name in column_names(type(after)))


def _read(kind: RecordKind[R], text: str, errors: list[LineError]) -> Iterator[tuple[int, dict[str, str]]]:
    """Data lines by column, with their line numbers; nothing when the header cannot be used."""
    lines = csv.reader(StringIO(text.removeprefix("\ufeff")), strict=True)
    names = column_names(kind.row)
    header: list[str] = []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip().lower() for cell in cells]
                if wrong := _wrong_header(kind, header, names):
                    errors.append(LineError(lines.line_num, wrong))
                    return
            elif lines.line_num > MAX_LINES:
                errors.append(LineError(lines.line_num, f"more than {MAX_LINES} lines: split the file"))
                return
            elif len(cells) != len(header):
                errors.append(LineError(lines.line_num, f"has {len(cells)} cells, the header has {len(header)}"))
            else:
                yield lines.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        errors.append(LineError(lines.line_num, f"is no CSV: {error}"))
        return
    if not header:
        errors.append(LineError(1, f"there is no header; the columns are {', '.join(names)}"))


def _wrong_header(kind: RecordKind[R], header: Sequence[str], names: Sequence[str]) -> str | None:
    if unknown := [name for name in header if name not in names]:
        return f"unknown column {clean(unknown[0], 40)!r}; the columns are {', '.join(names)}"
    if twice := [name for name in header if header.count(name) > 1]:
        return f"column {twice[0]} stands there twice"
    if missing := [name for name in kind.key if name not in header]:
        return f"column {missing[0]} is missing: it tells one {kind.one} from another"
    return None


def _record(
    kind: RecordKind[R],
    line: int,
    given: Mapping[str, str],
    before: Mapping[Key, R],
    errors: list[LineError],
) -> R | None:
    """One line as a record, on top of what is known of it; None when something is wrong."""
    values: dict[str, Any] = {}
    count = len(errors)
    for name, text in given.items():
        try:
            values[name] = _value(kind.row, name, clean(text))
        except ValueError as error:
            errors.append(LineError(line, f"{name}: {error}"))
    if len(errors) > count:
        return None
    known = before.get(tuple(values[name] for name in kind.key))
    required = [f.name for f in fields(kind.row) if f.default is MISSING and f.default_factory is MISSING]
    if missing := [name for name in required if name not in values and known is None]:
        errors.append(LineError(line, f"{missing[0]}: a new {kind.one} needs it"))
        return None
    try:
        return kind.normal(kind.row(**values) if known is None else replace(known, **values))
    except ValueError as error:
        errors.append(LineError(line, str(error)))
        return None


def _value(row: type[Record], name: str, text: str) -> Value:
    """A cell as its field's type.

    Raises:
        ValueError: It is none.
    """
    hint = get_type_hints(row)[name]
    optional = NoneType in get_args(hint)
    plain = next(one for one in (get_args(hint) or (hint,)) if one is not NoneType)
    if not text:
        if optional:
            return None
        raise ValueError("must not be empty")
    if plain is bool:
        if text.lower() not in (*_TRUE, *_FALSE):
            raise ValueError(f"{text!r} is neither yes nor no")
        return text.lower() in _TRUE
    if plain in (int, float):
        try:
            number = plain(text.replace("_", "?"))
        except ValueError:
            raise ValueError(f"{text!r} is no {'whole ' if plain is int else ''}number") from None
        if number != number or abs(number) > 1e12:
            raise ValueError(f"{text!r} is no number that can be stored")
        return number  # type: ignore[no-any-return]
    if plain is not str and text not in list(plain):
        raise ValueError(f"{text!r} is none of {', '.join(plain)}")
    return plain(text)  # type: ignore[no-any-return]


def _judge(
    kind: RecordKind[R],
    found: Mapping[Key, R],
    after: Mapping[Key, R],
    lines: Mapping[Key, int],
    known: Known,
) -> Iterator[LineError]:
    """What is wrong with the records among each other."""
    names = {other: {RECORD_KINDS[other].key_of(record)[0] for record in rows} for other, rows in known.items()}
    names[kind.name] = {key[0] for key in after}
    for key, record in found.items():
        for reference in kind.references:
            named = getattr(record, reference.field)
            if named is not None and named not in names.get(reference.kind, ()):
                yield LineError(lines[key], f"{reference.field}: there is no {named!r} among the {reference.kind}")
    for key, wrong in kind.check(after):
        if key in lines:
            yield LineError(lines[key], wrong)


def _missed(kind: RecordKind[R], removed: Iterable[R], known: Known) -> Iterator[LineError]:
    """Records that would be removed and that others name."""
    gone = {kind.key_of(record)[0] for record in removed}
    for other in RECORD_KINDS.values() if gone else ():
        for reference in other.references if other is not kind else ():
            for record in known.get(other.name, ()) if reference.kind == kind.name else ():
                named = getattr(record, reference.field)
                if named in gone:
                    text = f"{kind.one} {named} cannot be removed: {other.one} {other.named(record)} names it"
                    yield LineError(0, text)


def related(kind: RecordKind[R]) -> list[RecordKind[Any]]:
    """The kinds whose rows ``plan_import`` wants to know."""
    named = {reference.kind for reference in kind.references}
    names_it = {o.name for o in RECORD_KINDS.values() if any(r.kind == kind.name for r in o.references)}
    return [RECORD_KINDS[name] for name in {kind.name} | named | names_it]
