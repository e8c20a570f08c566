#include "media/program/programs.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "media/program/card.h"
#include "media/program/clip.h"
#include "media/program/fan_out.h"
#include "media/program/hls_output.h"
#include "media/program/program.h"
#include "media/program/push.h"
#include "media/program/recorder.h"
#include "media/program/rtsp_output.h"
#include "media/program/safety_copy.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 100ms;
constexpr auto second = 1s;
constexpr int sync_every = 5;  // seconds
// A program that nobody takes any more goes on this long: who pauses a recording, or looks at a monitor
// again, finds all halls decoded, where a new program would wait seconds for their keyframes.
constexpr auto afterlife = 10s;
// A recording must not take the last of the disk: what happens in the session is still to be stored there.
constexpr std::uintmax_t least_room = 32 << 20;

}  // namespace

struct Programs::Parts {
  /// One stage's pipelines. `turn` tells a clip's or a recording's messages from those of the one before it.
  struct OnStage {
    std::unique_ptr<Clip> clip;
    std::unique_ptr<Card> card;  ///< in place of the clip
    std::uint64_t clip_turn = 0;
    bool clip_loops = false;
    FanOut fan_out;
    std::unique_ptr<Program> program;  ///< passes on to fan_out and halls; there while somebody takes it
    std::chrono::steady_clock::time_point taken{};  ///< when last somebody took it
    bool fed = false;                               ///< to halls
    std::unique_ptr<Recorder> recorder;
    std::uint64_t recorder_turn = 0;
    bool told_begun = false;           ///< of the recorder
    std::unique_ptr<SafetyCopy> copy;  ///< while there is a recorder
    std::map<media::OutputId, std::unique_ptr<Output>> outputs;
  };

  Parts(Outlet& to, const media::Address& rtsp_at, std::chrono::milliseconds for_pictures)
      : outlet(to), patience(for_pictures) {
    if (rtsp_at.port != 0) rtsp = std::make_unique<RtspServer>(rtsp_at.ip, rtsp_at.port);
    thread = std::thread([this] { run(); });
  }

