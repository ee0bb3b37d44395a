-- One chain of entries for each workspace; nothing updates or deletes them.
CREATE TABLE audit_entries (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  request_id TEXT NOT NULL,
  previous TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (workspace_id, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
BEGIN SELECT raise(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER audit_entries_are_fixed BEFORE UPDATE ON audit_entries
BEGIN SELECT raise(ABORT, 'audit entries are never changed'); END;
