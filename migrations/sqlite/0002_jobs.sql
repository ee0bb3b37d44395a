-- Priorities, unique keys, limits, schedules, and what went wrong with each attempt.
ALTER TABLE jobs ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal'
  CHECK (priority IN ('low', 'normal', 'high'));
ALTER TABLE jobs ADD COLUMN unique_key TEXT NOT NULL DEFAULT '';

DROP INDEX jobs_ready;
CREATE INDEX jobs_ready ON jobs (kind, priority, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (kind) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;
-- Of the jobs with one key, one at most is under way.
CREATE UNIQUE INDEX jobs_by_key ON jobs (workspace_id, kind, unique_key)
  WHERE unique_key <> '' AND state IN ('queued', 'running');
CREATE INDEX insight_runs_by_job ON insight_runs (job_id);

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
