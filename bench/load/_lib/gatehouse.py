"""A Gatehouse of our own: a data folder that goes with it, ports that are free, rates that no load reaches."""
import base64
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from _lib import machine

ISSUER = "http://gatehouse.bench"
AUDIENCE = "gatehouse"
# Another build can be named, to compare the two.
PROGRAM = Path(os.environ.get("BENCH_PROGRAM") or machine.ROOT / "build" / "release" / "gatehouse")
PASSWORD = "lantern otter quiet 42"


# No suspicion: what is measured is the sign-in, not the client's proof of work.
DEFENCE = {"address_failures": 1_000_000, "account_failures": 1_000_000, "spraying_accounts": 1_000_000,
           "stuffing_names": 1_000_000, "busy_queue": 101}


def _limits():
    """Every limit that there is, out of reach, by table. An older program knows fewer."""
    shown = subprocess.run([PROGRAM, "config", "show", "--json"], check=True, stdout=subprocess.PIPE).stdout
    limits = {"limit": {}, "defence": {}}
    for entry in json.loads(shown):
        table, _, key = entry["key"].rpartition(".")
        if table == "limit" and key.endswith(("_burst", "_per_second", "_failures")):
            limits[table][key] = 1_000_000
        if table == "defence" and key in DEFENCE:
            limits[table][key] = DEFENCE[key]
    return {table: keys for table, keys in limits.items() if keys}


def _toml(value):
    return json.dumps(value)  # strings, numbers, booleans and lists of them are written alike


class Gatehouse:
    """with Gatehouse(...) as server: started on entering, its folder removed on leaving."""

    def __init__(self, cores=None, settings=None, folder=None):
        self.cores = [machine.SERVER_CORE] if cores is None else cores
        self.owns_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="gatehouse-bench-"))
        self.config = self.folder / "gatehouse.toml"
        self.log = self.folder / "gatehouse.log"
        self.process = None
        self.port = self.admin_port = 0
        tables = {"server": {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "loops": len(self.cores)},
                  "data": {"dir": str(self.folder / "data")},
                  "token": {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "es256"},
                  "password": {"hash_threads": len(self.cores)},
                  **_limits()}
        for table, keys in (settings or {}).items():
            tables.setdefault(table, {}).update(keys)
        with open(self.config, "w", encoding="utf-8") as file:
            for table, keys in tables.items():
                file.write(f"[{table}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items()))

    def fill(self, what, count, *more, output=None):
        """bench_tool, while nothing serves the folder."""
        return machine.tool(what, "--config", self.config, "--count", count, *more, output=output)

    def launch(self):
        """exec; does not wait. Returns the moment of it."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
        self.log.write_text("")
        command = machine.pinned(self.cores, [PROGRAM, "serve", "--config", self.config])
        with open(self.log, "ab") as log:
            began = time.monotonic()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        return began

    def wait_ready(self, timeout=60.0):
        """Until /readyz says 200; returns the moment. Asks every millisecond, so that the wait adds no more."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"gatehouse ended while starting:\n{self.log.read_text()}")
            if self._find_ports() and self._is_ready():
                return time.monotonic()
            time.sleep(0.001)
        raise RuntimeError(f"gatehouse was not ready within {timeout} s:\n{self.log.read_text()}")

    def start(self):
        began = self.launch()
        return self.wait_ready() - began

    def _find_ports(self):
        ports = {}
        for line in self.log.read_text().splitlines():
            if '"listening"' in line:
                entry = json.loads(line)
                ports[entry["listener"]] = int(entry["address"].rpartition(":")[2])
        self.port, self.admin_port = ports.get("public", 0), ports.get("admin", 0)
        return self.port and self.admin_port

    def _is_ready(self):
        try:
            return self.ask("GET", "/readyz", port=self.admin_port)[0] == 200
        except OSError:
            return False

    def stop(self, sign=signal.SIGTERM):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @property
    def pid(self):
        return self.process.pid  # taskset has replaced itself by the program

    def ask(self, method, path, body=None, headers=None, port=None):
        """One request on a connection of its own: status and body as JSON or text."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            return exchange(connection, method, path, body, headers)
        finally:
            connection.close()

    def metrics(self):
        """Every sample of /metrics by its name with labels."""
        _, text = self.ask("GET", "/metrics", port=self.admin_port)
        samples = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    def public_key_pem(self):
        """The signing key in use, as the peers want it: a P-256 SubjectPublicKeyInfo around its point."""
        _, jwks = self.ask("GET", "/.well-known/jwks.json")
        prefix = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04"
        pems = {}
        for key in jwks["keys"]:
            point = b"".join(base64.urlsafe_b64decode(key[part] + "=") for part in ("x", "y"))
            body = base64.b64encode(prefix + point).decode()
            lines = "\n".join(body[i:i + 64] for i in range(0, len(body), 64))
            pems[key["kid"]] = f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"
        return pems

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def exchange(connection, method, path, body=None, headers=None):
    """One request on a connection that may be kept."""
    headers = dict(headers or {})
    if body is not None:
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if "json" in (answer.getheader("Content-Type") or ""):
        return answer.status, json.loads(content)
    return answer.status, content.decode(errors="replace")


def kid_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
