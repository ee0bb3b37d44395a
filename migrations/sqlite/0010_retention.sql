-- How many days things are kept; NULL says nothing. The row without a survey is the workspace's.
CREATE TABLE retention_policies (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  survey_id TEXT NOT NULL,
  response_days INTEGER,
  insight_days INTEGER,
  event_days INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, survey_id)
) STRICT, WITHOUT ROWID;

-- What was erased, on request or by a policy: counts and digests, never what was erased.
CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  job_id TEXT NOT NULL UNIQUE,
  cause TEXT NOT NULL CHECK (cause IN ('request', 'policy')),
  subject TEXT NOT NULL CHECK (subject IN ('responses', 'respondent', 'person', 'age')),
  subject_digest TEXT NOT NULL,
  survey_id TEXT,
  requested_by TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('removing', 'scrubbing', 'completed')),
  removed TEXT NOT NULL,
  mentioned TEXT NOT NULL,
  oldest_at INTEGER,
  copies_taken INTEGER NOT NULL,
  removed_at INTEGER,
  completed_at INTEGER,
  audit_number INTEGER,
  audit_digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_by_workspace ON erasures (workspace_id, id);

CREATE INDEX idempotency_keys_by_response ON idempotency_keys (response_id);
