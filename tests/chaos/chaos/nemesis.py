"""What goes wrong and when: a schedule that a seed decides alone, and the hand that carries it out."""
import random
import threading
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Fault:
    at: float       # seconds since the start of the load
    target: str
    action: str     # kill: SIGKILL, end: SIGTERM, started again later. freeze: SIGSTOP, SIGCONT later.
                    # promote: the primary is killed, the replica takes its place; later it comes back as a replica.
                    # orphan: the replica is killed; later the primary is, and the replica, which knows nothing of what
                    # was written in between, takes its place
    seconds: float  # until it is over

    def describe(self):
        return f"{self.at:8.2f}  {self.action:<7} {self.target:<12} for {self.seconds:.2f} s"


ACTIONS = {"kill": 5, "freeze": 3, "end": 1}
LONGEST = 6.0   # seconds: longer than gates may be without news, so that they have to say so
CALM = 4.0      # seconds on average between two faults: a history of outages alone shows nothing


REJOINING = 10.0  # seconds until a new replica has its copy


def schedule(seed, seconds, weights, promotes=False):
    """Faults of random targets. Some come while another lasts; two of one target never do. `promotes`: the targets
    primary and replica are a pair."""
    chance = random.Random(f"faults {seed}")
    faults, at, free = [], 2.0, {}
    while True:
        at += chance.uniform(0.25, 2) * CALM if chance.random() < 0.8 else chance.uniform(0, 1)
        target = chance.choices(list(weights), list(weights.values()))[0]
        action = chance.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        lasts = round(chance.choice((chance.uniform(0, 0.3), chance.uniform(0.3, LONGEST))), 2)
        concerned, rest = [target], 1.5
        if promotes and target == "primary" and action == "kill" and chance.random() < 0.3:
            action, concerned, rest = "promote", ["primary", "replica"], REJOINING
        if promotes and target == "replica" and action == "kill" and chance.random() < 0.5:
            action, concerned, rest = "orphan", ["primary", "replica"], REJOINING
        at = round(max([at, *(free.get(name, 0) for name in concerned)]), 2)
        if at + lasts + rest > seconds:
            return faults
        faults.append(Fault(at, target, action, lasts))
        free.update({name: at + lasts + rest for name in concerned})
        if chance.random() < 0.75:  # otherwise the next one may come while this one lasts
            at += lasts


class Nemesis:
    """Carries a schedule out on a thread of its own, and keeps running what ends by itself."""

    def __init__(self, installation, recorder, faults):
        self.installation, self.recorder = installation, recorder
        self.todo = sorted([(fault.at, 0, fault) for fault in faults] +
                           [(fault.at + fault.seconds, 1, fault) for fault in faults], key=lambda item: item[:2])
        self.lasting = []
        self.stop_event = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            began = self.recorder.now()
            for at, is_over, fault in self.todo:
                while (left := began + at - self.recorder.now()) > 0:
                    if self.stop_event.wait(min(left, 0.25)):
                        return
                    self.supervise()
                (self.undo if is_over else self.do)(fault)
        except Exception as failure:  # of this program: the run says so instead of going on without faults
            self.failure = failure
            self.stop_event.set()

    def supervise(self):
        for name, how in self.installation.supervise():
            self.recorder.fault(target=name, action="ended by itself", how=how)

    def do(self, fault):
        part = self.installation.parts[fault.target]
        self.installation.down.add(fault.target)
        self.recorder.fault(**{key: value for key, value in asdict(fault).items() if key != "at"})
        {"freeze": part.freeze, "kill": part.kill, "end": part.end, "promote": self.installation.promote,
         "orphan": part.kill}[fault.action]()
        self.supervise()  # hears of the end that was meant while it is
        self.lasting.append(fault)

    def undo(self, fault):
        part = self.installation.parts[fault.target]
        {"freeze": part.thaw, "kill": part.launch, "end": part.launch, "promote": self.installation.rejoin,
         "orphan": self.installation.take_over_late}[fault.action]()
        self.lasting.remove(fault)
        self.installation.down.discard(fault.target)
        self.recorder.fault(target=fault.target, action=f"{fault.action} is over")

    def start(self):
        self.thread.start()

    def stop(self):
        """Nothing is broken afterwards, though perhaps not ready yet."""
        self.stop_event.set()
        self.thread.join()
        for fault in list(self.lasting):
            self.undo(fault)
