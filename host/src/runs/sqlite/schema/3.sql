-- The settings of connections. `version` counts the changes of a document, from 1.
CREATE TABLE settings (
  portal TEXT NOT NULL,
  company TEXT NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (portal, company)
) STRICT, WITHOUT ROWID;
