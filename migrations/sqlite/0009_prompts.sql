-- What a workspace tells models instead of the library. Rows are only added; the newest is in force,
-- and an empty text means the library's.
CREATE TABLE prompts (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name, number)
) STRICT, WITHOUT ROWID;
