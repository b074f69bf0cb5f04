-- Times are microseconds since 1970. Texts named `text` are JSON: a reader passes over members that
-- it does not know, and every member that was added later has a default.
CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- The store's time never goes back behind this.
  last_time INTEGER NOT NULL,
  -- While it is before `until`, QuickBooks is asked for what was made since `from`.
  look_first_from INTEGER,
  look_first_until INTEGER,
  -- In a backup: when it was taken.
  backup_at INTEGER
) STRICT;
INSERT INTO meta (one, last_time) VALUES (1, 0);

CREATE TABLE companies (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- 1: a claim should look at it. 0: not before `next`.
  ready INTEGER NOT NULL DEFAULT 0,
  next INTEGER,
  -- The turn in which a run of it was claimed last.
  served INTEGER NOT NULL DEFAULT 0,
  blocked_until INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  -- No lease of its running runs ends before this.
  lease_min INTEGER,
  -- How many of its runs stand how; changed in the commit that changes the run.
  queued INTEGER NOT NULL DEFAULT 0,
  running INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  ended INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX companies_ready ON companies (served, name) WHERE ready = 1;
CREATE INDEX companies_next ON companies (next) WHERE ready = 0 AND next IS NOT NULL;

CREATE TABLE sales (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  taken_by INTEGER REFERENCES runs (number),
  times INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What changes while a run is on its way; what does not change lies elsewhere, since a row is
-- written whole.
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  company INTEGER NOT NULL REFERENCES companies (id),
  sale INTEGER REFERENCES sales (id),
  digest BLOB NOT NULL,
  -- 0 queued, 1 running, 2 ended.
  phase INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  due INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  waits_for INTEGER REFERENCES runs (number),
  calls INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  cpu_exhausted INTEGER NOT NULL,
  host_deaths INTEGER NOT NULL,
  asking_since INTEGER,
  cancelled INTEGER NOT NULL,
  -- How it stood when its last attempt ended.
  status TEXT,
  -- JSON: generations by key, of the keys that have one above 0.
  generations TEXT
) STRICT;
CREATE INDEX runs_due ON runs (company, due) WHERE phase = 0 AND waits_for IS NULL;
CREATE INDEX runs_running ON runs (company) WHERE phase = 1;
CREATE INDEX runs_waiting ON runs (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX runs_of_sale ON runs (sale) WHERE phase < 2 AND sale IS NOT NULL;
CREATE INDEX runs_held ON runs (status) WHERE phase = 2 AND status = 'held';
CREATE INDEX runs_of_company ON runs (company);

CREATE TABLE enrollments (
  run INTEGER PRIMARY KEY REFERENCES runs (number),
  event TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX enrollments_event ON enrollments (event);
CREATE INDEX enrollments_object ON enrollments (object);

CREATE TABLE snapshots (run INTEGER PRIMARY KEY REFERENCES runs (number), text TEXT NOT NULL) STRICT;

-- How a run stood when its last attempt ended.
CREATE TABLE records (run INTEGER PRIMARY KEY REFERENCES runs (number), text TEXT NOT NULL) STRICT;

-- Large rows are only ever added behind the others: no page is split or written again for them.
CREATE TABLE calls (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (number),
  position INTEGER NOT NULL,
  verb TEXT NOT NULL,
  entity TEXT NOT NULL,
  key TEXT,
  text TEXT NOT NULL,
  request_id TEXT,
  intended_at INTEGER,
  -- Of a call that was recorded with its answer: one of these two.
  answer TEXT,
  fault TEXT,
  took_us INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX calls_of_run ON calls (run, position);

-- What came of a call that was recorded before it was sent.
CREATE TABLE answers (
  call INTEGER PRIMARY KEY REFERENCES calls (id),
  answer TEXT,
  fault TEXT,
  took_us INTEGER NOT NULL
) STRICT;

-- The id is the run's number, then 20 bits for the line: lines of a run lie beside each other.
CREATE TABLE timeline (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

-- What stands per sale. The id is made like that of a line.
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  sale INTEGER NOT NULL REFERENCES sales (id),
  text TEXT NOT NULL
) STRICT;
CREATE INDEX documents_of_sale ON documents (sale);

CREATE TABLE components (digest BLOB PRIMARY KEY, wasm BLOB NOT NULL) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (number),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  due INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  -- Empty when it was taken; why it was refused.
  settled TEXT,
  UNIQUE (run, kind)
) STRICT;
CREATE INDEX messages_due ON messages (due, run, kind) WHERE settled IS NULL;
