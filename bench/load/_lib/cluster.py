"""An installation of several processes: identity nodes on one PostgreSQL, gates without a database, Redis or none."""
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from _lib import machine
from _lib.gatehouse import Gatehouse
from _lib.postgres import Postgres

DATABASE = "installation"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    """Keeps nothing on the disk."""

    def __init__(self, folder):
        self.port = free_port()
        self.folder = Path(folder)
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                   "--dir", str(self.folder)]
        with open(self.folder / "redis.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("redis-server did not come up")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Cluster:
    """with Cluster(...) as cluster: all of it started on entering, nothing left of it afterwards. `sessions`: so many
    are there from the beginning; their refresh tokens are in `refresh_tokens`."""

    def __init__(self, nodes=2, gates=2, redis=False, settings=None, cores=None, sessions=0):
        self.sessions, self.refresh_tokens = sessions, []
        self.cores = machine.ALL_CORES if cores is None else cores
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-cluster-"))
        self.folder.chmod(0o755)  # PostgreSQL may run as somebody else
        self.postgres = Postgres(self.folder / "pg")
        self.redis = Redis(self.folder) if redis else None
        master_key = self.folder / "master.key"
        master_key.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        master_key.chmod(0o600)
        admin_ports = [free_port() for _ in range(nodes)]
        shared = {"cluster": {"secret": secrets.token_hex(32),
                              "nodes": [f"http://127.0.0.1:{port}" for port in admin_ports]}}
        if self.redis:
            shared["cluster"]["redis_url"] = self.redis.url
        for table, keys in (settings or {}).items():
            shared.setdefault(table, {}).update(keys)
        self.nodes = [self._process(f"node{i}", shared, {
            "process": {"roles": ["identity"]}, "database": {"url": self.postgres.url(DATABASE)},
            "master_key": {"file": str(master_key)},
            "server": {"admin_listen": f"127.0.0.1:{port}"}}) for i, port in enumerate(admin_ports)]
        self.gates = [self._process(f"gate{i}", shared, {"process": {"roles": ["gate"]}}) for i in range(gates)]

    def _process(self, name, shared, own):
        settings = {table: dict(keys) for table, keys in shared.items()}
        for table, keys in own.items():
            settings.setdefault(table, {}).update(keys)
        folder = self.folder / name
        folder.mkdir()
        return Gatehouse(self.cores, settings, folder)

    def __enter__(self):
        try:
            self.postgres.__enter__()
            self.postgres.psql("postgres", f"CREATE DATABASE {DATABASE}")
            if self.sessions:
                shown = self.nodes[0].fill("sessions", self.sessions, "--shown", self.sessions)
                self.refresh_tokens = shown.splitlines()
            if self.redis:
                self.redis.start()
            for process in self.nodes + self.gates:
                process.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.gates + self.nodes:
            process.stop()
        if self.redis:
            self.redis.kill()
        if os.path.exists(self.postgres.data / "postmaster.pid"):
            self.postgres.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)
