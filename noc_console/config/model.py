"""The config file's model. ``config.example.yaml`` documents every key for people; this is the same for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from noc_console.config.alarms import Alarms
from noc_console.config.backups import Backups
from noc_console.config.base import Dbm, Encoding, HttpEndpoint, Model, Name, Percent, Seconds, postgres_url
from noc_console.config.diagnosis import Diagnosis
from noc_console.config.door import DoorConfig
from noc_console.config.incidents import Incidents
from noc_console.config.inventories import Inventory
from noc_console.config.notifications import Notifications
from noc_console.config.operations import Access, Bulk, Jobs, ModemBridge, OltCli, SpeedTest, Swaps
from noc_console.config.provisioning import Provisioning
from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.domain.optics import Thresholds

PSYCOPG = "postgresql+psycopg://"


class VictoriaMetrics(HttpEndpoint):
    """Where samples go and charts come from."""

    query_url: str | None = None
    """Base URL for queries when it differs from the one for writing (cluster: vmselect and vminsert)."""


class GenieAcs(HttpEndpoint):
    """GenieACS northbound interface."""

    connection_request_timeout_s: Seconds = 15
    """How long the ACS waits for the router to start a session."""
    page: Annotated[int, Field(ge=10, le=5000)] = 500
    """Devices per request when the fleet is read."""
    paths_file: Path | None = None
    """YAML that adds places where routers keep what the sections show."""


class Polling(Model):
    """How often each kind of reading is taken, seconds."""

    state_s: Seconds = 60
    optics_s: Seconds = 300
    health_s: Seconds = 60
    inventory_s: Seconds = 21600
    cpe_s: Seconds = 60
    optics_cpu_limit_percent: Percent = 85
    """At this CPU load of the OLT and above, its optics are left for later."""

    def intervals(self) -> Intervals:
        """The same as the domain knows it."""
        return Intervals(self.state_s, self.optics_s, self.health_s, self.inventory_s, self.cpe_s)


class OltPolling(Model):
    """What differs at one OLT, or at all OLTs of a profile."""

    state_s: Seconds | None = None
    optics_s: Seconds | None = None
    """None: as everywhere. Some line cards bear light readings only every hour."""
    health_s: Seconds | None = None
    inventory_s: Seconds | None = None

    def over(self, polling: Polling) -> Polling:
        """The intervals of this OLT."""
        return polling.model_copy(update=self.model_dump(exclude_none=True))


class ThresholdsModel(Model):
    """Limits of the received power at the ONT."""

    rx_warning_dbm: Dbm = -25
    rx_critical_dbm: Dbm = -28
    rx_overload_dbm: Dbm = -8

    @model_validator(mode="after")
    def _ordered(self) -> ThresholdsModel:
        if not self.rx_critical_dbm < self.rx_warning_dbm < self.rx_overload_dbm:
            raise ValueError("must be ordered: rx_critical_dbm < rx_warning_dbm < rx_overload_dbm")
        return self

    def domain(self) -> Thresholds:
        """The same as the domain knows it."""
        return Thresholds(self.rx_warning_dbm, self.rx_critical_dbm, self.rx_overload_dbm)


class Snmp(Model):
    """How to talk SNMP to one OLT: v2c with a community, or v3 with a USM user."""

    version: Literal["2c", "3"] = "2c"
    community: SecretStr = SecretStr("public")
    user: str | None = None
    auth_protocol: Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"] | None = None
    auth_password: SecretStr | None = None
    priv_protocol: Literal["des", "aes128", "aes192", "aes256", "aes192c", "aes256c"] | None = None
    """aes192c and aes256c: with the key extension that some vendors use instead of net-snmp's."""
    priv_password: SecretStr | None = None
    context: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 161
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 5
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    max_repetitions: Annotated[int, Field(ge=1, le=100)] | None = None
    """Start value; None takes the profile's."""
    window: Annotated[int, Field(ge=1, le=16)] = 4
    """At most this many requests in flight; grows from 1 only while the OLT answers no slower."""

    @field_validator("version", mode="before")
    @classmethod
    def _version(cls, value: object) -> object:
        return {"2": "2c", "v2c": "2c", "v3": "3"}.get(str(value), str(value))

    @model_validator(mode="after")
    def _complete(self) -> Snmp:
        if self.version != "3":
            if self.user or self.auth_protocol or self.priv_protocol:
                raise ValueError("user, auth_ and priv_ keys belong to version: 3")
            return self
        if not self.user:
            raise ValueError("version: 3 needs user:")
        for name, protocol, password in (
            ("auth", self.auth_protocol, self.auth_password),
            ("priv", self.priv_protocol, self.priv_password),
        ):
            if (protocol is None) != (password is None):
                raise ValueError(f"{name}_protocol and {name}_password belong together")
            if password is not None and len(password.get_secret_value().encode()) < 8:
                raise ValueError(f"{name}_password needs at least 8 characters")
        if self.priv_protocol and not self.auth_protocol:
            raise ValueError("privacy needs authentication: set auth_protocol and auth_password")
        return self


