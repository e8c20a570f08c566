-- Where the program of a session is pushed to: the whole address, stream keys and passphrases in it, locked with
-- the key that lies beside the database. Not in the event log, which is for good: a row goes with its output, or
-- with the session.
CREATE TABLE output_secrets(
  meeting INTEGER NOT NULL REFERENCES meetings(id),
  output INTEGER NOT NULL,
  locked TEXT NOT NULL,
  PRIMARY KEY (meeting, output)
) STRICT, WITHOUT ROWID;
