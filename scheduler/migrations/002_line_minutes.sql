-- How the halls' lines did, minute by minute, for the yearly report. Some 120 rows a hall and hour.
CREATE TABLE line_minutes(
  meeting INTEGER NOT NULL REFERENCES meetings(id),
  site INTEGER NOT NULL REFERENCES sites(id),
  minute INTEGER NOT NULL CHECK (minute % 60000 = 0),  -- its beginning, an instant as everywhere
  direction TEXT NOT NULL CHECK (direction IN ('up', 'down')),
  seconds INTEGER NOT NULL CHECK (seconds BETWEEN 1 AND 60),  -- of that minute in which the line ran
  tcp_seconds INTEGER NOT NULL CHECK (tcp_seconds BETWEEN 0 AND seconds),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  packets INTEGER NOT NULL CHECK (packets >= 0),
  lost INTEGER NOT NULL CHECK (lost >= 0),
  round_trip_ms INTEGER CHECK (round_trip_ms >= 0),
  jitter_ms INTEGER NOT NULL CHECK (jitter_ms >= 0),
  height INTEGER NOT NULL CHECK (height >= 0),
  freezes INTEGER NOT NULL CHECK (freezes >= 0),
  frozen_ms INTEGER NOT NULL CHECK (frozen_ms >= 0),
  PRIMARY KEY (meeting, site, minute, direction)
) STRICT, WITHOUT ROWID;
