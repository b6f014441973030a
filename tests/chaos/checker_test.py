"""Histories that break a promise, each beside a legal one that looks much like it."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from chaos.checker import check  # noqa: E402
from chaos.hand_made import Story, unknown  # noqa: E402
from chaos.history import NOTHING, OK, REFUSED, UNKNOWN  # noqa: E402
from chaos.model import Promises  # noqa: E402

UNKNOWN_WHEN = (9, 10)
PROMISES = Promises(bound=2.0, profile_bound=5.0, grace=10.0, leeway=5.0, settle=40.0, slack=0.05)


def signed_in(**fields):
    story = Story()
    story.register(0)
    story.sign_in(1, **fields)
    return story


class CheckerTest(unittest.TestCase):
    def holds(self, story, promises=PROMISES):
        violations, undecided = check(story.history(), promises)
        self.assertEqual([], undecided)
        self.assertEqual([], [violation.describe() for violation in violations])

    def breaks(self, story, at, rule, promises=PROMISES):
        violations, _ = check(story.history(), promises)
        self.assertEqual(1, len(violations), [violation.describe() for violation in violations])
        self.assertIs(at, violations[0].at)
        self.assertIn(rule, violations[0].rule)
        self.assertIn(at, violations[0].history)


class Lost(CheckerTest):
    def test_registered_account_that_cannot_sign_in(self):
        story = Story()
        story.register(0)
        self.breaks(story, story.sign_in(1, outcome=REFUSED), "lost")

    def test_registration_in_doubt_may_be_there_or_not(self):
        for outcome in (OK, REFUSED):
            story = Story()
            story.register(**unknown(0))
            story.sign_in(2, outcome=outcome)
            self.holds(story)

    def test_registration_in_doubt_that_was_seen_stays(self):
        story = Story()
        story.register(**unknown(0))
        story.sign_in(2)
        self.breaks(story, story.sign_in(3, "t", outcome=REFUSED), "lost")

    def test_changed_password_that_is_not_in_force(self):
        story = signed_in()
        story.change_password(2, "p1", "p2")
        self.breaks(story, story.sign_in(3, "t", password="p2", outcome=REFUSED), "lost")

    def test_replaced_password_that_is_accepted(self):
        story = signed_in()
        story.change_password(2, "p1", "p2")
        self.breaks(story, story.sign_in(3, "t", password="p1"), "contradicts")

    def test_password_change_in_doubt_leaves_one_of_the_two(self):
        for right, wrong in (("p1", "p2"), ("p2", "p1")):
            story = signed_in()
            story.change_password(**unknown(2), old="p1", new="p2")
            story.sign_in(4, "t", password=wrong, outcome=REFUSED)
            story.sign_in(5, "u", password=right)
            self.holds(story)

    def test_password_change_in_doubt_leaves_not_both(self):
        story = signed_in()
        story.change_password(**unknown(2), old="p1", new="p2")
        story.sign_in(4, "t", password="p2")
        self.breaks(story, story.sign_in(5, "u", password="p1"), "contradicts")

    def test_sign_out_that_takes_effect_an_hour_later(self):
        story = signed_in()
        story.sign_out(**unknown(2))
        story.check(50)
        self.breaks(story, story.check(3600, outcome=REFUSED), "a gate said no")

    def test_password_change_that_takes_effect_late(self):
        story = signed_in()
        story.change_password(**unknown(2), old="p1", new="p2")
        story.sign_in(4, "t", password="p1")
        story.sign_in(20, "u", password="p2")
        self.holds(story)

    def test_password_change_in_doubt_that_is_seen_an_hour_later(self):
        story = signed_in()
        story.change_password(**unknown(2), old="p1", new="p2")
        story.sign_in(3600, "u", password="p2")
        self.holds(story)

    def test_password_change_that_takes_effect_an_hour_later(self):
        story = signed_in()
        story.change_password(**unknown(2), old="p1", new="p2")
        story.sign_in(50, "t", password="p1")
        self.breaks(story, story.sign_in(3600, "u", password="p2"), "contradicts")

    def test_rotation_that_was_forgotten(self):
        story = signed_in()
        story.refresh(2, 0)
        self.breaks(story, story.refresh(3, 1, outcome=REFUSED), "lost")

    def test_many_operations_in_doubt_are_decided(self):
        story = signed_in()
        for i in range(8):
            story.sign_in(1.5, f"s{i}")
        for i in range(8):
            for repeated in range(5):
                story.refresh(**unknown(2 + repeated), presented=0, sid=f"s{i}")
            story.sign_out(**unknown(8), sid=f"s{i}")
        story.administer("set_roles", UNKNOWN_WHEN, UNKNOWN, roles="admin")
        story.administer("end_all", UNKNOWN_WHEN, UNKNOWN)
        for i in range(8):
            ended = i % 2
            story.check(60 + i, f"s{i}", outcome=REFUSED if ended else OK)
        self.holds(story)
        self.breaks(story, story.check(90, "s0", outcome=REFUSED), "a gate said no")

    def test_rotation_in_doubt_is_repeated(self):
        for happened in (True, False):
            story = signed_in()
            story.refresh(**unknown(2), presented=0)
            story.refresh(4 if happened else 40, 0)
            story.refresh(41, 1)
            self.holds(story)

    def test_roles_that_fell_back(self):
        story = signed_in()
        story.administer("set_roles", 2, roles="admin")
        story.refresh(3, 0, epoch=2, roles="admin")
        self.breaks(story, story.refresh(4, 1, epoch=2, roles="member"), "contradicts")

    def test_disabled_account_that_signs_in(self):
        story = signed_in()
        story.administer("disable", 2)
        self.breaks(story, story.sign_in(3, "t", epoch=2), "contradicts")

    def test_enabled_account_signs_in(self):
        story = signed_in()
        story.administer("disable", 2)
        story.sign_in(3, outcome=REFUSED)
        story.administer("enable", 4)
        story.sign_in(5, "t", epoch=3)
        self.holds(story)

    def test_administrator_who_is_refused(self):
        story = signed_in()
        self.breaks(story, story.administer("disable", 2, REFUSED), "lost")


class Doubled(CheckerTest):
    def test_two_accounts_of_one_name(self):
        story = Story()
        story.register((0, 1), account="a")
        self.breaks(story, story.register((0.5, 1.5), account="b", password="p2"), "one name")

    def test_one_of_two_rivals_wins(self):
        story = Story()
        story.register((0, 1), outcome=REFUSED)
        story.register((0.5, 1.5), password="p2")
        story.sign_in(2, password="p2")
        self.holds(story)

    def test_name_that_is_taken_by_nobody(self):
        story = Story()
        self.breaks(story, story.register(0, outcome=REFUSED), "lost")

    def test_two_successors_of_one_counter(self):
        story = signed_in()
        story.refresh((2, 3), 0, token="one")
        self.breaks(story, story.refresh((2, 3), 0, token="another"), "two different refresh tokens")

    def test_same_successor_within_grace(self):
        story = signed_in()
        story.refresh((2, 3), 0)
        story.refresh((2, 3), 0)
        story.refresh(12, 0)
        self.holds(story)

    def test_successor_after_grace(self):
        story = signed_in()
        story.refresh((2, 3), 0)
        self.breaks(story, story.refresh(13.2, 0), "contradicts")

    def test_successor_of_a_token_two_rotations_old(self):
        story = signed_in()
        story.refresh(2, 0)
        story.refresh(3, 1)
        self.breaks(story, story.refresh(4, 0), "contradicts")

    def test_successor_that_skips_a_counter(self):
        story = signed_in()
        self.breaks(story, story.refresh(2, 0, counter=2), "contradicts")

    def test_reuse_ends_the_session(self):
        story = signed_in()
        story.refresh(2, 0)
        story.refresh(3, 1)
        story.refresh(4, 0, outcome=REFUSED)
        story.refresh(5, 2, outcome=REFUSED)
        story.check(6, outcome=REFUSED)
        self.holds(story)

    def test_reuse_that_leaves_the_session_alive(self):
        story = signed_in()
        story.refresh(2, 0)
        story.refresh(3, 1)
        story.refresh(4, 0, outcome=REFUSED)
        self.breaks(story, story.refresh(5, 2), "contradicts")

    def test_retry_within_grace_that_is_taken_for_reuse(self):
        story = signed_in()
        story.refresh(2, 0)
        self.breaks(story, story.refresh(4, 0, outcome=REFUSED), "lost")

    def test_two_sign_ins_that_share_a_session(self):
        story = signed_in()
        again = story.sign_in(2)
        violations, _ = check(story.history(), PROMISES)
        self.assertIn("two sign-ins got one session", [violation.rule for violation in violations])
        self.assertTrue(all(violation.at is again for violation in violations))

    def test_two_changes_of_one_password(self):
        story = signed_in()
        story.sign_in(2, "t")
        story.change_password((3, 4), "p1", "p2")
        self.breaks(story, story.change_password((3, 4.1), "p1", "p3", sid="t"), "contradicts")


class Resurrected(CheckerTest):
    def test_gate_that_lets_an_ended_session_pass(self):
        story = signed_in()
        story.sign_out(2)
        self.breaks(story, story.check(4.2), "a gate let something pass")

    def test_gate_that_has_not_heard_yet(self):
        story = signed_in()
        story.sign_out(2)
        story.check(4.0)
        self.holds(story)
        story.check(4.5, outcome=UNKNOWN)  # that it can't say is allowed at any time
        story.check(5, outcome=REFUSED)
        self.holds(story)

    def test_no_patience_where_none_is_promised(self):
        story = signed_in()
        story.sign_out(2)
        self.breaks(story, story.check(2.2), "a gate let something pass", Promises(bound=0, grace=10))

    def test_gate_that_forgets_after_it_knew(self):
        story = signed_in()
        story.sign_out(2)
        story.check(3, outcome=REFUSED)
        self.breaks(story, story.check(900), "a gate let something pass")

    def test_sign_out_in_doubt_may_have_happened_or_not(self):
        for outcome in (OK, REFUSED):
            story = signed_in()
            story.sign_out(**unknown(2))
            story.check(8, outcome=outcome)
            story.refresh(9, 0, outcome=outcome)
            self.holds(story)

    def test_sign_out_in_doubt_that_was_seen_stays(self):
        story = signed_in()
        story.sign_out(**unknown(2))
        story.check(3, outcome=REFUSED)
        self.breaks(story, story.refresh(9, 0), "contradicts")

    def test_gate_that_refuses_a_live_token(self):
        story = signed_in()
        self.breaks(story, story.check(2, outcome=REFUSED), "a gate said no to a live token")

    def test_gate_may_refuse_before_the_sign_out_is_answered(self):
        story = signed_in()
        story.check((2.1, 2.2), outcome=REFUSED)
        story.sign_out((2, 3))
        self.holds(story)

    def test_gate_that_refuses_before_the_sign_out_is_asked_for(self):
        story = signed_in()
        early = story.check((2.1, 2.2), outcome=REFUSED)
        story.sign_out((2.3, 3))
        self.breaks(story, early, "a gate said no to a live token")

    def test_expired_token_may_be_refused(self):
        story = signed_in()
        story.check(100, outcome=REFUSED, expires=101)
        self.holds(story)

    def test_expired_token_that_passes(self):
        story = signed_in()
        self.breaks(story, story.check(107, expires=101), "expired")

    def test_token_with_roles_that_were_taken_away(self):
        story = signed_in()
        story.administer("set_roles", 2, roles="none")
        self.breaks(story, story.check(5), "a gate let something pass")

    def test_token_with_roles_that_were_taken_away_is_refused(self):
        story = signed_in()
        story.administer("set_roles", 2, roles="none")
        story.check(3, outcome=REFUSED)
        story.refresh(4, 0, epoch=2, roles="none")
        story.check(5, epoch=2)
        self.holds(story)

    def test_session_that_survives_a_password_change(self):
        story = signed_in()
        story.sign_in(2, "t")
        story.change_password(3, "p1", "p2", sid="t")
        self.breaks(story, story.refresh(4, 0), "contradicts")

    def test_refresh_that_outlives_a_sign_out_on_another_node(self):
        story = signed_in()
        story.refresh((2, 3), 0)
        story.sign_out((2, 3))
        self.holds(story)
        self.breaks(story, story.check(6), "a gate let something pass")

    def test_session_that_others_ended(self):
        story = signed_in()
        story.sign_in(2, "t")
        story.end_others(3, sid="t")
        self.breaks(story, story.refresh(4, 0), "contradicts")

    def test_session_that_its_owner_ended(self):
        story = signed_in()
        story.sign_in(2, "t")
        story.end_one(3, target="t")
        story.end_one(4, target="t", outcome=REFUSED)
        self.breaks(story, story.check(6, "t"), "a gate let something pass")

    def test_session_that_an_administrator_ended(self):
        story = signed_in()
        story.administer("end_all", 2)
        self.breaks(story, story.check(6), "a gate let something pass")

    def test_node_that_obeys_an_ended_session(self):
        story = signed_in()
        story.sign_in(2, "t")
        story.sign_out(3)
        self.breaks(story, story.end_others(6), "a node obeyed")

    def test_what_was_never_sent_does_not_count(self):
        story = signed_in()
        story.sign_out(2, outcome=NOTHING)
        self.holds(story)
        self.breaks(story, story.check(3, outcome=REFUSED), "a gate said no to a live token")


class Shown(CheckerTest):
    def test_profile_that_was_changed_long_ago(self):
        story = signed_in()
        story.rename(2, "Ada")
        story.profile(6, "")
        self.holds(story)
        self.breaks(story, story.profile(8, ""), "a profile was shown")

    def test_profile_that_never_was(self):
        story = signed_in()
        self.breaks(story, story.profile(2, "Grace"), "a profile was shown")

    def test_profile_that_falls_back(self):
        story = signed_in()
        story.rename(2, "Ada")
        story.profile(3, "Ada")
        story.profile(4, "")  # another node, whose replica is behind
        self.holds(story)

    def test_profile_with_a_new_name_and_older_roles(self):
        story = signed_in()
        story.administer("set_roles", 2, roles="admin")
        story.refresh(3, 0, epoch=2, roles="admin")
        story.rename(4, "Ada", epoch=2)
        self.breaks(story, story.profile(5, "Ada", epoch=2, roles="member"), "a profile was shown")

    def test_change_in_doubt_may_be_shown_or_not(self):
        for shown in ("", "Ada"):
            story = signed_in()
            story.rename(**unknown(2), display="Ada")
            story.profile(20, shown)
            self.holds(story)

    def test_profile_that_is_refused_to_the_living(self):
        story = signed_in()
        self.breaks(story, story.profile(2, outcome=REFUSED), "lost")

    def test_change_by_an_ended_session(self):
        story = signed_in()
        story.sign_out(2)
        story.rename(3, "Ada", outcome=REFUSED)
        self.holds(story)
        self.breaks(story, story.rename(4, "Ada"), "contradicts")


class Shortest(CheckerTest):
    def test_what_has_nothing_to_do_with_it_is_left_out(self):
        story = signed_in()
        for i in range(10):
            story.check(1.2 + i / 100)
            story.sign_in(2 + i, f"other{i}")
            story.refresh(3 + i, 0, f"other{i}")
        story.sign_out(15)
        late = story.check(18)
        violations, _ = check(story.history(), PROMISES)
        self.assertEqual(["register", "sign_in", "sign_out", "check"], [o.what for o in violations[0].history])
        self.assertIs(late, violations[0].history[-1])

    def test_answers_that_never_are_right(self):
        story = signed_in()
        story.operations[-1].fields["wrong"] = "sign_in was answered 500"
        self.breaks(story, story.operations[-1], "500")


if __name__ == "__main__":
    unittest.main()
