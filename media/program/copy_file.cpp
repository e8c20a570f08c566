#include "media/program/copy_file.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace diemcau::program {
namespace {

using stage::Kind;

constexpr auto finish_limit = std::chrono::seconds(2);
// filesink buffers 64 KB by default: seconds of a low-rate stream. 16 MB: a disk that stands still must not
// take all memory.
constexpr auto text =
    "matroskamux name=muxer ! filesink name=file buffer-mode=unbuffered sync=false async=false "
    "appsrc name=audio format=time max-bytes=16000000 leaky-type=downstream ! muxer.audio_0 ";
constexpr auto picture_text =
    "appsrc name=video format=time max-bytes=16000000 leaky-type=downstream ! muxer.video_0 ";

// RFC 6716 3.1: 20 ms of CELT, mono, with nothing in it.
constexpr std::array<std::uint8_t, 3> silence{0xf8, 0xff, 0xfe};
constexpr GstClockTime packet_length = 20 * GST_MSECOND;
// What is later than this is not waited for: a voice may be repaired while the picture goes on.
constexpr GstClockTime sound_may_lag = 500 * GST_MSECOND;

std::string launch(Kind first) { return std::string(text) + (first == Kind::video ? picture_text : ""); }

bool is_h264(const GstStructure* coding) { return gst_structure_has_name(coding, "video/x-h264") != 0; }

}  // namespace

CopyFile::CopyFile(std::filesystem::path file, Kind first_kind, GstSample* first, GstClockTime begin)
    : file_(std::move(file)),
      begin_(begin),
      sound_caps_(gst_caps_new_simple("audio/x-opus", "channel-mapping-family", G_TYPE_INT, 0, "channels",
                                      G_TYPE_INT, 2, "rate", G_TYPE_INT, 48000, nullptr)),
      pipeline_(launch(first_kind), [this](Fault fault) { signals_.set_fault(std::move(fault)); }),
      audio_(pipeline_.get<GstAppSrc>("audio")) {
  if (first_kind == Kind::video) {
    picture_caps_.reset(gst_caps_ref(gst_sample_get_caps(first)));
    video_ = pipeline_.get<GstAppSrc>("video");
  }
  pipeline_.set("file", "location", file_.string());
  pipeline_.play();
  push(first_kind, first, begin);
}

CopyFile::~CopyFile() = default;

bool CopyFile::takes(GstSample* picture) const {
  if (!picture_caps_) return false;
  const auto* const own = gst_caps_get_structure(picture_caps_.get(), 0);
  const auto* const other = gst_caps_get_structure(gst_sample_get_caps(picture), 0);
  if (is_h264(own) != is_h264(other)) return false;
  const auto* const parameters = gst_structure_get_value(own, "codec_data");
  const auto* const others = gst_structure_get_value(other, "codec_data");
  return parameters == nullptr || others == nullptr ||
         gst_value_compare(parameters, others) == GST_VALUE_EQUAL;
}

void CopyFile::push(Kind kind, GstSample* sample, GstClockTime at) {
  if (at < begin_ || (kind == Kind::video && !video_)) return;
  auto time = at - begin_;
  // Shared with whoever has the sample too: the bytes are, the head is not.
  GstBuffer* const buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
  if (kind == Kind::video) {
    // Another connection's clock may be a little behind the last one's.
    time = last_picture_ = std::max(time, last_picture_);
    fill_silence(time > sound_may_lag ? time - sound_may_lag : 0);
    push_buffer(video_.get(), buffer, picture_caps_.get(), time);
  } else {
    if (time > sound_end_ + packet_length) fill_silence(time);
    time = std::max(time, sound_end_ > packet_length ? sound_end_ - packet_length : 0);
    const auto length = GST_BUFFER_DURATION(buffer);
    sound_end_ = time + (GST_CLOCK_TIME_IS_VALID(length) ? length : packet_length);
    push_buffer(audio_.get(), buffer, sound_caps_.get(), time);
  }
}

void CopyFile::fill_silence(GstClockTime until) {
  while (sound_end_ + packet_length <= until) {
    GstBuffer* const buffer = gst_buffer_new_memdup(silence.data(), silence.size());
    GST_BUFFER_DURATION(buffer) = packet_length;
    push_buffer(audio_.get(), buffer, sound_caps_.get(), sound_end_);
    sound_end_ += packet_length;
  }
}

void CopyFile::finish() {
  if (video_) {
    fill_silence(last_picture_);
    gst_app_src_end_of_stream(video_.get());
  }
  gst_app_src_end_of_stream(audio_.get());
  signals_.wait(finish_limit, [] { return false; });
}

}  // namespace diemcau::program