  /// Any thread: do this on the control thread.
  void put(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
    }
    wake.notify_one();
  }

  void run() {
    auto next_second = std::chrono::steady_clock::now();
    for (;;) {
      running = static_cast<std::size_t>(
          std::ranges::count_if(stages, [](const auto& stage) { return stage.second.program != nullptr; }));
      std::vector<std::function<void()>> now;
      {
        std::unique_lock lock(mutex);
        const auto next = running > 0 ? std::chrono::steady_clock::now() + tick : next_second;
        wake.wait_until(lock, next, [this] { return stopping || !jobs.empty(); });
        if (stopping && jobs.empty()) break;
        now = std::exchange(jobs, {});
      }
      for (auto& job : now) job();
      for (auto& [id, on_stage] : stages) {
        if (on_stage.program) on_stage.program->tick();
        if (on_stage.copy) on_stage.copy->tick();
      }
      if (std::chrono::steady_clock::now() < next_second) continue;
      next_second = std::chrono::steady_clock::now() + second;
      ++seconds;
      for (auto& [id, on_stage] : stages) every_second(id, on_stage);
      std::erase_if(leaving, [](const auto& output) { return output->over(); });
    }
    for (auto& [id, on_stage] : stages) end(id, on_stage);
    stages.clear();
    leaving.clear();
  }

  void every_second(StageId id, OnStage& on_stage) {
    if (on_stage.program) on_stage.program->update();
    const auto now = std::chrono::steady_clock::now();
    if (on_stage.fed || !on_stage.fan_out.empty()) {
      on_stage.taken = now;
      if (!on_stage.program) try_again(id, on_stage);
    } else if (now - on_stage.taken > afterlife) {
      release_program(id, on_stage);
    }
    if (on_stage.copy) on_stage.copy->update();
    for (const auto& [output, one] : on_stage.outputs) {
      auto measured = one->measured();
      measured.stage = id;
      measured.output = output;
      outlet.tell(std::move(measured));
    }
    if (!on_stage.recorder) return;
    std::error_code none;
    if (const auto disk = std::filesystem::space(on_stage.recorder->file().parent_path(), none);
        !none && disk.available < least_room)
      return recording_failed(id, on_stage.recorder_turn, {"less than 32 MB left on the disk", true, false});
    tell_begun(id, on_stage);
    if (seconds % sync_every == 0) {
      on_stage.recorder->sync_to_disk();
      if (on_stage.copy) on_stage.copy->sync_to_disk();
    }
    outlet.tell(
        media::RecordingGrew{id, on_stage.recorder->bytes(), on_stage.copy ? on_stage.copy->bytes() : 0});
  }

  /// Its beginning is a second or more after it was asked for where the machine is busy.
  void tell_begun(StageId id, OnStage& on_stage) {
    const auto start = on_stage.recorder->start();
    if (!start || std::exchange(on_stage.told_begun, true)) return;
    outlet.tell(media::RecordingBegan{id, on_stage.recorder->file(), on_stage.program->directed_ago(*start)});
  }

  void play(StageId id, const std::filesystem::path& file, media::ClipStart start) {
    begin_clip(id, [&](OnStage& on_stage, const Clip::OnPacket& on_packet, const Clip::OnFault& on_fault) {
      on_stage.clip = std::make_unique<Clip>(file, start, on_packet, on_fault);
      return on_stage.clip->duration();
    });
  }

  void show_picture(StageId id, const std::filesystem::path& file) {
    begin_clip(id, [&](OnStage& on_stage, const Clip::OnPacket& on_packet, const Clip::OnFault& on_fault) {
      on_stage.card = std::make_unique<Card>(file, on_packet, on_fault);
      return 0ms;
    });
  }

  void show_bars(StageId id) {
    begin_clip(id, [&](OnStage& on_stage, const Clip::OnPacket& on_packet, const Clip::OnFault& on_fault) {
      on_stage.card = std::make_unique<Card>(on_packet, on_fault);
      return 0ms;
    });
  }

  /// `make` gives the duration of what it has made.
  template <class Make>
  void begin_clip(StageId id, Make make) {
    auto& on_stage = stages[id];
    end_clip(on_stage);
    const auto turn = ++on_stage.clip_turn;
    try {
      const auto duration = make(
          on_stage,
          [this, id](stage::Kind kind, std::vector<std::byte> rtp) {
            outlet.packet(id, media::Engine::clip_source, kind, std::move(rtp));
          },
          [this, id, turn](Fault fault) {
            put([this, id, turn, fault = std::move(fault)] { clip_over(id, turn, fault); });
          });
      outlet.tell(media::ClipStarted{id, duration});
    } catch (const NoFilm& what) {
      outlet.tell(media::ClipEnded{id, what.what(), true});
    } catch (const std::exception& what) {
      outlet.tell(media::ClipEnded{id, what.what(), false});
    }
  }

  static void end_clip(OnStage& on_stage) {
    on_stage.clip.reset();
    on_stage.card.reset();
    on_stage.clip_loops = false;
  }

  void clip_over(StageId id, std::uint64_t turn, const Fault& fault) {
    auto& on_stage = stages[id];
    if (on_stage.clip_turn != turn || (!on_stage.clip && !on_stage.card)) return;
    if (fault.end_of_stream && on_stage.clip && on_stage.clip_loops) return on_stage.clip->seek(0ms);
    end_clip(on_stage);
    outlet.tell(media::ClipEnded{id, fault.text, false});
  }

  void start_recording(StageId id, const std::filesystem::path& file, const std::filesystem::path& copies) {
    auto& on_stage = stages[id];
    if (on_stage.recorder) stop_recording(id);
    const auto turn = ++on_stage.recorder_turn;
    on_stage.told_begun = false;
    const auto failed = [this, id, turn](Fault fault) {
      put([this, id, turn, fault = std::move(fault)] { recording_failed(id, turn, fault); });
    };
    try {
      on_stage.recorder = std::make_unique<Recorder>(file, failed);
      begin_consuming(id, on_stage, *on_stage.recorder);
    } catch (const std::exception& what) {
      on_stage.recorder.reset();
      outlet.tell(media::RecordingFailed{id, what.what(), false});
    }
    if (on_stage.recorder && !copies.empty()) start_copy(id, on_stage, copies);
  }

  /// What goes wrong with it is told, and the recording goes on.
  void start_copy(StageId id, OnStage& on_stage, const std::filesystem::path& folder) {
    try {
      on_stage.copy = std::make_unique<SafetyCopy>(
          folder, SafetyCopy::Wishes{[this, id](SourceId source) { outlet.request_keyframe(id, source); },
                                     [this, id] {
                                       put([this, id] {
                                         if (auto& copy = stages[id].copy) copy->update();
                                       });
                                     },
                                     [this, id](SourceId source, const Fault& fault) {
                                       outlet.tell(media::SafetyCopyFailed{id, source, fault.text});
                                     }});
      outlet.attach(id, on_stage.copy->sink());
    } catch (const std::exception& what) {
      outlet.tell(media::SafetyCopyFailed{id, {}, what.what()});
    }
  }

  /// The program runs while anybody takes it. Throws when it cannot be built.
  void need_program(StageId id, OnStage& on_stage) {
    if (on_stage.program) return;
    on_stage.program = std::make_unique<Program>(Program::Wishes{
        [this, id](SourceId source) { outlet.request_keyframe(id, source); },
        [this, id] {
          put([this, id] {
            if (auto& program = stages[id].program) program->update();
          });
        },
        [&on_stage](stage::Kind kind, GstSample* sample) { on_stage.fan_out.pass(kind, sample); },
        [this, id](GstSample* packet) {
          outlet.packet(id, media::Engine::program_source, stage::Kind::video, bytes_of(packet));
        },
        [this, id](Fault fault) { put([this, id, fault = std::move(fault)] { program_failed(id, fault); }); },
        [this, id](GstClockTime at) { put([this, id, at] { note_cut(id, at); }); }, patience});
    outlet.attach(id, on_stage.program->sink());
    on_stage.program->set_recorded(!on_stage.fan_out.empty());
    if (on_stage.fed) on_stage.program->set_fed(true);
  }

  /// A film that is made anew cuts when the lost one did, whatever the scene had to wait for then.
  void note_cut(StageId id, GstClockTime at) {
    const auto& on_stage = stages[id];
    if (!on_stage.program || !on_stage.copy) return;
    on_stage.copy->note_cut(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) -
                            on_stage.program->directed_ago(at));
  }

  void begin_consuming(StageId id, OnStage& on_stage, Consumer& consumer) {
    need_program(id, on_stage);
    on_stage.fan_out.add(consumer);
    on_stage.program->set_recorded(true);
    on_stage.program->request_keyframe();
  }

  /// Outputs and halls outlive a program that broke.
  void try_again(StageId id, OnStage& on_stage) {
    try {
      need_program(id, on_stage);
      on_stage.program->set_recorded(!on_stage.fan_out.empty());
    } catch (const std::exception&) {
      on_stage.program.reset();  // in the next second
    }
  }

  void end_consuming(OnStage& on_stage, const Consumer& consumer) {
    on_stage.fan_out.remove(consumer);
    if (on_stage.program) on_stage.program->set_recorded(!on_stage.fan_out.empty());
  }

  void set_feed(StageId id, bool wanted) {
    auto& on_stage = stages[id];
    if (std::exchange(on_stage.fed, wanted) == wanted) return;
    if (wanted) return feed(id, on_stage);
    if (on_stage.program) on_stage.program->set_fed(false);
  }

  void feed(StageId id, OnStage& on_stage) {
    try {
      need_program(id, on_stage);
      on_stage.program->set_fed(true);
    } catch (const std::exception& what) {
      outlet.tell(media::ProgramFailed{id, what.what()});
    }
  }

  /// Nothing that comes in can do this (each source breaks in a pipeline of its own): an encoder gave up.
  void program_failed(StageId id, const Fault& fault) {
    auto& on_stage = stages[id];
    if (!on_stage.program) return;
    outlet.tell(media::ProgramFailed{id, fault.text});
    const bool fed = std::exchange(on_stage.fed, false);
    if (on_stage.recorder) recording_failed(id, on_stage.recorder_turn, fault);
    release_program(id, on_stage);
    on_stage.fed = fed;  // and so it is built anew within the second
  }

  void recording_failed(StageId id, std::uint64_t turn, const Fault& fault) {
    auto& on_stage = stages[id];
    if (on_stage.recorder_turn != turn || !on_stage.recorder || fault.end_of_stream) return;
    const auto closed = close_recorder(id, on_stage);
    outlet.tell(media::RecordingFailed{id, fault.text, fault.disk_full});
    outlet.tell(closed);
  }

  void stop_recording(StageId id) {
    auto& on_stage = stages[id];
    if (!on_stage.recorder) return;
    outlet.tell(close_recorder(id, on_stage));
  }

  media::RecordingClosed close_recorder(StageId id, OnStage& on_stage) {
    tell_begun(id, on_stage);
    if (on_stage.copy) {
      outlet.detach(id, on_stage.copy->sink());
      on_stage.copy.reset();
    }
    media::RecordingClosed closed{id, on_stage.recorder->file()};
    end_consuming(on_stage, *on_stage.recorder);
    on_stage.recorder->finish();
    on_stage.recorder->sync_to_disk();
    on_stage.recorder.reset();
    return closed;
  }

  void start_output(StageId id, media::OutputId output, const media::PushTarget& target) {
    begin_output(id, output, std::make_unique<Push>(target, keyframe_wish(id)));
  }

  void publish_output(StageId id, media::OutputId output, const std::filesystem::path& folder) {
    stop_output(id, output);  // before: the folder may be the same
    begin_output(id, output, std::make_unique<HlsOutput>(folder, keyframe_wish(id)));
  }

  std::function<void()> keyframe_wish(StageId id) {
    return [this, id] {
      put([this, id] {
        const auto at = stages.find(id);
        if (at != stages.end() && at->second.program) at->second.program->request_keyframe();
      });
    };
  }

  void begin_output(StageId id, media::OutputId output, std::unique_ptr<Output> made) {
    stop_output(id, output);
    auto& on_stage = stages[id];
    on_stage.fan_out.add(*made);
    on_stage.outputs[output] = std::move(made);
    try_again(id, on_stage);
  }

  void serve_output(StageId id, media::OutputId output, const std::string& path) {
    stop_output(id, output);
    if (!rtsp) return;
    stages[id].outputs[output] = std::make_unique<RtspOutput>(*rtsp, path, [this, id, output](bool wanted) {
      put([this, id, output, wanted] { want_program(id, output, wanted); });
    });
  }

  void want_program(StageId id, media::OutputId output, bool wanted) {
    const auto at = stages.find(id);
    if (at == stages.end()) return;
    auto& on_stage = at->second;
    const auto found = on_stage.outputs.find(output);
    if (found == on_stage.outputs.end()) return;
    end_consuming(on_stage, *found->second);
    if (!wanted) return;
    on_stage.fan_out.add(*found->second);
    try_again(id, on_stage);
    if (on_stage.program) on_stage.program->request_keyframe();
  }

  /// Its thread may wait for its host for seconds: nobody waits for it here.
  void stop_output(StageId id, media::OutputId output) {
    const auto at = stages.find(id);
    if (at == stages.end()) return;
    auto& outputs = at->second.outputs;
    const auto found = outputs.find(output);
    if (found == outputs.end()) return;
    end_consuming(at->second, *found->second);
    found->second->stop();
    leaving.push_back(std::move(found->second));
    outputs.erase(found);
  }

  void release_program(StageId id, OnStage& on_stage) {
    if (!on_stage.program) return;
    outlet.detach(id, on_stage.program->sink());
    on_stage.program.reset();
  }

  void end(StageId id, OnStage& on_stage) {
    end_clip(on_stage);
    if (on_stage.recorder) stop_recording(id);
    while (!on_stage.outputs.empty()) stop_output(id, on_stage.outputs.begin()->first);
    release_program(id, on_stage);
  }

  void close(StageId id) {
    const auto found = stages.find(id);
    if (found == stages.end()) return;
    end(id, found->second);
    stages.erase(found);
  }

  Outlet& outlet;
  const std::chrono::milliseconds patience;
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::function<void()>> jobs;
  bool stopping = false;
  int seconds = 0;
  std::atomic<std::size_t> running{0};           ///< programs
  std::unique_ptr<RtspServer> rtsp;              ///< before what is seen there
  std::map<StageId, OnStage> stages;             ///< control thread
  std::vector<std::unique_ptr<Output>> leaving;  ///< stopped outputs that are not over
  std::thread thread;                            // last: starts when all else stands
};

