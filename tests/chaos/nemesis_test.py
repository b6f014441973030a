import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from chaos.nemesis import Fault, Nemesis, schedule  # noqa: E402

WEIGHTS = {"node-1": 1, "node-2": 1, "database": 1}


class ScheduleTest(unittest.TestCase):
    def test_seed_decides_it(self):
        self.assertEqual(schedule(7, 600, WEIGHTS), schedule(7, 600, WEIGHTS))
        self.assertNotEqual(schedule(7, 600, WEIGHTS), schedule(8, 600, WEIGHTS))

    def test_longer_run_begins_like_a_shorter_one(self):
        short = schedule(7, 120, WEIGHTS)
        self.assertEqual(short, schedule(7, 600, WEIGHTS)[:len(short)])

    def test_one_target_has_one_fault_at_a_time(self):
        for seed in range(50):
            over = {}
            for fault in schedule(seed, 600, WEIGHTS):
                self.assertGreaterEqual(fault.at, over.get(fault.target, 0))
                over[fault.target] = fault.at + fault.seconds

    def test_each_target_meets_each_action(self):
        seen = {(fault.target, fault.action) for fault in schedule(1, 3600, WEIGHTS)}
        self.assertEqual({(target, action) for target in WEIGHTS for action in ("kill", "freeze", "end")}, seen)

    def test_replica_that_takes_over_is_left_alone_meanwhile(self):
        pair = {"primary": 1, "replica": 1, "node": 1}
        promoted = 0
        for seed in range(20):
            faults = [fault for fault in schedule(seed, 1800, pair, promotes=True) if fault.target != "node"]
            for one, following in zip(faults, faults[1:]):
                if {"promote", "orphan"} & {one.action, following.action}:
                    promoted += 1
                    self.assertGreaterEqual(following.at, one.at + one.seconds)
        self.assertGreater(promoted, 100)

    def test_all_is_over_before_the_end(self):
        for seed in range(50):
            self.assertLessEqual(max(fault.at + fault.seconds for fault in schedule(seed, 60, WEIGHTS)), 60)


class FakePart:
    def __init__(self):
        self.told = []

    def __getattr__(self, action):
        return lambda: self.told.append(action)


class FakeInstallation:
    def __init__(self):
        self.down, self.parts = set(), {"node": FakePart()}
        self.promote = self.rejoin = self.take_over_late = self.parts["node"].promote

    def supervise(self):
        return []


class FakeRecorder:
    """A second goes by at each look at the clock."""

    def __init__(self):
        self.time, self.faults = 0.0, []

    def now(self):
        self.time += 1
        return self.time

    def fault(self, **details):
        self.faults.append(details)


class NemesisTest(unittest.TestCase):
    def test_what_lasts_at_the_end_is_undone_and_nothing_else(self):
        installation = FakeInstallation()
        faults = [Fault(1, "node", "freeze", 1), Fault(10, "node", "end", 1e6)]
        nemesis = Nemesis(installation, FakeRecorder(), faults)
        nemesis.thread.start()
        while "end" not in installation.parts["node"].told:
            self.assertTrue(nemesis.thread.is_alive())
        nemesis.stop()
        self.assertEqual(["freeze", "thaw", "end", "launch"], installation.parts["node"].told)
        self.assertEqual(set(), installation.down)


if __name__ == "__main__":
    unittest.main()
