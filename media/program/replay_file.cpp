#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gst/rtp/rtp.h>

#include "media/program/pipeline.h"
#include "media/program/prepared_hall.h"
#include "media/replay.h"
#include "media/rtp/rtpdump.h"

namespace diemcau::media {
namespace {
using program::Pipeline;

constexpr int rate = 15;  // pictures a second
constexpr double length = 12;
constexpr int key_frame_every = 2 * rate;  // a wish for one is answered by a jump: at most two seconds
constexpr GstClockTime patience = 60 * GST_SECOND;
constexpr std::size_t packet_of_sound = 960;  // samples of 20 ms

constexpr auto picture_text =
    "appsrc name=in format=time block=true max-buffers=8 ! videoconvert ! video/x-raw,format=I420 ! "
    "vp8enc name=encoder deadline=1 cpu-used=4 threads=1 end-usage=cbr target-bitrate=260000 ! "
    "rtpvp8pay name=pay mtu=1150 picture-id-mode=2 ! appsink name=out sync=false";
constexpr auto voice_text =
    "filesrc name=in ! wavparse ! audioconvert ! audioresample ! "
    "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! level audio-level-meta=true ! "
    "opusenc bitrate=24000 audio-type=voice ! rtpopuspay name=pay ! appsink name=out sync=false";

/// Loudness of each 20 ms of the voice, 0 … 1: the speaker's mouth follows it.
std::vector<double> loudness(const std::filesystem::path& voice) {
  Pipeline pipeline(
      "filesrc name=in ! wavparse ! audioconvert ! audioresample ! "
      "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! appsink name=out sync=false",
      [](const program::Fault&) {});
  pipeline.set("in", "location", voice.string());
  const auto out = pipeline.get<GstAppSink>("out");
  pipeline.play();
  std::vector<double> all;
  double energy = 0;
  std::size_t samples = 0;
  while (const program::SampleRef sample{gst_app_sink_try_pull_sample(out.get(), patience)}) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) continue;
    const std::span values(reinterpret_cast<const std::int16_t*>(map.data), map.size / 2);
    for (const double value : values) {
      energy += value * value;
      if (++samples < packet_of_sound) continue;
      all.push_back(std::min(1.0, std::sqrt(energy / packet_of_sound) / 6000));
      energy = 0;
      samples = 0;
    }
    gst_buffer_unmap(buffer, &map);
  }
  return all;
}

/// Takes all packets until the end of the stream.
void take_packets(const Pipeline& pipeline, std::vector<rtp::DumpedPacket>& packets) {
  const auto out = pipeline.get<GstAppSink>("out");
  while (const program::SampleRef sample{gst_app_sink_try_pull_sample(out.get(), patience)}) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) continue;
    const auto bytes = std::as_bytes(std::span(map.data, map.size));
    packets.push_back({std::chrono::milliseconds(std::max<gint64>(program::running_time(sample.get()), 0) /
                                                 static_cast<gint64>(GST_MSECOND)),
                       {bytes.begin(), bytes.end()}});
    gst_buffer_unmap(buffer, &map);
  }
}

std::vector<rtp::DumpedPacket> make_picture(const program::PreparedHall& hall,
                                            const std::vector<double>& voice,
                                            const std::function<void(program::Fault)>& on_fault) {
  Pipeline pipeline(picture_text, on_fault);
  pipeline.set("pay", "pt", ReplayForm::vp8);
  pipeline.set("encoder", "keyframe-max-dist", key_frame_every);
  const auto in = pipeline.get<GstAppSrc>("in");
  GstCaps* const caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "BGRx", "width",
                                            G_TYPE_INT, hall.width, "height", G_TYPE_INT, hall.height,
                                            "framerate", GST_TYPE_FRACTION, rate, 1, nullptr);
  gst_app_src_set_caps(in.get(), caps);
  gst_caps_unref(caps);
  pipeline.play();
  // The encoder runs while the next pictures are drawn.
  std::thread drawing([&] {
    for (int i = 0; i < static_cast<int>(length * rate); ++i) {
      const double at = static_cast<double>(i) / rate;
      const auto heard = voice.empty() ? 0.0 : voice[static_cast<std::size_t>(at * 50) % voice.size()];
      GstBuffer* const buffer =
          gst_buffer_new_allocate(nullptr, static_cast<gsize>(4 * hall.width * hall.height), nullptr);
      GstMapInfo map;
      gst_buffer_map(buffer, &map, GST_MAP_WRITE);
      hall.draw(at, length, heard, std::as_writable_bytes(std::span(map.data, map.size)));
      gst_buffer_unmap(buffer, &map);
      GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * GST_SECOND / rate;
      GST_BUFFER_DURATION(buffer) = GST_SECOND / rate;
      gst_app_src_push_buffer(in.get(), buffer);
    }
    gst_app_src_end_of_stream(in.get());
  });
  std::vector<rtp::DumpedPacket> packets;
  take_packets(pipeline, packets);
  drawing.join();
  return packets;
}

std::vector<rtp::DumpedPacket> make_voice(const std::filesystem::path& voice,
                                          const std::function<void(program::Fault)>& on_fault) {
  Pipeline pipeline(voice_text, on_fault);
  pipeline.set("pay", "pt", ReplayForm::opus);
  pipeline.set("in", "location", voice.string());
  // RFC 6464: the level of each packet, by which the server chooses whom one hears.
  auto* const extension =
      gst_rtp_header_extension_create_from_uri("urn:ietf:params:rtp-hdrext:ssrc-audio-level");
  if (extension == nullptr) throw std::runtime_error("no header extension for levels");
  gst_rtp_header_extension_set_id(extension, ReplayForm::level_extension);
  g_signal_emit_by_name(pipeline.get("pay").get(), "add-extension", extension);
  gst_object_unref(extension);
  pipeline.play();
  std::vector<rtp::DumpedPacket> packets;
  take_packets(pipeline, packets);
  return packets;
}

/// Whole or not at all.
void write_file(const std::vector<std::byte>& bytes, const std::filesystem::path& to) {
  const auto part = std::filesystem::path(to).concat(".part");
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error(part.string() + ": could not be written");
  std::filesystem::rename(part, to);
}

}  // namespace

void make_replay(const ReplayContent& content, const std::filesystem::path& to) {
  program::start_gstreamer();
  std::mutex mutex;
  std::string fault;
  const auto on_fault = [&](const program::Fault& what) {
    const std::lock_guard lock(mutex);
    if (!what.end_of_stream && fault.empty()) fault = what.text;
  };
  const bool speaks = !content.voice.empty();
  auto packets = make_picture({content.name, content.number},
                              speaks ? loudness(content.voice) : std::vector<double>{}, on_fault);
  if (speaks) {
    auto voice = make_voice(content.voice, on_fault);
    std::move(voice.begin(), voice.end(), std::back_inserter(packets));
    std::stable_sort(packets.begin(), packets.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
  }
  const std::lock_guard lock(mutex);
  if (!fault.empty()) throw std::runtime_error(fault);
  if (packets.empty()) throw std::runtime_error("no picture came out of the encoder");
  write_file(rtp::write_rtpdump(packets), to);
}

}  // namespace diemcau::media
