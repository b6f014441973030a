"""What is put under load: `embedded`, one process with all roles on its own files. `scale` is in scale.py."""
import json
import subprocess

from chaos import parts

GRACE = 4        # seconds, so that retries fall on both sides of it
STALENESS = 2    # seconds: the promised bound where processes are several


def load_settings():
    """(dotted key, TOML value): of every process, wherever it runs. All limits are out of reach: refusals for their
    number are another test's matter."""
    shown = subprocess.run([parts.PROGRAM, "config", "show", "--json"], check=True, stdout=subprocess.PIPE).stdout
    for entry in json.loads(shown):
        if entry["key"].startswith("limit.") and entry["key"].endswith(("_burst", "_per_second", "_failures")):
            yield entry["key"], "1000000"
    # No proof of work either: clients that fail this often would all be asked for it.
    for failures in ("address_failures", "account_failures", "spraying_accounts", "stuffing_names"):
        yield f"defence.{failures}", "1000000"
    yield "defence.busy_queue", "101"
    yield "token.access_lifetime", '"1h"'
    yield "session.grace", f'"{GRACE}s"'
    yield "session.max_per_account", "10000"
    # The cheapest hash that the settings allow: what is tested is what stands around it.
    yield "password.memory_kib", "7168"
    yield "password.iterations", "5"
    yield "password.hash_max_wait", '"2s"'
    # The administrator signs in with a password: how strong a sign-in has to be is another test's matter.
    yield "admin.require_second_factor", "false"
    yield "server.request_timeout", '"10s"'
    yield "server.drain_delay", '"0s"'
    yield "gate.max_staleness", f'"{STALENESS}s"'
    yield "log.level", '"info"'


class Installation:
    """Parts by name, in the order of their start; `nodes` and `gates`: name -> port."""

    # target -> how likely it is to be hit
    weights = {}
    # In one process everything has ended when the answer goes out; between several it may take what is promised.
    bound = 0.0
    profile_bound = 0.0
    promotes = False  # the parts primary and replica can change places

    def __init__(self):
        self.parts, self.nodes, self.gates = {}, {}, {}
        self.down = set()  # what is meant to be down now

    def add(self, part):
        self.parts[part.name] = part
        return part

    def start(self):
        for part in self.parts.values():
            part.launch()
            self.wait_ready(part)

    def wait_ready(self, part, timeout=60):
        try:
            parts.wait_for(part.ready, timeout, f"{part.name} was not ready")
        except RuntimeError as failure:
            raise RuntimeError(f"{failure}\n{part.tail()}") from None

    def wait_all_ready(self, timeout=60):
        for part in self.parts.values():
            self.wait_ready(part, timeout)

    def stop(self):
        for part in reversed(self.parts.values()):
            part.end()

    def promote(self):
        raise NotImplementedError

    rejoin = take_over_late = promote

    def supervise(self):
        """Starts again what ended by itself, as an init system would. Returns (name, how it ended) of each."""
        ended = []
        for part in self.parts.values():
            if part.name not in self.down and part.process is not None and not part.running():
                ended.append((part.name, f"{part.process.returncode}: {part.tail(1)}"))
                part.launch()
        return ended


class Embedded(Installation):
    weights = {"gatehouse": 1}

    def __init__(self, folder):
        super().__init__()
        self.server = self.add(parts.Gatehouse("gatehouse", folder, dict(load_settings())))
        self.nodes = self.gates = {"gatehouse": self.server.port}

    def create_admin(self, name, password):
        parts.command_line(self.server.config, "account", "create", "--username", name,
                           "--email", f"{name}@example.org", "--role", "admin", stdin=password)
