-- Calls to models: figures and names, no texts.

CREATE TABLE llm_calls (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  task TEXT NOT NULL,
  prompt_version TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  served_model TEXT NOT NULL,
  origin TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'lost')),
  reason TEXT NOT NULL,
  cached INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  quality TEXT NOT NULL CHECK (quality IN ('unknown', 'valid', 'repaired', 'failed')),
  statements INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  experiment TEXT NOT NULL,
  decision TEXT NOT NULL,
  cache_key TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX llm_calls_by_workspace ON llm_calls (workspace_id, started_at);
CREATE INDEX llm_calls_by_time ON llm_calls (started_at);
CREATE INDEX llm_calls_running ON llm_calls (started_at) WHERE state = 'running';
CREATE INDEX llm_calls_by_experiment ON llm_calls (experiment) WHERE experiment <> '';

-- What a workspace has spent or reserved in a UTC day or month.
CREATE TABLE llm_spend (
  workspace_id TEXT NOT NULL,
  span TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  money INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, span, starts_at)
) STRICT, WITHOUT ROWID;

-- What models did, by task and UTC day, over all workspaces.
CREATE TABLE llm_stats (
  task TEXT NOT NULL,
  model TEXT NOT NULL,
  day INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  estimated_input INTEGER NOT NULL,
  valid INTEGER NOT NULL,
  repaired INTEGER NOT NULL,
  invalid INTEGER NOT NULL,
  statements INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  PRIMARY KEY (task, model, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX llm_stats_by_day ON llm_stats (day);

-- Replies, as they came after redaction.
CREATE TABLE llm_cache (
  workspace_id TEXT NOT NULL,
  key TEXT NOT NULL,
  reply TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX llm_cache_by_age ON llm_cache (workspace_id, created_at);
CREATE INDEX llm_cache_by_time ON llm_cache (created_at);

-- Embeddings of the requests whose replies the semantic cache may give again.
CREATE TABLE llm_semantic (
  workspace_id TEXT NOT NULL,
  key TEXT NOT NULL,
  family TEXT NOT NULL,
  vector TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX llm_semantic_by_family ON llm_semantic (workspace_id, family, created_at);

-- How alike two requests were, in millionths, and whether their replies were the same.
CREATE TABLE llm_semantic_trials (
  workspace_id TEXT NOT NULL,
  task TEXT NOT NULL,
  similarity INTEGER NOT NULL,
  trials INTEGER NOT NULL,
  wrong INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, task, similarity)
) STRICT, WITHOUT ROWID;
