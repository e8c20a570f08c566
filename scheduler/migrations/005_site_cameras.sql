-- Cameras of halls without a PC, taken by RTSP. The whole address, with user and password, is locked with the key that
-- lies beside the database; `place` is what people may see of it.
CREATE TABLE site_cameras(
  site INTEGER PRIMARY KEY REFERENCES sites(id),
  place TEXT NOT NULL,
  locked TEXT NOT NULL
) STRICT;
