"""The simulated network as a child process, for benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


@contextmanager
def network(olts: int, onts: int, polling: Mapping[str, float] | None = None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A quiet simulated network; yields its config file and what it says of itself."""
    with tempfile.TemporaryDirectory(prefix="noc-bench-") as folder:
        command = [sys.executable, "-m", "noc_console.demo", "--json", "--no-faults", "--no-history", "--dir", folder]
        command += ["--olts", str(olts), "--onts", str(onts), "--no-victoriametrics"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout
            info = json.loads(process.stdout.readline())
            path = Path(info["config"])
            config = yaml.safe_load(path.read_text())
            config["polling"].update(polling or {})
            config.pop("victoriametrics", None)
            path.write_text(yaml.safe_dump({**config, "victoriametrics": None}))
            yield path, info
        finally:
            process.terminate()
            process.wait(10)
