#include "media/program/pipeline.h"

#include <mutex>
#include <span>
#include <stdexcept>

namespace diemcau::program {
namespace {

Fault fault_of(GstMessage* message) {
  Fault fault;
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  fault.text = std::string(GST_OBJECT_NAME(GST_MESSAGE_SRC(message))) + ": " + error->message;
  fault.disk_full = g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT) != 0;
  fault.not_authorized = g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED) != 0;
  g_error_free(error);
  g_free(debug);
  return fault;
}

GstBusSyncReply on_message(GstBus*, GstMessage* message, gpointer data) {
  const auto& on_fault = *static_cast<std::function<void(Fault)>*>(data);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) on_fault(fault_of(message));
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) on_fault({"", false, true});
  gst_message_unref(message);
  return GST_BUS_DROP;
}

struct Takers {
  const TakeSample* sample;
  const TakeSample* preroll;
};

GstFlowReturn pull(GstAppSink* sink, gpointer takers) {
  const SampleRef sample(gst_app_sink_pull_sample(sink));
  if (!sample) return GST_FLOW_EOS;
  (*static_cast<const Takers*>(takers)->sample)(sample.get());
  return GST_FLOW_OK;
}

GstFlowReturn pull_preroll(GstAppSink* sink, gpointer takers) {
  const SampleRef sample(gst_app_sink_pull_preroll(sink));
  if (!sample) return GST_FLOW_EOS;
  (*static_cast<const Takers*>(takers)->preroll)(sample.get());
  return GST_FLOW_OK;
}

}  // namespace

void start_gstreamer() {
  static std::once_flag once;
  std::call_once(once, [] { gst_init(nullptr, nullptr); });
}

Ref<GstClock> system_clock() {
  start_gstreamer();
  return Ref<GstClock>(gst_system_clock_obtain());
}

Pipeline::Pipeline(const std::string& description, std::function<void(Fault)> on_fault)
    : on_fault_(std::move(on_fault)) {
  start_gstreamer();
  GError* error = nullptr;
  element_.reset(gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  if (error != nullptr) {
    const std::string text = error->message;
    g_error_free(error);
    throw std::runtime_error("pipeline: " + text);
  }
  gst_object_ref_sink(element_.get());
  gst_pipeline_use_clock(GST_PIPELINE(element_.get()), system_clock().get());
  const Ref<GstBus> bus(gst_element_get_bus(element_.get()));
  gst_bus_set_sync_handler(bus.get(), on_message, &on_fault_, nullptr);
}

Pipeline::~Pipeline() { gst_element_set_state(element_.get(), GST_STATE_NULL); }

void Pipeline::set(const std::string& element, const char* property, const std::string& value) {
  g_object_set(get(element).get(), property, value.c_str(), nullptr);
}

void Pipeline::set(const std::string& element, const char* property, int value) {
  g_object_set(get(element).get(), property, value, nullptr);
}

void Pipeline::use_base_time(GstClockTime base) {
  gst_element_set_start_time(element_.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(element_.get(), base);
}

GstClockTime Pipeline::now() const { return gst_clock_get_time(system_clock().get()) - base_time(); }

void Pipeline::play() { gst_element_set_state(element_.get(), GST_STATE_PLAYING); }
void Pipeline::pause() { gst_element_set_state(element_.get(), GST_STATE_PAUSED); }

void take_samples(GstAppSink* sink, const TakeSample* take, const TakeSample* preroll) {
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = pull;
  if (preroll != nullptr) callbacks.new_preroll = pull_preroll;
  gst_app_sink_set_callbacks(sink, &callbacks, new Takers{take, preroll},
                             [](gpointer takers) { delete static_cast<Takers*>(takers); });
}

void push_buffer(GstAppSrc* source, GstBuffer* buffer, GstCaps* caps, GstClockTime pts, std::uint64_t mark) {
  GST_BUFFER_OFFSET(buffer) = mark;
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  const SampleRef sample(gst_sample_new(buffer, caps, nullptr, nullptr));
  gst_buffer_unref(buffer);
  gst_app_src_push_sample(source, sample.get());
}

void push_at(GstAppSrc* source, GstSample* sample, GstClockTime pts, std::uint64_t mark) {
  push_buffer(source, gst_buffer_copy(gst_sample_get_buffer(sample)), gst_sample_get_caps(sample), pts, mark);
}

std::vector<std::byte> bytes_of(GstSample* sample) {
  GstMapInfo map;
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return {};
  const auto bytes = std::as_bytes(std::span(map.data, map.size));
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  gst_buffer_unmap(buffer, &map);
  return copy;
}

gint64 running_time(GstSample* sample) {
  const auto pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  if (!GST_CLOCK_TIME_IS_VALID(pts)) return -1;
  const auto time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, pts);
  return GST_CLOCK_TIME_IS_VALID(time) ? static_cast<gint64>(time) : -1;
}

}  // namespace diemcau::program
