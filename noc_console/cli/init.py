"""``noc-console init``: the commented example as a starting point, and the files of a service."""

from __future__ import annotations

import grp
import os
import pwd
import sys
from importlib.resources import files
from pathlib import Path

from noc_console.cli.output import Exit, fail
from noc_console.config.new_file import write_new
from noc_console.config.where import MACHINE_CONFIG

STATE = Path("/var/lib/noc-console")
DATABASE = f"sqlite:///{STATE}/noc.db"
ACCOUNT = "noc"
"""User and group of the service."""
UNITS = ("noc-console.service", "noc-console-wallboard@.service")
EXTRAS = {
    "noc-console-door.service": "the SSH server for operators, for /etc/systemd/system",
    "noc-console-share.service": "one picture for the door's sessions, for /etc/systemd/system",
    "noc-share.service": "one picture for one user's consoles, for ~/.config/systemd/user",
    "Containerfile": "podman build -t noc-console -f Containerfile CHECKOUT",
    "vmalert.yaml": "vmalert -rule=vmalert.yaml -datasource.url=http://127.0.0.1:8428 ...",
    "grafana.json": "Dashboards, New, Import in Grafana; the data source is VictoriaMetrics or Prometheus",
    "noc-console.1": "man page, for /usr/local/share/man/man1",
    "completion.bash": "for /etc/bash_completion.d",
    "completion.zsh": "as _noc-console into a folder of $fpath",
    "completion.fish": "as ~/.config/fish/completions/noc-console.fish",
}
"""File to what it is for."""
NEXT = """
Now: put your OLTs into {config}, their secrets into {default}, then
  runuser -u {account} -- {program} check
  systemctl daemon-reload && systemctl enable --now noc-console
  usermod --append --groups {account} NAME     # each account that operates"""


def write_example(path: Path) -> None:
    """Write the example to ``path``, readable by its owner only, never over an existing file."""
    _write(path, example(), 0o600)
    print(f"wrote {path}: put your OLTs in, then run noc-console --config {path} check")


def write_service(root: Path = Path("/"), program: Path | None = None) -> None:
    """Write what a service needs: config, a file for secrets, unit, folder. Files that are there stay as they are.

    Args:
        root: Where ``/etc`` is.
        program: What the unit starts; None is the program that runs now.
    """
    user, group = _account()
    program = program or Path(sys.argv[0]).resolve()
    default = root / "etc/default/noc-console"
    config = root / MACHINE_CONFIG.relative_to("/")
    units = root / "etc/systemd/system"

    wanted = (
        (config, _for_service(example()), 0o640),
        (default, _shipped("noc-console.default", program), 0o640),
        *((units / name, _shipped(name, program), 0o644) for name in UNITS),
    )
    for path, text, mode in wanted:
        if path.exists():
            print(f"{path} is there already, and is left as it is")
            continue
        _write(path, text, mode, group if mode == 0o640 else None)
        print(f"wrote {path}")
    _share(root / STATE.relative_to("/"), user, group)
    print(NEXT.format(config=config, default=default, program=program, account=ACCOUNT))


def write_extras(folder: Path, program: Path | None = None) -> None:
    """Write what some use beside it: units, a container, alert rules, a dashboard, a man page, completions.

    Args:
        folder: Where to; made when it is not there. Files that are there stay as they are.
        program: What the units start; None is the program that runs now.
    """
    program = program or Path(sys.argv[0]).resolve()
    for name in EXTRAS:
        path = folder / name
        if path.exists():
            print(f"{path} is there already, and is left as it is")
            continue
        _write(path, _shipped(name, program), 0o644)
        print(f"wrote {path}: {EXTRAS[name]}")


def _shipped(name: str, program: Path) -> str:
    """A shipped file, with the program and the config of this machine in it."""
    text = (files("noc_console.install") / name).read_text(encoding="utf-8")
    return text.replace("@PROGRAM@", str(program)).replace("@CONFIG@", str(MACHINE_CONFIG))


def _account() -> tuple[int, int]:
    """Ids of the service's user and group; ends the program when they are not there."""
    make = f"useradd --system --gid {ACCOUNT} --home-dir {STATE} --shell /usr/sbin/nologin {ACCOUNT}"
    try:
        group = grp.getgrnam(ACCOUNT).gr_gid
    except KeyError:
        fail(f"there is no group {ACCOUNT} yet: groupadd --system {ACCOUNT} && {make}", Exit.USAGE)
    try:
        return pwd.getpwnam(ACCOUNT).pw_uid, group
    except KeyError:
        fail(f"there is no user {ACCOUNT} yet: {make}", Exit.USAGE)


def _share(folder: Path, user: int, group: int) -> None:
    """Make the service's folder, which its group may write to: SQLite needs that of each console that acts."""
    try:
        folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        os.chown(folder, user, group)
        folder.chmod(0o2770)
    except OSError as error:
        fail(f"cannot make {folder}: {error.strerror}", Exit.USAGE)


def _for_service(text: str) -> str:
    """The example with database and backups where the service may write, and where each who runs ``check`` looks."""
    lines = text.splitlines(keepends=True)
    for begin, told in (("database:", f"database: {DATABASE}\n"), ("  folder: null", f"  folder: {STATE}/backups\n")):
        lines[next(number for number, line in enumerate(lines) if line.startswith(begin))] = told
    return "".join(lines)


def _write(path: Path, text: str, mode: int, group: int | None = None) -> None:
    """Make a new file, and the folders above it, for its owner (and ``group``) only."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o750, parents=True)
            if group is not None:
                os.chown(path.parent, -1, group)
        write_new(path, text.encode(), mode, None if group is None else lambda file: os.fchown(file, -1, group))
    except FileExistsError:
        fail(f"{path} is there already, and is left as it is", Exit.USAGE)
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}", Exit.USAGE)


def example() -> str:
    """The commented example config: shipped in the wheel, at the top of a checkout."""
    shipped = files("noc_console.config") / "example.yaml"
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "config.example.yaml").read_text(encoding="utf-8")
