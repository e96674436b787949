"""``noc-console handover`` and ``incident``: reports for the next shift, and for tickets."""

from __future__ import annotations

import time

from noc_console.cli.outages import span_s
from noc_console.cli.output import Exit, Form, fail, print_csv, print_json
from noc_console.cli.requests import Requests
from noc_console.cli.show import read_picture
from noc_console.config.model import Config
from noc_console.domain.alarms.states import incident_number
from noc_console.domain.incidents.records import INCIDENTS, incident_of
from noc_console.picture import handover as handovers
from noc_console.picture import incident_report as reports


async def handover(requests: Requests, config: Config, since: str, as_json: bool) -> Exit:
    """Print what the next shift must know; ``since`` is how long this one lasted: ``8h``."""
    lasted_s = span_s(since)
    model, now = await read_picture(requests.reader, config), time.time()
    audit = await requests.reader.audit_since(now - lasted_s)
    told = handovers.handover(model, config.console.site, now - lasted_s, now, audit)
    if as_json:
        print_json(told)
    else:
        print(handovers.markdown(told), end="")
    return Exit.DONE


async def incident(requests: Requests, config: Config, name: str, form: Form) -> Exit:
    """Print one incident: Markdown, JSON, or its customers as CSV."""
    number = incident_number(name)
    if number is None:
        fail(f"{name!r} names no incident: write INC-17 or 17", Exit.USAGE)
    model, now = await read_picture(requests.reader, config), time.time()
    record = model.record(INCIDENTS, number)
    if record is None:
        fail(f"there is no INC-{number}: noc-console show incidents lists them", Exit.FAILED)
    audit = await requests.reader.audit_about(record.name)
    where = incident_of(record).where
    olts = {name for name in (where.olt, *where.olts) if name}
    changes = await requests.reader.changes_at(olts, *reports.span_of(record, now))
    report = reports.incident_report(model, number, now, audit, changes)
    assert report is not None
    if form is Form.JSON:
        print_json(report)
    elif form is Form.CSV:
        print_csv(report["customers"], reports.CUSTOMER_COLUMNS)
    else:
        print(reports.markdown(report), end="")
    return Exit.DONE
