-- Jobs of one lane are done one at a time and hold up no other lane: one for each endpoint, one for each place that is
-- alerted (docs/adr/0058). What an older version adds meanwhile is of the lane without a name.
ALTER TABLE job ADD COLUMN lane TEXT NOT NULL DEFAULT '';
UPDATE job SET lane = kind WHERE queue = 'alert';
