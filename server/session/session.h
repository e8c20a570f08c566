#pragma once
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "scheduler/event_log.h"
#include "server/log.h"
#include "server/session/decide.h"
#include "server/session/stage_control.h"
#include "server/store.h"

namespace diemcau::session {

/// The live conduct of one meeting. A command is decided at once on the newest state; what follows from it is
/// stored, and only then shown: to the views, to media/, and to who commanded. If storing fails, the session
/// is read again from its log. Main thread; must not be destroyed while busy().
class Session {
 public:
  struct Surroundings {
    server::Store& store;
    StageControl& stage;
    server::Log& log;
    std::filesystem::path recordings_folder;
    std::filesystem::path live_folder;
    std::string key;  ///< that locks the addresses of outputs (auth/lock.h)
    std::function<std::string(MeetingId, OutputId)> rtsp_path;   ///< hard to guess
    std::function<std::filesystem::path(DocumentId)> clip_file;  ///< empty path: its bytes are not here
    /// Draws that page of a paper and shows it, in a while.
    std::function<void(MeetingId, DocumentId, std::int64_t page)> show_page;
    std::function<void(MeetingId)> shown;  ///< what is seen may have changed
  };
  /// `log` is the meeting's event log so far.
  Session(const Surroundings& around, Brief brief, const std::vector<scheduler::LoggedEvent>& log);

  using Answer = std::function<void(scheduler::Result<int>)>;
  void give(const Actor& by, const Command& command, Time at, Answer answer = {});

  MeetingId meeting() const { return shown_.brief.meeting.id; }
  /// The state that people may see: everything in it is stored.
  const State& shown() const { return shown_; }
  void change_brief(const Brief& brief);
  bool busy() const { return under_way_ > 0; }

 private:
  struct Happened {
    Event event;
    Time at;
    std::string url;  ///< whole, of an output that was added
  };
  void read(const std::vector<scheduler::LoggedEvent>& log);
  void store(std::vector<Happened> happened, const std::string& by, Answer answer);
  void show(const std::vector<Happened>& happened);
  void direct_stage();
  void direct_outputs();
  void read_addresses();
  void direct(const Happened& happened);
  void begin_clip(DocumentId document, media::ClipStart start, Time at);
  void recover();

  const Surroundings& around_;
  State newest_;  ///< with what is being stored
  State shown_;
  std::int64_t next_sequence_ = 1;
  int under_way_ = 0;
  /// Of the outputs, whole. Of one that cannot be read nothing.
  std::map<OutputId, OutputAddress> addresses_;
  bool failed_ =
      false;  ///< something could not be stored; nothing is taken until the log has been read again
  // What media/ was last told.
  bool stage_open_ = false;
  media::Scene scene_;
  std::vector<media::SourceId> audible_;
  std::map<media::SourceId, media::Feed> feeds_;
  std::set<OutputId> outputs_;
};

/// Where a meeting's HLS is, within the folder of all of them.
std::filesystem::path live_folder(const std::filesystem::path& all, MeetingId meeting);

/// What media/ calls a source of the scene.
media::SourceId media_source(const Source& source);
/// What media/ shows and lets be heard of a state.
media::Scene media_scene(const State& state);
std::vector<media::SourceId> audible_sources(const State& state);
/// What was chosen by hand; the others go by their lines.
std::map<media::SourceId, media::Feed> chosen_feeds(const State& state);

}  // namespace diemcau::session
