-- Ids are UUIDv7 text, times integer UTC milliseconds, enums slugs, documents JSON text.

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);

CREATE TABLE projects (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX projects_by_workspace ON projects (workspace_id, id);

CREATE TABLE surveys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id),
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'closed', 'archived')),
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  revision INTEGER NOT NULL,
  published_version INTEGER NOT NULL,
  opens_at INTEGER,
  closes_at INTEGER,
  response_limit INTEGER CHECK (response_limit > 0),
  questionnaire TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX surveys_by_workspace ON surveys (workspace_id, id);

-- Kept apart from surveys so that taking an answer rewrites a few bytes, not the questionnaire.
CREATE TABLE survey_counters (
  survey_id TEXT PRIMARY KEY REFERENCES surveys (id),
  responses INTEGER NOT NULL,
  changes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE survey_versions (
  survey_id TEXT NOT NULL REFERENCES surveys (id),
  number INTEGER NOT NULL,
  published_at INTEGER NOT NULL,
  digest TEXT NOT NULL,
  questionnaire TEXT NOT NULL,
  PRIMARY KEY (survey_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE responses (
  sequence INTEGER PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  survey_id TEXT NOT NULL REFERENCES surveys (id),
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  submitted_at INTEGER NOT NULL,
  language TEXT NOT NULL,
  answers TEXT NOT NULL,
  other TEXT NOT NULL,
  hidden TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX responses_by_survey ON responses (survey_id, sequence);

-- A retry with the same key is answered with what the first try stored.
CREATE TABLE idempotency_keys (
  survey_id TEXT NOT NULL REFERENCES surveys (id),
  key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  response_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (survey_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
  unique_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  attempt INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  lease TEXT NOT NULL,
  leased_until INTEGER,
  cancel_requested INTEGER NOT NULL,
  stage TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_ready ON jobs (kind, priority, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (kind) WHERE state = 'running';
CREATE INDEX jobs_leased ON jobs (leased_until) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_workspace ON jobs (workspace_id, id);
-- Of the jobs with one key, one at most is under way.
CREATE UNIQUE INDEX jobs_by_key ON jobs (workspace_id, kind, unique_key)
  WHERE unique_key <> '' AND state IN ('queued', 'running');

CREATE TABLE job_failures (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (job_id, attempt)
) STRICT, WITHOUT ROWID;

-- What all workers together may do with the jobs of a kind; 0 is no limit.
CREATE TABLE job_limits (
  kind TEXT PRIMARY KEY,
  concurrency INTEGER NOT NULL,
  per_minute INTEGER NOT NULL,
  next_start INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job_schedules (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  cron TEXT NOT NULL,
  next_at INTEGER NOT NULL,
  last_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (workspace_id, kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_schedules_due ON job_schedules (next_at);

CREATE TABLE insight_runs (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT PRIMARY KEY,
  survey_id TEXT NOT NULL REFERENCES surveys (id),
  job_id TEXT NOT NULL REFERENCES jobs (id),
  cache_key TEXT NOT NULL,
  settings TEXT NOT NULL,
  survey_version INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  findings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX insight_runs_by_survey ON insight_runs (workspace_id, survey_id, id);
CREATE INDEX insight_runs_by_job ON insight_runs (job_id);
-- Identical requests join one run while it is under way or done.
CREATE UNIQUE INDEX insight_runs_by_key ON insight_runs (survey_id, cache_key) WHERE cache_key <> '';
