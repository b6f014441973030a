"""A PostgreSQL 15 of our own, in a folder that may be kept: reached by its Unix socket alone, tuned for the machine."""
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from _lib import machine

BIN = Path("/usr/lib/postgresql/15/bin")
USER = "gatehouse"
_MIB = 1 << 20


def memory_mib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB


def _huge_pages(kind):
    fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(fields.get(f"HugePages_{kind}", "0"))


# Said on the page of results: everything that is not PostgreSQL's default.
def settings(shared_buffers_mib):
    memory = memory_mib()
    return {"listen_addresses": "''", "max_connections": "60", "shared_buffers": f"{shared_buffers_mib}MB",
            "effective_cache_size": f"{max(memory // 2, shared_buffers_mib)}MB",
            "maintenance_work_mem": f"{memory // 12}MB",
            "max_parallel_maintenance_workers": "1", "random_page_cost": "1.1", "jit": "off",
            "wal_compression": "lz4", "checkpoint_timeout": "15min", "max_wal_size": "8GB", "min_wal_size": "2GB",
            "autovacuum_naptime": "20s", "log_checkpoints": "on"}


# Nothing needs to survive while rows are copied: what a crash would lose is filled anew.
_FILLING = {"wal_level": "minimal", "max_wal_senders": "0", "fsync": "off", "autovacuum": "off",
            "full_page_writes": "off"}


class Postgres:
    """with Postgres(folder) as server: started on entering, stopped on leaving; the folder stays."""

    def __init__(self, folder, **further):
        """`further`: settings for this one."""
        self.folder = Path(folder).resolve()
        self.further = further
        self.data = self.folder / "data"
        self.filling = False
        self.shared_buffers_mib = memory_mib() // 4
        self.huge_pages = False  # where the machine has set enough of them aside (vm.nr_hugepages)
        self.as_user = []
        if os.getuid() == 0:  # which PostgreSQL refuses to run as
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    def _run(self, command, *arguments):
        done = subprocess.run([*self.as_user, BIN / command, *map(str, arguments)], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            log = self.folder / "log"
            raise RuntimeError(f"{command} failed:\n{done.stdout}{log.read_text()[-2000:] if log.exists() else ''}")

    def _create(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.as_user:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", self.data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as file:
            file.write("include 'bench.conf'\n")

    def _start(self):
        values = {**settings(self.shared_buffers_mib), "unix_socket_directories": f"'{self.folder}'",
                  **self.further, **(_FILLING if self.filling else {})}
        self._configure(values)
        self.huge_pages = self._huge_pages_fit()
        self._configure({**values, "huge_pages": "on" if self.huge_pages else "off"})
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-t", 600, "start")

    def _configure(self, values):
        conf = self.data / "bench.conf"
        conf.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), encoding="ascii")
        conf.chmod(0o644)

    def _huge_pages_needed(self):
        command = [*self.as_user, BIN / "postgres", "-D", self.data, "-C", "shared_memory_size_in_huge_pages"]
        return int(subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.PIPE).stdout)

    def _huge_pages_fit(self):
        needed, kept = self._huge_pages_needed(), _huge_pages("Total")
        if kept == 0:
            return False
        if needed > kept:  # as much memory again would be taken beside them
            raise RuntimeError(f"vm.nr_hugepages is {kept}; PostgreSQL needs {needed}, or none")
        # A server that has just ended gives them back a moment later.
        deadline = time.monotonic() + 30
        while needed > _huge_pages("Free") and time.monotonic() < deadline:
            time.sleep(0.1)
        return True

    def _stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", 600, "stop")

    def restart(self, filling, shared_buffers_mib=None):
        """With nothing in shared_buffers. None: they are a quarter of the memory."""
        self._stop()
        self.filling, self.shared_buffers_mib = filling, shared_buffers_mib or memory_mib() // 4
        self._start()

    def url(self, database):
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def psql(self, database, *statements, stdin=None):
        """Each statement in turn, in one session; rows as lists of text."""
        command = ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url(database)]
        for statement in statements:
            command += ["-c", statement]
        done = subprocess.run(command, text=True, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError(f"{statements}:\n{done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines() if line]

    def databases(self):
        return {row[0] for row in self.psql("postgres", "SELECT datname FROM pg_database")}

    def log_position(self):
        """Bytes of write-ahead log written so far."""
        return int(self.psql("postgres", "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")[0][0])

    def _pids(self):
        leader = int((self.data / "postmaster.pid").read_text().split()[0])
        return [leader, *map(int, Path(f"/proc/{leader}/task/{leader}/children").read_text().split())]

    def pin(self, core):
        """What it forks from now on stays there, too."""
        for pid in self._pids():
            subprocess.run(["taskset", "-acp", str(core), str(pid)], check=True, stdout=subprocess.DEVNULL)

    def cpu_seconds(self):
        """Of all its processes, ended ones included."""
        leader, *others = self._pids()
        total = machine.cpu_seconds(leader, ended_children=True)
        for pid in others:
            try:
                total += machine.cpu_seconds(pid)
            except OSError:
                continue  # ended meanwhile: its leader counts it the next time
        return total

    def resident_mib(self):
        """What its processes hold for themselves and together: shared pages are counted once, by proportion."""
        total = 0
        for pid in self._pids():
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
            except OSError:
                continue  # one that has just ended
        return total / 1024

    def __enter__(self):
        if not self.data.exists():
            self._create()
        self._start()
        return self

    def __exit__(self, *_):
        self._stop()

    def remove(self):
        shutil.rmtree(self.folder)

    def wait_idle(self, database, timeout=1800):
        """Until no vacuum works and nothing dirty waits: what a fill leaves behind is no part of what is measured."""
        self.psql(database, "CHECKPOINT")
        deadline = time.monotonic() + timeout
        busy = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
        while self.psql(database, busy)[0][0] != "0" and time.monotonic() < deadline:
            time.sleep(1)
