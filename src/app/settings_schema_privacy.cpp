#include "app/settings_schema_privacy.hpp"

namespace gatehouse::app {

void add_privacy(config::Schema& s, PrivacySettings& m) {
  using std::chrono::seconds;
  constexpr std::chrono::hours kDay{24};
  s.duration("privacy.deletion_grace", m.deletion_grace, seconds(0), 90 * kDay,
             "A member who deletes their account may cancel it for so long; then it is erased.");
  s.duration("privacy.keep_ended_sessions", m.keep_ended_sessions, seconds(0), 3650 * kDay,
             "Sessions that have ended are shown in a member's data for so long; then they are removed.");
  s.duration("privacy.keep_known_devices", m.keep_known_devices, kDay, 3650 * kDay,
             "A browser and network that an account was not used from for so long is forgotten; the next sign-in from "
             "there is told to the owner.");
  s.duration("privacy.keep_dead_jobs", m.keep_dead_jobs, seconds(0), 3650 * kDay,
             "Letters and webhook messages that were given up can be sent again for so long.");
  s.duration("privacy.keep_errors", m.keep_errors, seconds(0), 3650 * kDay,
             "Answers 5xx can be looked up by their error_id for so long; the newest 10,000 at most.");
  s.duration("privacy.keep_letters", m.keep_letters, seconds(0), 3650 * kDay,
             "Letters in the data folder, where no mail server is configured, are removed after so long.");
  s.duration("privacy.keep_erased_ids", m.keep_erased_ids, kDay, 36500 * kDay,
             "The ids of erased accounts are listed for so long, so that a restore erases them again: longer than "
             "backups are kept.");
}

}  // namespace gatehouse::app
