-- Instants are milliseconds UTC, days are '2021-01-25', enumerations are their words. What may leave this server
-- carries a UUID. A shown list keeps its order in a column of its own: protocol order is not alphabetical.

CREATE TABLE units(
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  parent INTEGER REFERENCES units(id),
  tier TEXT NOT NULL CHECK (tier IN ('government', 'ministry', 'province', 'department', 'district', 'commune')),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  code TEXT NOT NULL,  -- the statistics office's; not a key, it means another unit after each reform
  valid_from TEXT,
  valid_to TEXT,
  sort_order INTEGER NOT NULL,
  CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to)
) STRICT;
CREATE INDEX units_by_parent ON units(parent, sort_order);

CREATE TABLE sites(
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  unit INTEGER NOT NULL REFERENCES units(id),
  number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 1 AND 9999),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  room TEXT NOT NULL,
  contact TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX sites_by_unit ON sites(unit);

CREATE TABLE accounts(
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  role TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'clerk', 'chair', 'official')),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE log_ins(
  token_hash TEXT PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  logged_in_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX log_ins_by_account ON log_ins(account);

CREATE TABLE meetings(
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  mode TEXT NOT NULL CHECK (mode IN ('host', 'guest')),
  kind TEXT NOT NULL CHECK (kind IN ('briefing', 'problem_solving', 'consultation', 'coordination', 'professional',
                                     'thematic', 'review', 'training')),
  state TEXT NOT NULL CHECK (state IN ('planned', 'live', 'ended', 'cancelled', 'postponed')),
  state_reason TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 1,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
  organizer TEXT NOT NULL,
  chair TEXT NOT NULL,
  place TEXT NOT NULL,
  invitation TEXT NOT NULL,
  notes TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  opened_at INTEGER,
  ended_at INTEGER,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX meetings_by_start ON meetings(starts_at);
CREATE INDEX meetings_live ON meetings(id) WHERE state = 'live';

-- Events of a session name agenda items and documents by id: an id is never given out twice.
CREATE TABLE agenda_items(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting INTEGER NOT NULL REFERENCES meetings(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
  planned_at INTEGER,
  speaker INTEGER REFERENCES sites(id)
) STRICT;
CREATE INDEX agenda_items_by_meeting ON agenda_items(meeting, position);
CREATE INDEX agenda_items_by_speaker ON agenda_items(speaker) WHERE speaker IS NOT NULL;

CREATE TABLE invited_sites(
  meeting INTEGER NOT NULL REFERENCES meetings(id) ON DELETE CASCADE,
  site INTEGER NOT NULL REFERENCES sites(id),
  position INTEGER NOT NULL,
  main INTEGER NOT NULL CHECK (main IN (0, 1)),
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  PRIMARY KEY (meeting, site)
) STRICT, WITHOUT ROWID;
CREATE INDEX invited_sites_by_site ON invited_sites(site);
CREATE UNIQUE INDEX one_main_site ON invited_sites(meeting) WHERE main = 1;

-- Apart from the invitation, and outliving it: a hall that is taken off the list and put back must not find its
-- old link at work again.
CREATE TABLE link_generations(
  meeting INTEGER NOT NULL REFERENCES meetings(id) ON DELETE CASCADE,
  site INTEGER NOT NULL REFERENCES sites(id),
  generation INTEGER NOT NULL,
  PRIMARY KEY (meeting, site)
) STRICT, WITHOUT ROWID;

-- What the halls and their units were called on the day of the meeting.
CREATE TABLE held_sites(
  meeting INTEGER NOT NULL REFERENCES meetings(id) ON DELETE CASCADE,
  site INTEGER NOT NULL REFERENCES sites(id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  PRIMARY KEY (meeting, site)
) STRICT, WITHOUT ROWID;

CREATE TABLE documents(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  meeting INTEGER NOT NULL REFERENCES meetings(id),
  use TEXT NOT NULL CHECK (use IN ('paper', 'clip')),
  file_name TEXT NOT NULL CHECK (length(file_name) > 0 AND instr(file_name, '/') = 0),
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  size INTEGER NOT NULL CHECK (size >= 0),
  added_at INTEGER NOT NULL,
  added_by INTEGER REFERENCES accounts(id),
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
  type_name TEXT NOT NULL CHECK (length(type_name) <= 100),
  code_number TEXT NOT NULL CHECK (length(code_number) <= 11),
  code_notation TEXT NOT NULL CHECK (length(code_notation) <= 30),
  code_key TEXT NOT NULL,  -- issuer, number and notation in the form in which they are compared; '' when one lacks
  issued_on TEXT,
  issuer TEXT NOT NULL CHECK (length(issuer) <= 200),
  subject TEXT NOT NULL CHECK (length(subject) <= 500),
  language TEXT NOT NULL CHECK (length(language) <= 30),
  page_amount INTEGER CHECK (page_amount BETWEEN 1 AND 999),
  description TEXT NOT NULL CHECK (length(description) <= 500),
  arrived_on TEXT,
  arrival_number INTEGER CHECK (arrival_number BETWEEN 1 AND 9999999999),
  signer_name TEXT NOT NULL CHECK (length(signer_name) <= 50),
  signer_position TEXT NOT NULL CHECK (length(signer_position) <= 100),
  urgency TEXT NOT NULL CHECK (urgency IN ('normal', 'urgent', 'very_urgent', 'express')),
  secrecy TEXT NOT NULL CHECK (secrecy = 'none'),  -- Law 117/2025/QH15 art. 5(2): no state secret enters
  to_places TEXT NOT NULL CHECK (length(to_places) <= 1000),
  due_on TEXT
) STRICT;
CREATE INDEX documents_by_meeting ON documents(meeting, id);
CREATE INDEX documents_by_code ON documents(code_key) WHERE code_key <> '';
CREATE INDEX documents_by_bytes ON documents(sha256);

-- The log of the live sessions. It is the minutes and the audit trail: it only grows.
CREATE TABLE events(
  meeting INTEGER NOT NULL REFERENCES meetings(id),
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  event TEXT NOT NULL CHECK (json_valid(event)),
  PRIMARY KEY (meeting, sequence)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN
  SELECT RAISE(ABORT, 'events never change');
END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events BEGIN
  SELECT RAISE(ABORT, 'events are never deleted');
END;

CREATE TABLE recordings(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting INTEGER NOT NULL REFERENCES meetings(id),
  state TEXT NOT NULL CHECK (state IN ('recording', 'finishing', 'ready', 'damaged')),
  file TEXT NOT NULL UNIQUE CHECK (length(file) > 0 AND instr(file, '/') = 0),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  size INTEGER NOT NULL CHECK (size >= 0)
) STRICT;
CREATE INDEX recordings_by_meeting ON recordings(meeting, id);
CREATE INDEX recordings_unfinished ON recordings(id) WHERE state IN ('recording', 'finishing');

-- What people search in. search_index.cpp writes it beside each change; it can be built again from the rest.
-- A meeting stands in row 2 * id, a document in row 2 * id + 1.
CREATE VIRTUAL TABLE search_index USING fts5(title, text, meeting UNINDEXED, document UNINDEXED, tokenize = 'vi');
