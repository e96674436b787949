"""The wheel by itself: everything that the program reads beside its code is inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from services import PATIENCE_S

pytestmark = pytest.mark.xdist_group("wheel")
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **options: object) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=180 + PATIENCE_S, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


class Installed:
    """The program installed from its wheel into a folder of its own, far from the checkout."""

    def __init__(self, target: Path, cwd: Path) -> None:
        self.target = target
        self.cwd = cwd
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NOC_", "PYTHON"))}
        state = {f"XDG_{name}_HOME": str(cwd / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
        self.env = {**kept, **state, "PYTHONPATH": str(target)}

    def python(self, *arguments: str) -> str:
        return run(sys.executable, *arguments, cwd=self.cwd, env=self.env)

    def says(self, code: str) -> list[str]:
        """What a piece of code prints; all of the package that it loads comes from the wheel."""
        check = (
            "\nimport sys\n"
            "places = {m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'noc_console' and m.__file__}\n"
            f"assert places and all(place.startswith({str(self.target)!r}) for place in places), places\n"
        )
        return self.python("-c", code + check).split()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    target = tmp_path_factory.mktemp("target")
    pip = (sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", str(target))
    run(*pip, "--disable-pip-version-check", str(wheel))
    return Installed(target, tmp_path_factory.mktemp("elsewhere"))


def test_the_wheel_holds_all_of_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {str(f.relative_to(ROOT)) for f in (ROOT / "noc_console").rglob("*") if f.is_file()}
    expected = {name for name in package if "__pycache__" not in name}
    expected |= {f"noc_console/_themes/{file.name}" for file in (ROOT / "themes").glob("*.toml")}
    expected.add("noc_console/config/example.yaml")
    for kind in (
        "profiles/huawei-ma5600.yaml",
        "console.tcss",
        "versions/0001_first.py",
        "_themes/mono.toml",
        "py.typed",
    ):
        assert any(name.endswith(kind) for name in expected), kind
    shared = {name.partition(".data/data/share/")[2] for name in names if ".data/" in name}
    assert shared == {
        "man/man1/noc-console.1",
        "bash-completion/completions/noc-console",
        "zsh/site-functions/_noc-console",
        "fish/vendor_completions.d/noc-console.fish",
    }
    assert {name for name in names if ".dist-info/" not in name and ".data/" not in name} == expected


def test_both_themes_are_found(installed: Installed) -> None:
    code = "from noc_console.console.themes import load_themes\nt = load_themes()\nprint(*t.problems, *sorted(t.found))"
    assert {"dark", "mono"} <= set(installed.says(code))
    code = "from noc_console.console.themes import load_themes\nprint(len(load_themes().found['dark'].palette._styles))"
    assert int(installed.says(code)[0]) > 20, "the shipped file, not the fallback"


def test_the_profiles_are_found(installed: Installed) -> None:
    code = "from noc_console.sources.snmp.profile import load_profiles\nprint(*load_profiles(None))"
    shipped = {file.stem for file in (ROOT / "noc_console/sources/snmp/profiles").glob("*.yaml")}
    assert set(installed.says(code)) == shipped


def test_the_console_builds_with_its_style_sheet(installed: Installed) -> None:
    code = (
        "from noc_console.console.app import NocApp\n"
        "from noc_console.console.settings import ConsoleSettings\n"
        "app = NocApp(None, ConsoleSettings())\n"
        "print(*(path for path in app.css_path), *(path.exists() for path in app.css_path))\n"
    )
    path, exists = installed.says(code)
    assert path == str(installed.target / "noc_console/console/console.tcss")
    assert exists == "True"


def test_the_database_is_made_by_the_migrations_inside(installed: Installed) -> None:
    code = (
        "import asyncio, sqlite3\n"
        "from noc_console.storage.database import Database\n"
        "async def make():\n"
        "    database = Database('sqlite:///made.db')\n"
        "    await database.migrate()\n"
        "    await database.close()\n"
        "asyncio.run(make())\n"
        "print(sqlite3.connect('made.db').execute('select version_num from alembic_version').fetchone()[0])\n"
    )
    newest = max(file.stem for file in (ROOT / "noc_console/storage/migrations/versions").glob("0*.py"))
    (version,) = installed.says(code)
    assert newest.startswith(version)


def test_version_and_init_work_as_commands(installed: Installed) -> None:
    from noc_console import __version__

    assert installed.python("-m", "noc_console", "--version").strip() == __version__
    installed.python("-m", "noc_console", "init", "written.yaml")
    written = installed.cwd / "written.yaml"
    assert written.read_text() == (ROOT / "config.example.yaml").read_text()
    script = installed.target / "bin" / "noc-console"
    assert run(sys.executable, str(script), "--version", cwd=installed.cwd, env=installed.env).strip() == __version__
