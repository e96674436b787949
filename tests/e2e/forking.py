"""Commands without the second that each start of the program takes: forked from a process that has imported it.

``python -m noc_console`` imports for a second before it does anything, and the tests start it some hundred times. Here
one process of each test worker imports it once and forks a command for every client that connects. The client is what
the test starts: it lends its standard streams, environment and folder, passes signals on, and ends as the command ends.
``NOC_TEST_FORK=0`` starts every command anew.
"""

from __future__ import annotations

import array
import atexit
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

CLIENT = Path(__file__).with_name("fork_client.py")
MODULES = (
    "act bulk check collect lookup notify outage_commands outages past probes profiles record records replay reports "
    "requests show swaps wiring"
).split()
"""Of ``noc_console.cli``."""


def program() -> list[str]:
    """What stands before the arguments of a command."""
    if os.environ.get("NOC_TEST_FORK") == "0":
        return [sys.executable, "-m", "noc_console"]
    return [sys.executable, "-I", "-S", str(CLIENT), _server()]


@cache
def _server() -> str:
    """Address of this worker's server, which ends with the worker: its input ends then."""
    folder = tempfile.TemporaryDirectory(prefix="noc-fork-")
    address = f"{folder.name}/socket"
    process = subprocess.Popen([sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"ready\n", "the server of forks did not start"

    def end() -> None:
        process.kill()
        process.wait()
        folder.cleanup()

    atexit.register(end)
    return address


def serve(address: str) -> tuple[list[str], list[int]]:
    """Fork for each client; returns, in each child only, its arguments and its streams."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    waking, woken = socket.socketpair()
    for end in (waking, woken):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    watched = selectors.DefaultSelector()
    for source in (listening, waking, sys.stdin):
        watched.register(source, selectors.EVENT_READ)
    clients: dict[int, socket.socket] = {}
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    while True:
        for key, _ in watched.select():
            if key.fileobj is sys.stdin:
                os._exit(0)
            if key.fileobj is waking:
                waking.recv(4096)
                _tell_ends(clients, watched)
            elif key.fileobj is listening:
                client, _ = listening.accept()
                request, streams = _receive(client)
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    watched.close()
                    for end in (listening, waking, woken, client, *clients.values()):
                        end.close()
                    os.environ.clear()
                    os.environ.update(request["env"])
                    os.chdir(request["folder"])
                    return request["arguments"], streams
                for stream in streams:
                    os.close(stream)
                clients[pid] = client
                watched.register(client, selectors.EVENT_READ, pid)
            elif key.data in clients:
                _pass_on(key.data, clients, watched)


def _receive(client: socket.socket) -> tuple[dict[str, object], list[int]]:
    """The request, and the client's three streams."""
    streams = array.array("i")
    data, ancillary, _, _ = client.recvmsg(8, socket.CMSG_SPACE(3 * streams.itemsize))
    for _level, _kind, sent in ancillary:
        streams.frombytes(sent)
    size = int.from_bytes(data, "big")
    text = b""
    while len(text) < size and (part := client.recv(size - len(text))):
        text += part
    return json.loads(text), list(streams)


def _pass_on(pid: int, clients: dict[int, socket.socket], watched: selectors.BaseSelector) -> None:
    """Signals of a client; one that is gone was killed, and so is its command."""
    try:
        numbers = clients[pid].recv(64)
    except OSError:
        numbers = b""
    if not numbers:
        watched.unregister(clients[pid])
        numbers = bytes([signal.SIGKILL])
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _tell_ends(clients: dict[int, socket.socket], watched: selectors.BaseSelector) -> None:
    """Say to the clients of commands that have ended how they did."""
    while clients:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        client = clients.pop(pid)
        with suppress(KeyError):
            watched.unregister(client)
        with suppress(OSError):
            client.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
        client.close()


def main() -> NoReturn:
    """Import the program, serve, and be a command in each child."""
    from importlib import import_module

    for name in MODULES:
        import_module(f"noc_console.cli.{name}")
    from noc_console.cli.main import run

    arguments, streams = serve(sys.argv[1])
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # As a new interpreter would: those that it has know of other files what they can.
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", buffering=1 if os.isatty(1) else -1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    sys.argv = ["noc-console", *arguments]
    run()
    sys.exit()


if __name__ == "__main__":
    main()
