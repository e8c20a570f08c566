#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

namespace diemcau::program {

struct UnrefObject {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, UnrefObject>;

struct UnrefSample {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
};
using SampleRef = std::unique_ptr<GstSample, UnrefSample>;

struct UnrefCaps {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
using CapsRef = std::unique_ptr<GstCaps, UnrefCaps>;

/// What went wrong in a pipeline.
struct Fault {
  std::string text;  ///< element and message, for the log
  bool disk_full = false;
  bool end_of_stream = false;   ///< no fault: all sinks have seen the end
  bool not_authorized = false;  ///< the other side does not let us
};

/// gst_init, once per process. Called by whatever builds the first pipeline.
void start_gstreamer();

/// The clock of all pipelines: monotonic nanoseconds, as CLOCK_MONOTONIC counts them. Any thread.
Ref<GstClock> system_clock();

/// Owns one pipeline, on the system clock. The destructor returns only when no streaming thread can call us
/// any more; it must run on the control thread, never in a streaming thread (which would wait for itself).
class Pipeline {
 public:
  /// Throws std::runtime_error when the description cannot be built. `on_fault` is called in streaming
  /// threads and must only enqueue.
  Pipeline(const std::string& description, std::function<void(Fault)> on_fault);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  template <class Element = GstElement>
  Ref<Element> get(const std::string& name) const {
    return Ref<Element>(
        reinterpret_cast<Element*>(gst_bin_get_by_name(GST_BIN(element_.get()), name.c_str())));
  }
  /// Names of files go in here and never into the launch text.
  void set(const std::string& element, const char* property, const std::string& value);
  void set(const std::string& element, const char* property, int value);
  /// All pipelines of one program share clock and base time, so that running times mean the same in all of
  /// them.
  void use_base_time(GstClockTime base);
  GstClockTime base_time() const { return gst_element_get_base_time(element_.get()); }
  /// Running time now.
  GstClockTime now() const;
  void play();
  void pause();
  GstElement* element() const { return element_.get(); }

 private:
  Ref<GstElement> element_;
  std::function<void(Fault)> on_fault_;
};

/// Calls `take` with each sample of an appsink, in a streaming thread. `take` must outlive the pipeline.
using TakeSample = std::function<void(GstSample*)>;
void take_samples(GstAppSink* sink, const TakeSample* take, const TakeSample* preroll = nullptr);

/// Takes the buffer, which must be writable, gives it a timestamp and pushes it with `caps`. `mark`: kept as
/// the buffer's offset, which has no other meaning for raw pictures here.
void push_buffer(GstAppSrc* source, GstBuffer* buffer, GstCaps* caps, GstClockTime pts,
                 std::uint64_t mark = GST_BUFFER_OFFSET_NONE);

/// A shallow copy of the sample's buffer with another timestamp and no duration lost; pushed with the
/// sample's caps. `mark` as above.
void push_at(GstAppSrc* source, GstSample* sample, GstClockTime pts,
             std::uint64_t mark = GST_BUFFER_OFFSET_NONE);

std::vector<std::byte> bytes_of(GstSample* sample);

/// The sample's timestamp as running time of its pipeline; -1 when it has none.
gint64 running_time(GstSample* sample);

}  // namespace diemcau::program
