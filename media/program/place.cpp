#include "media/program/place.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

namespace diemcau::program {
namespace {

constexpr guint64 bytes_per_second = 48000 * 2 * sizeof(std::int16_t);  // of a sound that a tap gives

/// Of one input of the mixer.
struct Place {
  std::optional<GstClockTime> next;  ///< where a sound goes that continues the last
  GstClockTime in_place = 0;         ///< when the last went where its time is
  bool returns = false;              ///< what is late leaves out its pauses
};
// Well below what is seen (EBU R 37: +40 ms, -60 ms).
constexpr GstClockTime slack = 10 * GST_MSECOND;
/// On a line that jitters by more than its jitter buffer holds, times jump ahead and slide back every second
/// or two: a sound that stays where the latest packets are is whole. After so long it comes back in its
/// pauses,
constexpr GstClockTime patience_of_sound = 3 * GST_SECOND;
/// and after so long in any case.
constexpr GstClockTime longest_out_of_place = 5 * GST_SECOND;
/// No jitter makes a sound so late.
constexpr GstClockTime far_from_picture = 300 * GST_MSECOND;

/// -40 dBFS: between two words.
bool is_quiet(GstBuffer* sound) {
  constexpr int loud = 328;
  GstMapInfo map;
  if (gst_buffer_map(sound, &map, GST_MAP_READ) == 0) return false;
  const std::span samples(reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t));
  const bool quiet =
      std::all_of(samples.begin(), samples.end(), [](int sample) { return std::abs(sample) < loud; });
  gst_buffer_unmap(sound, &map);
  return quiet;
}

// The mixer would append a sound whose time is not far from the last one's, each time anew, and cut off what
// overlaps when it is far for a second: times that slide (a jitter buffer that finds back after a stall, a
// sound card that is not exact) would move the sound away from its picture for good, or cost a word. So every
// sound is given its place here. What is late comes back between two words, as in an adaptive jitter buffer.
GstPadProbeReturn put_in_place(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* const sound = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = sound;
  auto& place = *static_cast<Place*>(data);
  const auto at = GST_BUFFER_PTS(sound);
  const auto late = place.next && *place.next > at + slack ? *place.next - at : 0;
  if (late == 0) place.in_place = at;
  const auto waited = at - std::min(at, place.in_place);
  place.returns = late > 0 && (place.returns || late > far_from_picture || waited > patience_of_sound);
  if (place.returns && is_quiet(sound)) return GST_PAD_PROBE_DROP;
  if (!place.next || at > *place.next + slack || waited > longest_out_of_place) {
    GST_BUFFER_FLAG_SET(sound, GST_BUFFER_FLAG_RESYNC);
    place = {at, at, false};
  } else {
    GST_BUFFER_FLAG_UNSET(sound, GST_BUFFER_FLAG_DISCONT);  // it would be put at its time
    GST_BUFFER_PTS(sound) = *place.next;
  }
  *place.next += gst_util_uint64_scale(gst_buffer_get_size(sound), GST_SECOND, bytes_per_second);
  return GST_PAD_PROBE_OK;
}

}  // namespace

void keep_place(GstElement* mixer) {
  gst_element_foreach_sink_pad(
      mixer,
      [](GstElement*, GstPad* input, gpointer) -> gboolean {
        gst_pad_add_probe(input, GST_PAD_PROBE_TYPE_BUFFER, put_in_place, new Place,
                          [](gpointer place) { delete static_cast<Place*>(place); });
        return TRUE;
      },
      nullptr);
}

}  // namespace diemcau::program
