"""What a test starts in place of a command; see ``forking``. Imports little: it is to start at once."""

import array
import json
import os
import signal
import socket
import sys

server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
request = json.dumps({"arguments": sys.argv[2:], "env": dict(os.environ), "folder": os.getcwd()}).encode()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1):
    if signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, lambda received, _: server.send(bytes([received])))
streams = array.array("i", (0, 1, 2))
server.sendmsg([len(request).to_bytes(8, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
server.sendall(request)
for stream in range(3):
    os.close(stream)  # the command has them: who reads its output must see the end with the command's
told = server.recv(4, socket.MSG_WAITALL)
code = int.from_bytes(told, "big", signed=True) if len(told) == 4 else 70
if code < 0:
    signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
    os.kill(os.getpid(), -code)
os._exit(code)
