-- Keys take every role, may be narrowed to some permissions, and run out. The table is made anew
-- because the roles it lists have changed.
CREATE TABLE api_keys_with_scopes (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('guest', 'viewer', 'analyst', 'editor', 'admin', 'owner')),
  scopes TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO api_keys_with_scopes (id, workspace_id, name, hint, digest, role, scopes, created_at,
  expires_at, last_used_at, revoked_at)
  SELECT id, workspace_id, name, hint, digest, role, NULL, created_at, NULL, NULL, revoked_at
  FROM api_keys;
DROP TABLE api_keys;
ALTER TABLE api_keys_with_scopes RENAME TO api_keys;
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);

CREATE TABLE memberships (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('guest', 'viewer', 'analyst', 'editor', 'admin', 'owner')),
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_user ON memberships (user_id, workspace_id);
INSERT INTO memberships (workspace_id, user_id, role, joined_at)
  SELECT home_workspace_id, id, 'owner', created_at FROM users;

-- An invite is open while it is neither accepted nor revoked and has not run out.
CREATE TABLE invites (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('guest', 'viewer', 'analyst', 'editor', 'admin', 'owner')),
  digest TEXT NOT NULL UNIQUE,
  invited_by TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  accepted_by TEXT,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_by_workspace ON invites (workspace_id, id);

-- A role on one project or survey, for a user or a key.
CREATE TABLE grants (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT PRIMARY KEY,
  grantee TEXT NOT NULL CHECK (grantee IN ('user', 'key')),
  grantee_id TEXT NOT NULL,
  object TEXT NOT NULL CHECK (object IN ('project', 'survey')),
  object_id TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'editor')),
  created_at INTEGER NOT NULL,
  UNIQUE (workspace_id, grantee_id, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_workspace ON grants (workspace_id, id);
