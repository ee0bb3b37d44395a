-- What an attempt of a job has finished and need not be done again. Gone when the job is completed.
CREATE TABLE job_checkpoints (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  document TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (job_id, step)
) STRICT, WITHOUT ROWID;

-- What a job is to work on, where an id is not enough.
CREATE TABLE job_inputs (
  job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What came out of a completed job.
CREATE TABLE job_results (
  job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  engine TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
