#pragma once
#include <gst/gst.h>

/// Where a sound is heard whose times jump and slide.
namespace diemcau::program {

/// For the live graph's `m`, the mixer. It takes a sound for what continues the last one as long as the two
/// are not far apart (GStreamer 1.22), however far that leads in the end: its inputs are watched, and a sound
/// that has another place is put there.
void keep_place(GstElement* mixer);

}  // namespace diemcau::program