class OltConfig(Model):
    """One OLT."""

    name: Name
    address: Annotated[str, Field(min_length=1, max_length=255)]
    snmp: Snmp = Snmp()
    profile: str = "auto"
    thresholds: ThresholdsModel | None = None
    """Overrides the global thresholds for this OLT."""
    polling: OltPolling = OltPolling()
    """Overrides the global intervals for this OLT."""
    cli: OltCli | None = None
    """None: its command line is never used."""
    text_encoding: Encoding | None = None
    """Of texts that are not UTF-8; None is the profile's, which is Latin-1 unless it says otherwise."""
    uplinks: tuple[str, ...] = ()
    """Interfaces whose state and traffic are kept, by ifName or ifDescr; also of an OLT that no profile fits."""
    region: Name | None = None
    """Collectors of this region poll it first (``collect --join --region``); None: any collector does."""


class CoreDeviceConfig(Model):
    """A router, switch or server of the core: pinged, and read by standard MIBs."""

    name: Name
    address: Annotated[str, Field(min_length=1, max_length=255)]
    snmp: Snmp | None = None
    """None: only pinged."""
    interfaces: tuple[str, ...] = ()
    """Whose traffic is counted, by ifName or ifDescr."""

    @model_validator(mode="after")
    def _readable(self) -> CoreDeviceConfig:
        if self.interfaces and self.snmp is None:
            raise ValueError("interfaces: needs snmp:")
        return self


class Traps(Model):
    """Where SNMP notifications of the OLTs are taken."""

    listen: str = "0.0.0.0:1162"
    community: SecretStr | None = None
    """Accepted besides each OLT's own."""

    @field_validator("listen")
    @classmethod
    def _address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError("must be ADDRESS:PORT, such as 0.0.0.0:1162 or [::]:1162")
        return listen

    @property
    def endpoint(self) -> tuple[str, int]:
        """Address and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class Ping(Model):
    """ICMP echo of OLTs and core devices."""

    every_s: Seconds = 60
    count: Annotated[int, Field(ge=1, le=20)] = 3
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 2


class History(Model):
    """The sample buffer on disk."""

    path: Path | None = None
    """Folder; None is ``noc-console/samples`` under the user's state folder, one per database."""
    max_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    """When full, the oldest samples are dropped and the drop is reported."""
    keep_days: Annotated[float, Field(gt=0, le=3650)] = 31


class Retention(Model):
    """How long the database keeps what happened."""

    changes_days: Annotated[float, Field(gt=0, le=36500)] | None = 365
    """None keeps everything; so in the two below."""
    jobs_days: Annotated[float, Field(gt=0, le=36500)] | None = 365
    audit_days: Annotated[float, Field(gt=0, le=36500)] | None = 730
    """Older entries of the audit log go to the archive; none is ever dropped."""
    recording_hours: Annotated[float, Field(ge=0, le=24 * 31)] = 24
    """How far back the console can travel in time; 0 records nothing."""
    audit_archive: Path | None = None
    """File of JSON lines; None is beside the SQLite file, or in the user's state folder."""
    audit_heads: Path | None = None
    """File of signed heads of the audit log; None as above. Its key lies beside it, with the ending ``.key``."""
    audit_heads_every_s: Annotated[float, Field(ge=10, le=86400)] = 600
    """How often the collector signs what the newest entry is."""


