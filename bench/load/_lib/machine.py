"""What the figures were taken on, and what a process has used of it."""
import os
import platform
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "build" / "bench-build"
TICK = os.sysconf("SC_CLK_TCK")

_cores = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = _cores[0], _cores[-1]
ALL_CORES = _cores


def describe():
    model = "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return (f"{model}, {len(_cores)} cores, Linux {platform.release()}, "
            f"load average {os.getloadavg()[0]:.1f} at the start")


def pinned(cores, command):
    """`command` under taskset, on one core or a list of them."""
    cores = [cores] if isinstance(cores, int) else cores
    return ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]


def _times(stat_file, ended_children=False):
    # After the name, which may hold spaces: fields 14 and 15 of proc(5), counted from the 3rd; 16 and 17 are children's.
    fields = Path(stat_file).read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15 if ended_children else 13])) / TICK


def cpu_seconds(pid, ended_children=False):
    """utime + stime of all threads, ended ones included."""
    return _times(f"/proc/{pid}/stat", ended_children)


def cpu_seconds_of_threads(pid, name):
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            total += _times(task / "stat")
    return total


def resident_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def tool(*arguments, output=None, cores=None):
    """Runs bench_tool; its output as text, or into the file `output`."""
    command = [str(TOOLS / "bench_tool"), *map(str, arguments)]
    if cores is not None:
        command = pinned(cores, command)
    with open(output or os.devnull, "w", encoding="ascii") as file:
        done = subprocess.run(command, text=True, stdout=file if output else subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stderr}")
    return done.stdout or ""


median = statistics.median
