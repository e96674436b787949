"""The SQL schema. Instants are Unix seconds, UTC; ``revision`` columns follow the feed (see ``feed.py``)."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.storage.record_tables import record_table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _revision() -> Column[int]:
    return Column("revision", Integer, nullable=False, server_default="0")


def _olt_id(primary_key: bool = False) -> Column[int]:
    return Column("olt_id", Integer, ForeignKey("olt.id"), primary_key=primary_key, nullable=False)


feed = Table(
    "feed",
    metadata,
    Column("name", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
)

olt = Table(
    "olt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("profile", Text),
    Column("description", Text),
    Column("software", Text),
    Column("reachable", Boolean),
    Column("error", Text),
    Column("last_poll_at", Float),
    Column("last_ok_at", Float),
    Column("last_poll_s", Float),
    Column("retry_at", Float),
    Column("uptime_s", Float),
    Column("cpu_percent", Float),
    Column("memory_percent", Float),
    Column("temperature_celsius", Float),
    Column("max_repetitions", Integer),
    Column("unverified", Text),
    Column("ping_rtt_ms", Float),
    Column("ping_loss", Float),
    Column("ping_at", Float),
    Column("state_s", Float),
    Column("optics_s", Float),
    Column("health_s", Float),
    Column("inventory_s", Float),
    Column("removed_at", Float),
    _revision(),
)

card = Table(
    "card",
    metadata,
    _olt_id(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("type", Text),
    Column("state", Text),
    Column("role", Text),
    Column("cpu_percent", Float),
    Column("memory_percent", Float),
    Column("temperature_celsius", Float),
    _revision(),
)

fan = Table(
    "fan",
    metadata,
    _olt_id(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("state", Text),
    Column("speed_rpm", Float),
    Column("speed_percent", Float),
    Column("temperature_celsius", Float),
    _revision(),
)

pon_port = Table(
    "pon_port",
    metadata,
    _olt_id(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("admin", Text),
    Column("oper", Text),
    Column("sfp_present", Boolean),
    Column("tx_dbm", Float),
    Column("temperature_celsius", Float),
    Column("voltage_v", Float),
    Column("bias_ma", Float),
    Column("last_down_cause", Text),
    _revision(),
)

poll_mark = Table(
    "poll_mark",
    metadata,
    _olt_id(primary_key=True),
    Column("port", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("attempted_at", Float, nullable=False),
    Column("observed_at", Float),
    Column("error", Text),
    _revision(),
)

ont = Table(
    "ont",
    metadata,
    Column("id", Integer, primary_key=True),
    _olt_id(),
    Column("port", Text, nullable=False),
    Column("ont_id", Integer, nullable=False),
    Column("serial", Text, index=True),
    Column("mac", Text),
    Column("description", Text),
    Column("model", Text),
    Column("hardware", Text),
    Column("firmware", Text),
    Column("state", Text, nullable=False),
    Column("vendor_state", Text),
    Column("offline_reason", Text),
    Column("vendor_reason", Text),
    Column("admin", Text),
    Column("config_state", Text),
    Column("match_state", Text),
    Column("state_changed_at", Float),
    Column("first_seen_at", Float),
    Column("last_online_at", Float),
    Column("vanished_at", Float),
    Column("last_up_clock", Text),
    Column("last_down_clock", Text),
    Column("online_since_at", Float),
    Column("distance_m", Integer),
    Column("last_distance_m", Integer),
    Column("onu_rx_dbm", Float),
    Column("olt_rx_dbm", Float),
    Column("onu_tx_dbm", Float),
    Column("temperature_celsius", Float),
    Column("voltage_v", Float),
    Column("bias_ma", Float),
    Column("last_onu_rx_dbm", Float),
    Column("last_rx_at", Float),
    Column("told_signal", Text),
    Column("told_rx_dbm", Float),
    Column("refreshed_at", Float),
    _revision(),
    UniqueConstraint("olt_id", "port", "ont_id"),
    Index("ix_ont_olt_id_revision", "olt_id", "revision"),
)

unregistered = Table(
    "unregistered",
    metadata,
    _olt_id(primary_key=True),
    Column("port", Text, primary_key=True),
    Column("serial", Text, primary_key=True),
    Column("model", Text),
    Column("first_seen_at", Float, nullable=False),
    Column("last_seen_at", Float, nullable=False),
    Column("gone_at", Float),
    _revision(),
)

cpe = Table(
    "cpe",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("serial", Text, index=True),
    Column("acs_serial", Text),
    Column("manufacturer", Text),
    Column("product_class", Text),
    Column("model", Text),
    Column("firmware", Text),
    Column("last_inform_at", Float),
    Column("last_boot_at", Float),
    Column("inform_interval_s", Float),
    Column("wan_ip", Text),
    Column("pppoe_user", Text),
    Column("mac", Text),
    Column("rx_dbm", Float),
    Column("uptime_s", Float),
    Column("revision", Integer, nullable=False, server_default="0", index=True),
)

cpe_section = Table(
    "cpe_section",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("section", Text, primary_key=True),
    Column("data", Text, nullable=False),
    Column("read_at", Float, nullable=False),
)

cpe_document = Table(
    "cpe_document",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("read_at", Float, nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("olt", Text),
    Column("port", Text),
    Column("ont_id", Integer),
    Column("serial", Text, index=True),
    Column("data", Text, nullable=False),
    Index("ix_change_olt_port", "olt", "port"),
    Index("ix_change_kind", "kind"),
    sqlite_autoincrement=True,
)

job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("target_kind", Text, nullable=False, server_default="ont"),
    Column("target", Text, nullable=False, server_default=""),
    Column("ont_id", Integer, ForeignKey("ont.id"), index=True),
    Column("serial", Text),
    Column("olt", Text),
    Column("port", Text),
    Column("reason", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_from", Text, nullable=False),
    Column("requested_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("forced", Boolean, nullable=False),
    Column("result", Text),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("sections", Text, nullable=False, server_default=""),
    Column("claimed_by", Text),
    Column("cancel_by", Text),
    Column("progress", Text),
    Column("parameters", Text, nullable=False, server_default="{}"),
    Column("data", Text, nullable=False, server_default="{}"),
    Column("batch_id", Integer, index=True),
    Column("revision", Integer, nullable=False, server_default="0", index=True),
    sqlite_autoincrement=True,
)

job_secret = Table(
    "job_secret",
    metadata,
    Column("job_id", Integer, ForeignKey("job.id"), primary_key=True),
    Column("secret", Text, nullable=False),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_from", Text, nullable=False),
    Column("requested_at", Float, nullable=False),
    Column("total", Integer, nullable=False),
    Column("needs_release", Boolean, nullable=False),
    Column("released_by", Text),
    Column("cancel_by", Text),
    Column("finished_at", Float),
    Column("revision", Integer, nullable=False, server_default="0", index=True),
    sqlite_autoincrement=True,
)

olt_host_key = Table(
    "olt_host_key",
    metadata,
    Column("olt", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("seen_at", Float, nullable=False),
)

job_step = Table(
    "job_step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Integer, ForeignKey("job.id"), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("text", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("job_id", Integer),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("known_by", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("form", Integer, nullable=False, server_default="1"),
    sqlite_autoincrement=True,
)

audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("entry_id", Integer, nullable=False),
    Column("digest", Text, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("about", Text, nullable=False, index=True),
    Column("target", Text, nullable=False),
    Column("happened", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("affected", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("began_at", Float, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("error", Text),
    sqlite_autoincrement=True,
)

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("last_ok_at", Float),
    Column("error", Text),
    Column("latency_ms", Float),
    Column("retry_at", Float),
    Column("detail", Text),
    _revision(),
)

collector = Table(
    "collector",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("heartbeat_at", Float, nullable=False),
    Column("clock_at", Float),
    Column("public_key", Text, nullable=False, server_default=""),
    Column("joined", Boolean, nullable=False, server_default=false()),
    Column("leads", Boolean, nullable=False, server_default=false()),
    Column("region", Text),
    Column("marks", Text, nullable=False, server_default=""),
)

olt_lease = Table(
    "olt_lease",
    metadata,
    _olt_id(primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("until_at", Float, nullable=False),
    Column("asked", Integer, nullable=False, server_default="0"),
)

recording = Table(
    "recording",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("keyframe", Boolean, nullable=False),
    Column("from_at", Float, nullable=False, index=True),
    Column("until_at", Float, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

RECORD_TABLES = {name: record_table(metadata, kind) for name, kind in RECORD_KINDS.items()}
"""By ``RecordKind.name``."""
