-- What a film was joined of, in its order: a recording that was stopped and started again, or cut off by a
-- crash, is one film in the end. A moment of the session is found in the film by these.
CREATE TABLE recording_parts(
  recording INTEGER NOT NULL REFERENCES recordings(id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),  -- milliseconds from the beginning of the film
  length INTEGER NOT NULL CHECK (length >= 0),      -- milliseconds
  file TEXT NOT NULL,                               -- what it was before it was joined
  started_at INTEGER NOT NULL,
  PRIMARY KEY (recording, started_at)
) STRICT, WITHOUT ROWID;
