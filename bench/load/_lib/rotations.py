"""Refreshes as fast as they go: the same measurement for each database."""
import tempfile
from pathlib import Path

from _lib import wrk
from _lib.machine import median

ROUNDS, SECONDS = 5, 6


def rotate(server, tokens, other_cpu=lambda: 0.0, connections=64, seconds=SECONDS):
    """One round with the tokens of a file, which it uses up."""
    writes = 'gatehouse_runtime_pool_tasks_total{pool="storage_write"}'
    before, other_before = server.metrics(), other_cpu()
    load, micros = wrk.run_measured(server.pid, server.port, "/v1/refresh", seconds, script="refresh.lua",
                                    arguments=[tokens], connections=connections)
    after, other_after = server.metrics(), other_cpu()
    if load.bad or load.socket_errors:
        raise RuntimeError(f"{load.bad} rotations were no success, {load.socket_errors} socket errors")
    commits = after["gatehouse_db_commits_total"] - before["gatehouse_db_commits_total"]
    again = after.get("gatehouse_db_conflicts_total", 0) - before.get("gatehouse_db_conflicts_total", 0)
    return {"requests": load.requests, "per_second": load.per_second, "p50": load.p50_ms, "p99": load.p99_ms,
            "micros": micros,
            "other_micros": (other_after - other_before) * 1e6 / load.requests,
            "group": (after[writes] - before[writes]) / max(commits, 1), "again": again / load.requests}


def measure(server, sessions, other_cpu=lambda: 0.0, connections=64):
    """Fills `sessions` for each round, which has its own: those in flight at a round's end are lost to the next.
    Starts the server. The medians over the rounds; `other_cpu`: seconds that a database server has used."""
    tokens = server.fill("sessions", ROUNDS * sessions, "--shown", ROUNDS * sessions).splitlines()
    server.start()
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(ROUNDS):
            file = Path(folder) / str(i)
            file.write_text("\n".join(tokens[i::ROUNDS]) + "\n")
            rounds.append(rotate(server, file, other_cpu, connections))
    return {name: median([figures[name] for figures in rounds]) for name in rounds[0]}
