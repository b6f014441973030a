"""N accounts and their sessions in a database of their own, as ./dev bench scale needs them."""
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from _lib import machine
from _lib.gatehouse import PASSWORD, Gatehouse

# Each table, what of it COPY is told, and the command of bench_tool that writes its rows.
TABLES = {
    "account": ("id, epoch, updated_at, data_key_seed, state, roles, username, username_skeleton, email_index, "
                "password_hash", "scale-accounts"),
    "account_profile": ("account_id, created_at, profile_sealed", "scale-profiles"),
    "session": ("id, account_id, created_at, last_used_at, counter, rotated_at, auth_time, idle_expires_at, "
                "expires_at, amr, client_sealed", "scale-sessions"),
}
# What a step touches at a place that is another each time, and a server in service has in memory.
BY_NAME = ("account", "account_username_key", "account_email_index_key")
BY_ID = ("account", "account_pkey", "session", "session_pkey", "session_of_account")


class Filled:
    """The database of one size: Gatehouse's settings for it, and what of it was used up (names, sessions' counters)."""

    def __init__(self, postgres, accounts):
        self.postgres, self.accounts = postgres, accounts
        self.name = f"accounts_{accounts}"
        self.every = max(1, min(10, accounts // 70_000))  # accounts for each live session
        self.folder = postgres.folder / self.name
        self.folder.mkdir(exist_ok=True)
        self._config = None
        self.state_file = self.folder / "state.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else None

    def config(self):
        """Written once: a step that runs beside others must not read half of it."""
        if self._config is None:
            self._config = self.server(machine.ALL_CORES).config
        return self._config

    def server(self, cores):
        settings = {"database": {"url": self.postgres.url(self.name)}}
        return Gatehouse(cores=cores, settings=settings, folder=self.folder)

    def tool(self, command, *arguments, output=None):
        return machine.tool(command, "--config", self.config(), "--count", self.accounts, "--every", self.every,
                            *arguments, output=output)

    def take(self, what, count):
        """The first number of `count` that nothing has used; they are used from now on."""
        first = self.state["used"].get(what, 0)
        self.state["used"][what] = first + count
        self.state_file.write_text(json.dumps(self.state))
        return first

    def fill(self, say):
        """Unless a run before did and its folder was kept. Constraints and indexes come after the rows."""
        if self.state is not None and self.name in self.postgres.databases():
            return
        self.postgres.restart(filling=True)
        self.postgres.psql("postgres", f"DROP DATABASE IF EXISTS {self.name}", f"CREATE DATABASE {self.name}")
        now = int(time.time() * 1000)
        # Opening it once migrates the database and makes its keys; no account is asked for.
        self.tool("scale-tokens", "--shown", 0)
        began = time.monotonic()
        makes_again = self._drop_indexes()
        with ThreadPoolExecutor(max_workers=len(TABLES)) as pool:
            for done in [pool.submit(self._copy, table, *shape, now) for table, shape in TABLES.items()]:
                done.result()
        copied = time.monotonic() - began
        say(f"{self.accounts:,} accounts copied in {copied:.0f} s")
        for statement in makes_again:
            self.postgres.psql(self.name, statement)
        self.postgres.psql(self.name, "VACUUM (ANALYZE)", "CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        total = time.monotonic() - began
        say(f"{self.accounts:,} accounts filled in {total:.0f} s")
        self.state = {"copy_seconds": copied, "fill_seconds": total, "used": {}}
        self.state_file.write_text(json.dumps(self.state))

    def _drop_indexes(self):
        """Returns what makes them again, in order."""
        tables = "(" + ", ".join(f"'{table}'::regclass" for table in TABLES) + ")"
        keys, foreign, drops = [], [], []
        for table, name, kind, definition in self.postgres.psql(
                self.name, "SELECT conrelid::regclass, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
                f"WHERE conrelid IN {tables} AND contype IN ('p', 'u') OR contype = 'f' AND (conrelid IN {tables} "
                f"OR confrelid IN {tables}) ORDER BY contype, conname"):
            again = f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
            # Not valid: new rows are checked, those that are there are right by how they were made.
            (foreign if kind == "f" else keys).append(again + (" NOT VALID" if kind == "f" else ""))
            drops.append(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes = self.postgres.psql(
            self.name, "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index "
            f"WHERE indrelid IN {tables} AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)")
        drops += [f"DROP INDEX {name}" for name, _ in indexes]
        self.postgres.psql(self.name, *drops)
        return keys + [definition for _, definition in indexes] + foreign

    def _copy(self, table, columns, command, now):
        rows = subprocess.Popen([machine.TOOLS / "bench_tool", command, "--config", self.config(), "--count",
                                 str(self.accounts), "--every", str(self.every), "--now", str(now), "--password",
                                 PASSWORD], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # In the transaction that emptied the table: no log is written, and every row is frozen from the start. As a
        # replica: the triggers would record each row as a change made around the program.
        try:
            self.postgres.psql(self.name, "SET session_replication_role = replica", "BEGIN", f"TRUNCATE {table}",
                               f"COPY {table} ({columns}) FROM STDIN (FORMAT binary, FREEZE)", "COMMIT",
                               stdin=rows.stdout)
        finally:
            rows.stdout.close()
            trouble = rows.stderr.read().decode()
            if rows.wait() != 0:
                raise RuntimeError(trouble)

    def sizes(self):
        """Bytes of each table and index, by name."""
        rows = self.postgres.psql(
            self.name, "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname ~ '^(account|session)' "
            "AND relkind IN ('r', 'i') ORDER BY relname")
        return {name: int(size) for name, size in rows}

    def bytes_of(self, relations):
        sizes = self.sizes()
        return sum(sizes[name] for name in relations)

    def pages_fetched(self):
        """Pages that were not in shared_buffers, so far."""
        return int(self.postgres.psql(
            self.name, f"SELECT blks_read FROM pg_stat_database WHERE datname = '{self.name}'")[0][0])

    def warm(self, relations):
        for name in relations:
            self.postgres.psql(self.name, f"SELECT pg_prewarm('{name}', 'buffer')")
