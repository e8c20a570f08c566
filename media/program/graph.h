#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include <gst/gst.h>

/// The elements that make one picture and one sound of many: fixed inputs, composed and mixed, encoded once.
namespace diemcau::program {

namespace canvas {
inline constexpr int width = 1280;
inline constexpr int height = 720;
inline constexpr int pictures_per_second = 25;
}  // namespace canvas

/// What a live graph waits for at each moment: what was sent then is shown so much later.
inline constexpr std::chrono::milliseconds mixing_delay{240};
/// A scene is cut to when its pictures are there; who has none after this long has a slate.
inline constexpr std::chrono::milliseconds usual_patience{600};
/// Who has had no picture for so long has a slate.
inline constexpr std::chrono::milliseconds stale{3000};

/// The encoders of codecs.h have one at least so often.
inline constexpr std::chrono::milliseconds keyframes_apart{2000};

inline constexpr std::size_t inputs = 12;  ///< nine cells, and voices that are not on stage

enum class Pace {
  live,  ///< what comes too late is left out, who sends nothing is not waited for
  /// As fast as it can: every input must have a buffer for every moment. Who pushes looks that it does not
  /// run far ahead.
  as_it_can
};

/// Launch text. Inputs are appsrc v0 … and a0 …, linked to sink_0 … of compositor c and audiomixer m; the
/// appsinks `picture` (H.264 access units) and `sound` (AAC) give what was encoded; `captions` is an
/// overlaycomposition. Of the live graph what nobody takes is not encoded: valves `recorded` and `fed` are
/// shut at first; appsink `fed_packets` gives RTP packets of a small picture (VP8).
std::string graph(std::size_t inputs, Pace pace);

/// For the graph's `c`, the compositor. It may let one of its first pictures begin at 0 again
/// (GStreamer 1.22; the end is right): encoded, it would have the time of the first, and a muxer waits for
/// ever with a picture that came without a time of its own.
void keep_time(GstElement* compositor);

/// For the graph's `aac`. AAC begins with a frame that only leads in (1,024 samples), which avenc_aac gives
/// the time of the first sample: all sound would be heard 21 ms late by players that do not know of it.
void leave_out_priming(GstElement* aac);

/// The compositor shows a picture in whichever of its own it begins in, 0 to 40 ms early. So much later it is
/// shown in the nearest.
inline constexpr GstClockTime half_picture = GST_SECOND / canvas::pictures_per_second / 2;

/// For the graph's `fed_encoder`. Two temporal layers (RFC 7741 4.2): every second picture can be left out,
/// no other refers to it.
void let_leave_out(GstElement* encoder);

}  // namespace diemcau::program
