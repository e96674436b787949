"""``noc-console backup-show`` and ``backup-diff``: configurations of OLTs that were kept, and what differs."""

from __future__ import annotations

from noc_console.cli.backup_texts import BackupTexts
from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.requests import Requests
from noc_console.config.model import Config
from noc_console.domain.errors import ActionFailed, ActionRefused
from noc_console.domain.intents import RevealBackups


async def show_backup(requests: Requests, config: Config, what: str, reveal: bool) -> Exit:
    """Print one: by its number, or the newest of an OLT."""
    await requests.reader.open()
    texts = BackupTexts(config, requests.reader.database)
    try:
        number = int(what) if what.isdecimal() else await _newest(texts, what)
        await texts.named(number)
        if reveal:
            await requests.ask(RevealBackups((number,)))
        for line in await texts.lines(number, reveal):
            print(line)
    except (ActionFailed, ActionRefused) as error:
        fail(error, Exit.FAILED)
    return Exit.DONE


async def diff(
    requests: Requests, config: Config, olt: str, pair: tuple[int | None, int | None], reveal: bool, as_json: bool
) -> Exit:
    """Print what differs between two backups: the last two of the OLT, one and the newest, or the two that are named.

    Returns:
        ``DONE`` also where nothing differs.
    """
    await requests.reader.open()
    texts = BackupTexts(config, requests.reader.database)
    try:
        before, after = await _pair(texts, olt, pair)
        if reveal:
            await requests.ask(RevealBackups((before, after)))
        found = await texts.compared(before, after, reveal)
    except (ActionFailed, ActionRefused) as error:
        fail(error, Exit.FAILED)
    if as_json:
        lines = [{"sign": line.sign, "text": line.text} for line in found.lines]
        print_json({"olt": olt, "before": before, "after": after, "added": found.added, "removed": found.removed,
                    "lines": lines})  # fmt: skip
        return Exit.DONE
    print(f"--- backup {before}\n+++ backup {after}")
    for line in found.lines:
        print(f"@@ {line.text} @@" if line.sign == "@" else f"{line.sign}{line.text}")
    print(f"{found.added} lines added, {found.removed} removed" if found.lines else "nothing differs")
    return Exit.DONE


async def _newest(texts: BackupTexts, olt: str) -> int:
    found = await texts.of(olt)
    if not found:
        raise ActionFailed(f"there is no backup of {olt!r}", f"noc-console backup {olt} makes one")
    return found[0].id


async def _pair(texts: BackupTexts, olt: str, pair: tuple[int | None, int | None]) -> tuple[int, int]:
    numbers = [backup.id for backup in await texts.of(olt)]
    for number in pair:
        if number is not None and number not in numbers:
            raise ActionFailed(f"there is no backup {number} of {olt}", "noc-console show backups lists them")
    before, after = pair
    if before is not None:
        return before, after if after is not None else numbers[0]
    if len(numbers) < 2:
        raise ActionFailed(f"of {olt} there are {len(numbers)} backups: two are needed")
    return numbers[1], numbers[0]
