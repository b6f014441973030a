"""An installation of several processes on real servers, which tests/e2e/scale/control.ts starts and leads."""
import itertools
import json
import os
import queue
import subprocess
import threading
import time

from chaos import parts
from chaos.installation import STALENESS, Installation, load_settings
from chaos.nemesis import LONGEST

CONTROL = parts.ROOT / "tests" / "e2e" / "dist" / "scale" / "control.js"
START = 180    # seconds until all servers run
COMMAND = 60   # seconds that a command may take


class Control:
    """The program that leads the servers. Thread-safe."""

    def __init__(self, options, log):
        self.process = subprocess.Popen(["node", str(CONTROL), json.dumps(options)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=open(log, "wb"), text=True,
                                        env={**os.environ, "GATEHOUSE_BINARY": str(parts.PROGRAM)})
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        self.waiting = {}            # number of a command -> called with its error, or None
        self.started = queue.Queue()
        self.ended = queue.Queue()   # (part, status, its last words)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("event") == "ready":
                self.started.put(message["parts"])
            elif message.get("event") == "ended":
                self.ended.put((message["part"], message["status"], message["last"]))
            else:
                with self.lock:
                    done = self.waiting.pop(message["id"])
                done(message.get("error"))
        self.started.put(None)
        with self.lock:
            waiting, self.waiting = self.waiting, {}
        for done in waiting.values():
            done("the control program has ended")

    def send(self, what, part, done):
        number = next(self.numbers)
        with self.lock:
            self.waiting[number] = done
            self.process.stdin.write(json.dumps({"id": number, "do": what, "part": part}) + "\n")
            self.process.stdin.flush()

    def ask(self, what, part=None):
        """Waits until it is done."""
        answers = queue.Queue()
        self.send(what, part, answers.put)
        error = answers.get(timeout=COMMAND)
        if error:
            raise RuntimeError(f"{what} {part or ''}: {error}")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)


class RemotePart:
    """A server, or a Gatehouse process. `launch` does not wait: a node may come up only when others have."""

    def __init__(self, name, control, admin_port):
        self.name, self.control, self.admin_port = name, control, admin_port
        self.up = True
        self.starting = False

    def launch(self):
        self.starting = True
        self.control.send("start", self.name, self.launched)

    def launched(self, error):
        self.up, self.starting = error is None, False

    def kill(self):
        self.up = False
        self.control.ask("kill", self.name)

    def end(self):
        self.up = False
        self.control.ask("stop", self.name)

    def freeze(self):
        self.control.ask("freeze", self.name)

    def thaw(self):
        self.control.ask("thaw", self.name)

    def running(self):
        return self.up

    def ready(self):
        return self.up and (self.admin_port is None or parts.says_ready(self.admin_port))

    def tail(self):
        return ""


class Scale(Installation):
    """Two identity nodes and two gates; PostgreSQL with a replica that every commit waits for, PgBouncer, Redis."""

    weights = {"identity-1": 3, "identity-2": 3, "gate-1": 2, "gate-2": 2, "primary": 4, "replica": 2,
               "pgbouncer": 2, "redis": 3}
    bound = float(STALENESS)
    profile_bound = LONGEST + 4  # the replica that shows it may have been away for so long
    promotes = True

    def __init__(self, folder, **options):
        super().__init__()
        self.folder = folder
        self.options = {"synchronous": True, "settings": dict(load_settings()), **options}
        self.control = None
        self.again = {}  # part -> when to start it again
        if not self.options.get("pgbouncer", True):
            self.weights = {name: weight for name, weight in self.weights.items() if name != "pgbouncer"}
        if not self.options.get("redis", True):
            self.weights = {name: weight for name, weight in self.weights.items() if name != "redis"}

    def start(self):
        if self.control:
            return self.start_again()
        self.control = Control(self.options, self.folder / "control.log")
        found = self.control.started.get(timeout=START)
        if found is None:
            raise RuntimeError((self.folder / "control.log").read_text())
        for name, about in found.items():
            self.add(RemotePart(name, self.control, about.get("adminPort")))
            if name.startswith("identity-"):
                self.nodes[name] = about["port"]
                self.configuration = about["configuration"]
            elif name.startswith("gate-"):
                self.gates[name] = about["port"]
        self.wait_all_ready()

    def start_again(self):
        """Servers first; a node that is started too early is a matter of the faults before."""
        for part in self.parts.values():
            part.launch()
            if part.admin_port is None:
                self.wait_ready(part)
        self.supervise()  # forgets the ends that were meant
        self.down.clear()
        self.wait_all_ready()

    def wait_all_ready(self, timeout=60):
        deadline = time.monotonic() + timeout
        while not all(part.ready() for part in self.parts.values()):
            if time.monotonic() > deadline:
                late = [name for name, part in self.parts.items() if not part.ready()]
                raise RuntimeError(f"not ready within {timeout} s: {', '.join(late)}")
            self.supervise()
            time.sleep(0.05)

    def stop(self):
        if self.control:
            self.control.stop()

    def supervise(self):
        ended = []
        while not self.control.ended.empty():
            name, status, last = self.control.ended.get()
            if name in self.down or self.parts[name].starting:
                continue
            self.parts[name].up = False
            ended.append((name, f"{status}: {last[-1:]}"))
        for name, part in self.parts.items():
            if name not in self.down and not part.up and not part.starting:
                if time.monotonic() >= self.again.get(name, 0):
                    self.again[name] = time.monotonic() + 0.5
                    part.launch()
        return ended

    def promote(self):
        """The primary dies, and the replica takes its place."""
        self.down |= {"primary", "replica"}
        self.parts["primary"].kill()
        self.control.ask("failOver")
        self.parts["primary"].up = True

    def rejoin(self):
        """The former primary comes back as the replica."""
        self.control.ask("rejoin")
        self.supervise()
        self.parts["replica"].up = True
        self.down -= {"primary", "replica"}

    def take_over_late(self):
        """The primary dies while the replica is down: whatever was acknowledged meanwhile, the replica never heard."""
        self.down |= {"primary", "replica"}
        self.parts["primary"].kill()
        self.control.ask("start", "replica")
        self.control.ask("failOver")
        self.parts["primary"].up = True
        self.rejoin()

    def create_admin(self, name, password):
        parts.command_line(self.configuration, "account", "create", "--username", name,
                           "--email", f"{name}@example.org", "--role", "admin", stdin=password)