class Console(Model):
    """The terminal app."""

    site: str = "noc"
    """Name in the header."""
    theme: str | None = None
    mouse: bool = False
    link: Literal["auto", "full", "low"] = "auto"
    """``low`` spares bytes; ``auto`` turns to it once the terminal does not keep up."""
    ascii: bool = False
    """Draw with ASCII characters only, whatever the terminal speaks."""
    notify: Literal["off", "osc9"] = "off"
    """``osc9`` asks the terminal for a desktop notice when the bell rings."""
    dim: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] | None = None
    """When the wallboard is dim, as ``22:00-06:00``, local time; None never."""
    shared_sessions: Annotated[int, Field(ge=1, le=1000)] = 32
    """Consoles that ``noc-console share`` has at the same time; one more starts on its own."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Action id to keys (comma-separated), such as ``ont.refresh: "r,f5"``."""


class Logging(Model):
    """The log file; the screen belongs to the console."""

    file: Path | None = None
    """None is ``noc-console/noc.log`` under the user's state folder."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    max_mb: Annotated[int, Field(ge=1, le=10_000)] = 20


def database_url(url: str) -> str:
    """A database's URL as SQLAlchemy takes it.

    Raises:
        ValueError: It is none, in words for the operator; they do not hold the URL, which may hold a password.
    """
    if not url.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
    return url if url.startswith("sqlite:///") else postgres_url(url).replace("postgresql://", PSYCOPG, 1)


class Config(Model):
    """The whole file."""

    database: str = Field(default="sqlite:///noc.db", repr=False)
    """May hold a password: never shown as it is."""
    victoriametrics: VictoriaMetrics | None = VictoriaMetrics(url="http://127.0.0.1:8428")
    genieacs: GenieAcs | None = None
    polling: Polling = Polling()
    thresholds: ThresholdsModel = ThresholdsModel()
    olts: tuple[OltConfig, ...] = Field(default=(), validate_default=True)
    """May be empty where there is an ACS."""
    core_devices: tuple[CoreDeviceConfig, ...] = ()
    traps: Traps | None = None
    """None: no listener."""
    ping: Ping | None = Ping()
    """None: nothing is pinged."""
    history: History = History()
    retention: Retention = Retention()
    access: Access = Access()
    door: DoorConfig = DoorConfig()
    jobs: Jobs = Jobs()
    bulk: Bulk = Bulk()
    speed_test: SpeedTest = SpeedTest()
    diagnosis: Diagnosis = Diagnosis()
    incidents: Incidents = Incidents()
    alarms: Alarms = Alarms()
    notifications: Notifications | None = None
    """None: nobody gets messages."""
    modem_bridge: ModemBridge | None = None
    swaps: Swaps = Swaps()
    backups: Backups = Backups()
    provisioning: Provisioning = Provisioning()
    inventories: tuple[Inventory, ...] = ()
    """Other systems from which records are taken."""
    console: Console = Console()
    logging: Logging = Logging()
    profiles_dir: Path | None = None
    """Folder with further vendor profiles."""

    @field_validator("database")
    @classmethod
    def _database(cls, url: str) -> str:
        return database_url(url)

    @field_validator("olts")
    @classmethod
    def _named_once(cls, olts: tuple[OltConfig, ...], info: ValidationInfo) -> tuple[OltConfig, ...]:
        # An ACS that is given and wrong is told of by itself.
        if not olts and info.data.get("genieacs", True) is None:
            raise ValueError("must name at least one OLT, unless genieacs: names an ACS")
        _differ("OLT", [olt.name for olt in olts])
        return olts

    @field_validator("core_devices")
    @classmethod
    def _core_named_once(cls, devices: tuple[CoreDeviceConfig, ...]) -> tuple[CoreDeviceConfig, ...]:
        _differ("core device", [device.name for device in devices])
        return devices

    @field_validator("inventories")
    @classmethod
    def _inventories_named_once(cls, inventories: tuple[Inventory, ...]) -> tuple[Inventory, ...]:
        _differ("inventory", [one.name for one in inventories])
        return inventories

    def incident_settings(self, intervals: Intervals | None = None) -> IncidentSettings:
        """What outages are judged by; ``intervals`` are a recording's own."""
        light_limit_dbm = self.thresholds.domain().rx_critical_dbm
        return self.incidents.domain(intervals or self.polling.intervals(), light_limit_dbm)

    def thresholds_for(self, olt: str) -> Thresholds:
        """Thresholds of one OLT: its own, or the global ones."""
        own = next((o.thresholds for o in self.olts if o.name == olt), None)
        return (own or self.thresholds).domain()


def _differ(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} names must differ; given twice: {', '.join(twice)}")
