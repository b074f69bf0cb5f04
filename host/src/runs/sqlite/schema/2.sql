-- A sale is named by its object alone; which kind of document a run makes stands beside its
-- enrollment. An old key is that name, a slash, and the kind.
ALTER TABLE enrollments ADD COLUMN sale_kind TEXT;
ALTER TABLE enrollments ADD COLUMN reference TEXT;

CREATE TABLE old_names (
  sale INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL
) STRICT;
INSERT INTO old_names (sale, key, kind)
  SELECT id, substr(key, 1, length(object) - 1), substr(key, length(object) + 1)
  -- What is left when everything behind the last slash is cut off.
  FROM (SELECT id, key, rtrim(key, replace(key, '/', '')) AS object FROM sales);
CREATE INDEX old_names_key ON old_names (key);

UPDATE enrollments SET sale_kind = (
  SELECT old_names.kind FROM runs JOIN old_names ON old_names.sale = runs.sale WHERE runs.number = enrollments.run);

-- Sales that are one family have one lock: the root's.
CREATE TABLE families (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  -- Of what was joined to another: the family's root.
  root INTEGER REFERENCES sales (id),
  taken_by INTEGER REFERENCES runs (number),
  -- How often the lock was taken or given back, or the family grew.
  times INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Runs of several kinds may be under way for one object: the first of them holds the lock.
INSERT INTO families (id, key, taken_by, times)
  SELECT min(sales.id), old_names.key, min(live.number), sum(sales.times)
  FROM old_names JOIN sales ON sales.id = old_names.sale
  LEFT JOIN runs AS live ON live.number = sales.taken_by AND live.phase < 2
  GROUP BY old_names.key;

UPDATE runs SET sale = (
  SELECT families.id FROM old_names JOIN families ON families.key = old_names.key WHERE old_names.sale = runs.sale)
  WHERE sale IS NOT NULL;
UPDATE documents SET sale = (
  SELECT families.id FROM old_names JOIN families ON families.key = old_names.key
  WHERE old_names.sale = documents.sale);

DROP TABLE old_names;
DROP TABLE sales;
ALTER TABLE families RENAME TO sales;
CREATE INDEX sales_of_root ON sales (root) WHERE root IS NOT NULL;
