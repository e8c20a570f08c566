#pragma once
#include <gst/gst.h>

/// Where a sound is heard whose times jump and slide.
namespace diemcau::program {

/// For the live graph's `m`, the mixer. It takes a sound for what continues the last one as long as the two
/// are not far apart (GStreamer 1.22), however far that leads in the end: its inputs (S16LE, 48 kHz, stereo)
/// are watched, and every sound is given its time on its streaming thread. A later one is put there at once;
/// one that is late leaves out its pauses after 3 s, or at once beyond 300 ms, and is cut after 5 s.
void keep_place(GstElement* mixer);

}  // namespace diemcau::program
