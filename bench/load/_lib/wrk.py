"""wrk, pinned to the load's core: one thread, 64 connections unless told."""
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from _lib import machine

LUA = Path(__file__).resolve().parent
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass
class Load:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bad: int          # neither 2xx nor 3xx
    socket_errors: int

    @property
    def per_second(self):
        return self.requests / self.seconds

    @property
    def good_per_second(self):
        return (self.requests - self.bad) / self.seconds


def begin(port, path, seconds, headers=None, script=None, arguments=(), connections=64, cores=None):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(LUA / script)]
    command += [f"http://127.0.0.1:{port}{path}", "--", *map(str, arguments)]
    command = machine.pinned(machine.LOAD_CORE if cores is None else cores, command)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(process):
    output, _ = process.communicate(timeout=120)
    if process.returncode != 0:
        raise RuntimeError(f"wrk failed:\n{output}")
    return _parse(output)


def run(*arguments, **options):
    return end(begin(*arguments, **options))


def run_measured(pid, *arguments, **options):
    """The load, and the CPU microseconds that `pid` used for each of its requests."""
    before = machine.cpu_seconds(pid)
    load = run(*arguments, **options)
    return load, (machine.cpu_seconds(pid) - before) * 1e6 / load.requests


def _parse(output):
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)", output)
    if not total or int(total[1]) == 0:
        raise RuntimeError(f"wrk measured nothing:\n{output}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    return Load(requests=int(total[1]), seconds=float(total[2]) * _UNITS[total[3]] / 1e3,
                p50_ms=_percentile(output, "50%"), p99_ms=_percentile(output, "99%"),
                bad=int(bad[1]) if bad else 0, socket_errors=sum(map(int, errors.groups())) if errors else 0)


def _percentile(output, name):
    found = re.search(rf"^\s+{name}\s+([\d.]+)(us|ms|s|m)", output, re.MULTILINE)
    return float(found[1]) * _UNITS[found[2]]
