"""Actions with parameters and secrets, bulk actions, routers' whole documents, swaps, OLTs' host keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _revision() -> sa.Column[int]:
    return sa.Column("revision", sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    """Add columns and tables; nothing that is there changes."""
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_from", sa.Text, nullable=False),
        sa.Column("requested_at", sa.Float, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("needs_release", sa.Boolean, nullable=False),
        sa.Column("released_by", sa.Text),
        sa.Column("cancel_by", sa.Text),
        sa.Column("finished_at", sa.Float),
        _revision(),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_revision", "batch", ["revision"])
    for name in ("parameters", "data"):
        op.add_column("job", sa.Column(name, sa.Text, nullable=False, server_default="{}"))
    op.add_column("job", sa.Column("batch_id", sa.Integer))
    for name in ("batch_id", "ont_id"):
        op.create_index(f"ix_job_{name}", "job", [name])
    op.add_column("collector", sa.Column("public_key", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "job_secret",
        sa.Column("job_id", sa.Integer, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_job_secret"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_secret_job_id_job"),
    )
    op.create_table(
        "cpe_document",
        sa.Column("device_id", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("read_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_cpe_document"),
    )
    op.create_table(
        "swap",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ont_id", sa.Integer),
        sa.Column("customer", sa.Text),
        sa.Column("old_serial", sa.Text, nullable=False),
        sa.Column("new_serial", sa.Text, nullable=False),
        sa.Column("old_state", sa.Text, nullable=False),
        sa.Column("new_state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("swapped_by", sa.Text, nullable=False),
        sa.Column("swapped_from", sa.Text, nullable=False),
        sa.Column("swapped_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float),
        sa.Column("closed_at", sa.Float),
        sa.Column("closed_by", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("ticket", sa.Text),
        sa.Column("ticket_state", sa.Text, nullable=False, server_default="none"),
        sa.Column("ticket_error", sa.Text),
        _revision(),
        sa.PrimaryKeyConstraint("id", name="pk_swap"),
        sa.ForeignKeyConstraint(["ont_id"], ["ont.id"], name="fk_swap_ont_id_ont"),
        sqlite_autoincrement=True,
    )
    for name in ("old_serial", "new_serial", "revision"):
        op.create_index(f"ix_swap_{name}", "swap", [name])
    op.create_table(
        "olt_host_key",
        sa.Column("olt", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("olt", name="pk_olt_host_key"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("olt_host_key", "swap", "cpe_document", "job_secret"):
        op.drop_table(table)
    op.drop_column("collector", "public_key")
    for name in ("batch_id", "ont_id"):
        op.drop_index(f"ix_job_{name}", "job")
    for name in ("batch_id", "data", "parameters"):
        op.drop_column("job", name)
    op.drop_table("batch")
