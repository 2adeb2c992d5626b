-- A store as the first vqagen made it, with three items and three calls.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path BLOB PRIMARY KEY, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE items (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, place INTEGER NOT NULL, state INTEGER NOT NULL, round INTEGER NOT NULL, kind TEXT, fingerprint BLOB NOT NULL);
CREATE TABLE lines (number INTEGER PRIMARY KEY, line TEXT NOT NULL);
CREATE TABLE calls (item INTEGER NOT NULL, key BLOB NOT NULL, step INTEGER NOT NULL, try INTEGER NOT NULL, repeat INTEGER NOT NULL, round INTEGER NOT NULL, replied INTEGER NOT NULL, http_status INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, attempts INTEGER NOT NULL, latency_ms REAL NOT NULL, when_ms INTEGER NOT NULL, finish TEXT, model TEXT, kind TEXT, endpoint TEXT, message TEXT, text TEXT, reasoning TEXT, PRIMARY KEY (item, key)) WITHOUT ROWID;
CREATE TABLE totals (calls INTEGER, requests INTEGER, replies INTEGER, faults INTEGER, input_tokens INTEGER, cached_tokens INTEGER, output_tokens INTEGER, reasoning_tokens INTEGER);
INSERT INTO totals VALUES (0, 0, 0, 0, 0, 0, 0, 0);

INSERT INTO items VALUES (1, 'a', 0, 1, 0, NULL, zeroblob(32));
INSERT INTO items VALUES (2, 'b', 1, 2, 0, 'blank_answer', zeroblob(32));
INSERT INTO items VALUES (3, 'c', 2, 0, 0, NULL, zeroblob(32));
INSERT INTO lines VALUES (1, '{"id":"a","topic":"counting"}');
INSERT INTO lines VALUES (2, '{"id":"b","topic":null}');
INSERT INTO calls VALUES (1, x'01', 1, 1, 0, 0, 1, 200, 100, -1, 10, -1, 1, 250.0, 60000, 'stop', 'm', NULL, 'local', NULL, 'seven', NULL);
INSERT INTO calls VALUES (2, x'02', 1, 1, 0, 0, 1, 200, 50, -1, 5, -1, 2, 1000.0, 119999, 'stop', 'm', NULL, 'local', NULL, '', NULL);
INSERT INTO calls VALUES (2, x'03', 2, 1, 0, 0, 0, 503, -1, -1, -1, -1, 9, 3.0, 120000, NULL, NULL, 'server_error', 'local', 'HTTP 503', NULL, NULL);
UPDATE totals SET calls = 3, requests = 12, replies = 2, faults = 1, input_tokens = 150, output_tokens = 15;
PRAGMA application_id = 1448165703;
PRAGMA user_version = 1;
