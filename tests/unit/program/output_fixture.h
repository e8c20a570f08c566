#pragma once
#include "tests/unit/program/program_fixture.h"

/// What the tests of outputs need: somebody who takes the program, and what is told of it.
namespace diemcau::program {

using media::OutputId;
using media::OutputMeasured;
using media::OutputState;

constexpr OutputId output{7};

/// Takes a stream as a broadcaster does: decodes both picture and sound.
class Receiver {
 public:
  /// `source` has two streams; `…_from` say where in it they come out, decoded.
  Receiver(const std::string& source, const std::string& picture_from, const std::string& sound_from,
           const std::function<void(Pipeline&)>& prepare = {})
      // async=false: a sink that waits for the other's first sample holds up the pictures, with them the
      // demuxer, and with it the sound that is waited for.
      : picture_([this](GstSample*) { count(pictures_); }),
        sound_([this](GstSample*) { count(sounds_); }),
        pipeline_(source + " " + picture_from +
                      " ! queue ! videoconvert ! video/x-raw,format=GRAY8,width=1280,height=720 ! appsink "
                      "name=picture sync=false async=false " +
                      sound_from +
                      " ! queue ! audioconvert ! audio/x-raw,format=F32LE,rate=48000 ! appsink name=sound "
                      "sync=false async=false",
                  [this](const Fault&) { count(faults_); }) {
    take_samples(pipeline_.get<GstAppSink>("picture").get(), &picture_);
    take_samples(pipeline_.get<GstAppSink>("sound").get(), &sound_);
    if (prepare) prepare(pipeline_);
    pipeline_.play();
  }
  static std::unique_ptr<Receiver> of_rtmp(std::uint16_t port) {
    return std::make_unique<Receiver>("rtmp2src location=rtmp://127.0.0.1:" + std::to_string(port) +
                                          "/live/khoa-bi-mat-2026 ! flvdemux name=d",
                                      "d.video ! h264parse ! avdec_h264", "d.audio ! aacparse ! avdec_aac");
  }
  static std::unique_ptr<Receiver> of_srt(std::uint16_t port, const std::string& passphrase) {
    return std::make_unique<Receiver>(
        "srtsrc name=in uri=srt://127.0.0.1:" + std::to_string(port) + "?mode=listener ! tsdemux name=d",
        "d. ! h264parse ! avdec_h264", "d. ! aacparse ! avdec_aac",
        [&](Pipeline& pipeline) { pipeline.set("in", "passphrase", passphrase); });
  }

  /// So many more pictures and sounds come.
  testing::AssertionResult gets(int more) {
    std::unique_lock lock(mutex_);
    const int pictures = pictures_ + more;
    const int sounds = sounds_ + more;
    if (changed_.wait_for(lock, 20s, [&] { return pictures_ >= pictures && sounds_ >= sounds; }))
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << pictures_ - pictures + more << " pictures and "
                                       << sounds_ - sounds + more << " sounds came, " << faults_ << " faults";
  }
  bool ends() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return faults_ > 0; });
  }

 private:
  void count(int& what) {
    {
      const std::lock_guard lock(mutex_);
      ++what;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int pictures_ = 0, sounds_ = 0, faults_ = 0;
  TakeSample picture_, sound_;
  Pipeline pipeline_;
};

class OutputTest : public ProgramTest {
 protected:
  /// Waits until the output is told of as described.
  template <class Condition>
  std::optional<OutputMeasured> measured(Condition condition, std::chrono::seconds limit = 30s) {
    std::optional<OutputMeasured> found;
    outlet_.wait(
        [&] {
          for (; read_ < outlet_.events.size() && !found; ++read_)
            if (const auto* one = std::get_if<OutputMeasured>(&outlet_.events[read_]); one && condition(*one))
              found = *one;
          return found.has_value();
        },
        limit);
    return found;
  }
  std::optional<OutputMeasured> measured(OutputState state) {
    return measured([state](const OutputMeasured& one) { return one.state == state; });
  }

  std::size_t read_ = 0;
  const Camera camera_{outlet_, media::SourceId{1}, 10, "snow"};
};

}  // namespace diemcau::program
