"""Changes as data, jobs about any target, leases, an audit that names how the operator is known, plant records."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

CHILDREN = ("job_step", "job_secret")


def upgrade() -> None:
    """Keep all that is there: events become notes, jobs become jobs about an ONT."""
    _changes()
    _jobs()
    _records()
    for column in (
        sa.Column("known_by", sa.Text, nullable=False, server_default=""),
        sa.Column("details", sa.Text, nullable=False, server_default="{}"),
        sa.Column("form", sa.Integer, nullable=False, server_default="1"),
    ):
        op.add_column("audit", column)
    op.add_column("ont", sa.Column("vendor_state", sa.Text))
    op.add_column("ont", sa.Column("told_signal", sa.Text))
    op.add_column("ont", sa.Column("told_rx_dbm", sa.Float))
    op.create_table(
        "olt_lease",
        sa.Column("olt_id", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("until_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("olt_id", name="pk_olt_lease"),
        sa.ForeignKeyConstraint(["olt_id"], ["olt.id"], name="fk_olt_lease_olt_id_olt"),
    )


def _changes() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("olt", sa.Text),
        sa.Column("port", sa.Text),
        sa.Column("ont_id", sa.Integer),
        sa.Column("serial", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sqlite_autoincrement=True,
    )
    for name, columns in {
        "ix_change_at": ["at"],
        "ix_change_serial": ["serial"],
        "ix_change_olt_port": ["olt", "port"],
        "ix_change_kind": ["kind"],
    }.items():
        op.create_index(name, "change", columns)
    connection = op.get_bind()
    event = sa.table("event", *(sa.column(name) for name in ("id", "at", "severity", "text", "olt", "port", "serial")))
    change = sa.table("change", *(sa.column(name) for name in ("at", "kind", "olt", "port", "serial", "data")))
    last = 0
    while True:
        found = connection.execute(sa.select(event).where(event.c.id > last).order_by(event.c.id).limit(1000)).all()
        if not found:
            break
        last = found[-1].id
        op.bulk_insert(
            change,
            [
                {
                    "at": row.at, "kind": "note", "olt": row.olt, "port": row.port, "serial": row.serial,
                    "data": json.dumps({"text": row.text, "told_severity": row.severity}),
                }
                for row in found
            ],
        )  # fmt: skip
    op.drop_table("event")
    connection.execute(sa.text("DELETE FROM feed WHERE name IN ('event', 'core', 'swap')"))


def _jobs() -> None:
    """A job may be about something that is no ONT.

    SQLite can only drop a column's NOT NULL by copying the table, and must not drop one that others point to: what
    points to it is put aside meanwhile.
    """
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in CHILDREN if sqlite else ():
        op.execute(f"CREATE TABLE aside_{name} AS SELECT * FROM {name}")
        op.execute(f"DELETE FROM {name}")
    with op.batch_alter_table("job", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("target_kind", sa.Text, nullable=False, server_default="ont"))
        table.add_column(sa.Column("target", sa.Text, nullable=False, server_default=""))
        table.alter_column("ont_id", existing_type=sa.Integer, nullable=True)
        table.alter_column("olt", existing_type=sa.Text, nullable=True)
        table.alter_column("port", existing_type=sa.Text, nullable=True)
    for name in CHILDREN if sqlite else ():
        op.execute(f"INSERT INTO {name} SELECT * FROM aside_{name}")
        op.drop_table(f"aside_{name}")
    op.execute("UPDATE job SET target = CAST(ont_id AS TEXT)")


def _records() -> None:
    for name, key in (("core_interface", "fk_core_interface_device_core_device"), ("swap", "fk_swap_ont_id_ont")):
        with op.batch_alter_table(name, table_kwargs={"sqlite_autoincrement": name == "swap"}) as table:
            table.drop_constraint(key, type_="foreignkey")
            table.add_column(sa.Column("removed_at", sa.Float))
    for name in ("core_device", "core_interface"):
        op.create_index(f"ix_{name}_revision", name, ["revision"])
    _record(
        "zone",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
    )
    _record(
        "splitter",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("olt", sa.Text, nullable=False),
        sa.Column("port", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("ratio", sa.Integer),
        sa.Column("distance_m", sa.Float),
        sa.Column("zone", sa.Text),
    )
    _record(
        "subscriber",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("serial", sa.Text),
        sa.Column("splitter", sa.Text),
        sa.Column("splitter_port", sa.Integer),
        sa.Column("zone", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("contact", sa.Text),
    )
    op.create_index("ix_subscriber_serial", "subscriber", ["serial"])


def _record(name: str, key: sa.Column[str], *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        key,
        *columns,
        sa.Column("removed_at", sa.Float),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint(key.name, name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_revision", name, ["revision"])


def downgrade() -> None:
    """Notes cannot become events again, nor jobs about OLTs jobs about ONTs: restore a backup instead."""
    raise NotImplementedError("restore the database from a backup")
