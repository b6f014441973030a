-- What each process has done in a quarter of an hour: what administrators see charts of (docs/adr/0054).
CREATE TABLE activity (
  id        BLOB    PRIMARY KEY,  -- random: one for each process and quarter
  slot_at   INTEGER NOT NULL,     -- when the quarter began
  signed_in INTEGER NOT NULL,
  failed    INTEGER NOT NULL,
  blocked   INTEGER NOT NULL,     -- addresses
  latency   TEXT    NOT NULL      -- answers by the time they took, as identity/overview/activity.hpp has it
) WITHOUT ROWID;
CREATE INDEX activity_by_slot ON activity (slot_at);
