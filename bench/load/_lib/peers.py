"""The peers of bench/peers, started on the server's core, on a port that is free."""
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from string import Template

from _lib import machine
from _lib.gatehouse import AUDIENCE, ISSUER

PEERS = machine.ROOT / "bench" / "peers"


class Peer:
    """with nginx(), express(pem) or go(pem) as peer: peer.port, peer.pid (the process that answers)."""

    def __init__(self, make_command, pem="", child_answers=False):
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-peer-"))
        self.child_answers = child_answers
        key = self.folder / "key.pem"
        key.write_text(pem)
        self.port = _free_port()
        environment = dict(os.environ, ISSUER=ISSUER, AUDIENCE=AUDIENCE, NODE_ENV="production")
        command = make_command(self.folder, self.port, key)
        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(machine.pinned(machine.SERVER_CORE, command), env=environment,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    @property
    def pid(self):
        if not self.child_answers:
            return self.process.pid
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def __enter__(self):
        for _ in range(2_000):
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "output").read_text())
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("the peer does not listen")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx():
    def command(folder, port, _):
        text = Template((PEERS / "nginx" / "nginx.conf").read_text()).safe_substitute(DIR=folder, PORT=port)
        (folder / "nginx.conf").write_text(text)
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        return [program, "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"]
    return Peer(command, child_answers=True)


def express(pem):
    return Peer(lambda _, port, key: ["node", PEERS / "express" / "server.mjs", port, "ES256", key], pem)


def go(pem):
    program = machine.ROOT / "build" / "bench-build" / "peer-go"
    if not program.exists() or program.stat().st_mtime < (PEERS / "go" / "main.go").stat().st_mtime:
        subprocess.run(["bash", PEERS / "go" / "build.sh", program], check=True)
    return Peer(lambda _, port, key: [program, port, "ES256", key], pem)
