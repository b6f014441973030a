"""The processes of an installation: each can be started, killed, frozen and thawed, by pid and nothing else."""
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("CHAOS_PROGRAM") or ROOT / "build" / "release" / "gatehouse")


def free_port(taken=set()):  # noqa: B006 - remembered on purpose: a part that is down must keep its port
    """Below the range that outgoing connections are given, so that nothing takes it while its part is down."""
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port


def parents():
    """pid -> parent's pid, of all processes."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        found[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    return found


def family(pid):
    """`pid` and what it has started, directly or not."""
    parent, chosen, ready = parents(), [pid], [pid]
    while ready:
        latest = ready.pop()
        children = [child for child, its in parent.items() if its == latest]
        chosen += children
        ready += children
    return chosen


class Part:
    """One server program. `command` is what runs it; its output goes to FOLDER/NAME.log."""

    def __init__(self, name, folder, command=(), environment=None):
        self.name, self.folder, self.command = name, Path(folder), list(map(str, command))
        self.environment = environment
        self.log = self.folder / f"{name}.log"
        self.process = None
        self.launched = 0
        self.frozen = []

    def launch(self):
        self.launched += 1
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment, cwd=self.folder)

    def signal(self, number, pids=None):
        for pid in pids or family(self.process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """The first to go is the one that could still start others."""
        if self.running():
            self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        self.frozen = []

    def freeze(self):
        if self.running():
            self.frozen = family(self.process.pid)
            self.signal(signal.SIGSTOP, self.frozen)

    def thaw(self):
        if self.running():
            self.signal(signal.SIGCONT, self.frozen or None)
        self.frozen = []

    def end(self, timeout=20):
        """As an operator would: SIGTERM, and only then SIGKILL."""
        if self.running():
            self.thaw()
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()

    def ready(self):
        return self.running()

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def wait_for(condition, timeout, what):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise RuntimeError(f"{what} within {timeout} s")


def says_ready(admin_port):
    connection = http.client.HTTPConnection("127.0.0.1", admin_port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def own_environment():
    """The caller's own GATEHOUSE_ variables would be settings."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}


def command_line(config, *arguments, stdin=""):
    done = subprocess.run([str(PROGRAM), *arguments, "--config", str(config)], input=stdin, text=True,
                          env=own_environment(), capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"gatehouse {' '.join(arguments)}: {done.stderr}")


class Gatehouse(Part):
    """`gatehouse serve` on ports that stay the same over restarts."""

    def __init__(self, name, folder, settings):
        """settings: dotted key -> TOML value."""
        super().__init__(name, folder)
        self.port, self.admin_port = free_port(), free_port()
        self.settings = {**settings, "data.dir": json.dumps(str(self.folder / "data")),
                         "server.listen": f'"127.0.0.1:{self.port}"',
                         "server.admin_listen": f'"127.0.0.1:{self.admin_port}"'}
        self.config = self.folder / f"{name}.toml"
        self.command = [str(PROGRAM), "serve", "--config", str(self.config)]
        self.environment = own_environment()

    def write_config(self):
        descriptor = os.open(self.config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{key} = {value}\n" for key, value in self.settings.items())

    def launch(self):
        self.write_config()
        super().launch()

    def ready(self):
        return self.running() and says_ready(self.admin_port)
