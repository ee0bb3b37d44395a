-- What has happened, for those who watch. Ids count up in the order of commits and are never used
-- again, so that a reader who names the last one it saw misses nothing.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_workspace ON events (workspace_id, id);

-- The highest id of each workspace that was deleted: who saw less than this has missed something.
CREATE TABLE event_floors (
  workspace_id TEXT PRIMARY KEY,
  purged_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many answers a survey had when that was last told.
CREATE TABLE announced_answers (
  survey_id TEXT PRIMARY KEY REFERENCES surveys (id),
  responses INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