Programs::Programs(Outlet& outlet, const media::Address& rtsp, std::chrono::milliseconds patience)
    : parts_(std::make_unique<Parts>(outlet, rtsp, patience)) {}

Programs::~Programs() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->wake.notify_one();
  parts_->thread.join();
}

void Programs::play_clip(StageId stage, const std::filesystem::path& file, media::ClipStart start) {
  parts_->put([this, stage, file, start] { parts_->play(stage, file, start); });
}
void Programs::show_picture(StageId stage, const std::filesystem::path& file) {
  parts_->put([this, stage, file] { parts_->show_picture(stage, file); });
}
void Programs::show_bars(StageId stage) {
  parts_->put([this, stage] { parts_->show_bars(stage); });
}
void Programs::seek_clip(StageId stage, std::chrono::milliseconds position) {
  parts_->put([this, stage, position] {
    if (auto& clip = parts_->stages[stage].clip) clip->seek(position);
  });
}
void Programs::loop_clip(StageId stage, bool on) {
  parts_->put([this, stage, on] { parts_->stages[stage].clip_loops = on; });
}
void Programs::pause_clip(StageId stage) {
  parts_->put([this, stage] {
    if (auto& clip = parts_->stages[stage].clip) clip->pause();
  });
}
void Programs::resume_clip(StageId stage) {
  parts_->put([this, stage] {
    if (auto& clip = parts_->stages[stage].clip) clip->resume();
  });
}
void Programs::stop_clip(StageId stage) {
  parts_->put([this, stage] { Parts::end_clip(parts_->stages[stage]); });
}
void Programs::request_keyframe(StageId stage, media::SourceId source) {
  parts_->put([this, stage, source] {
    auto& on_stage = parts_->stages[stage];
    if (source == media::Engine::clip_source && on_stage.clip) on_stage.clip->request_keyframe();
    if (source == media::Engine::clip_source && on_stage.card) on_stage.card->request_keyframe();
    if (source == media::Engine::program_source && on_stage.program) on_stage.program->request_fed_keyframe();
  });
}
void Programs::set_feed(StageId stage, bool wanted) {
  parts_->put([this, stage, wanted] { parts_->set_feed(stage, wanted); });
}
void Programs::start_recording(StageId stage, const std::filesystem::path& file,
                               const std::filesystem::path& copies) {
  parts_->put([this, stage, file, copies] { parts_->start_recording(stage, file, copies); });
}
void Programs::stop_recording(StageId stage) {
  parts_->put([this, stage] { parts_->stop_recording(stage); });
}
void Programs::start_output(StageId stage, media::OutputId output, const media::PushTarget& target) {
  parts_->put([this, stage, output, target] { parts_->start_output(stage, output, target); });
}
void Programs::serve_output(StageId stage, media::OutputId output, const std::string& path) {
  parts_->put([this, stage, output, path] { parts_->serve_output(stage, output, path); });
}
void Programs::publish_output(StageId stage, media::OutputId output, const std::filesystem::path& folder) {
  parts_->put([this, stage, output, folder] { parts_->publish_output(stage, output, folder); });
}
void Programs::stop_output(StageId stage, media::OutputId output) {
  parts_->put([this, stage, output] { parts_->stop_output(stage, output); });
}
void Programs::close_stage(StageId stage) {
  parts_->put([this, stage] { parts_->close(stage); });
}
std::size_t Programs::running() const { return parts_->running; }

}  // namespace diemcau::program
