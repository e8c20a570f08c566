#pragma once
#include <map>
#include <memory>
#include <set>

#include "scheduler/document_bytes.h"
#include "server/session/page_pictures.h"
#include "server/session/recording_files.h"
#include "server/session/recording_watch.h"
#include "server/session/session.h"

namespace diemcau::session {

/// How the recording of a session does.
struct RecordingHealth {
  std::int64_t bytes{};
  bool stalled = false;                              ///< nothing has been written for seconds
  std::optional<std::chrono::minutes> disk_full_in;  ///< when that is within the hour
};

/// The RTSP server, if there is one.
struct Rtsp {
  int port = 0;  ///< 0: there is none
  std::function<std::string(MeetingId, OutputId)> path;
};

/// All sessions that somebody looks at or that are live. Main thread.
class Sessions {
 public:
  struct Surroundings {
    server::Store& store;
    server::Jobs& jobs;
    StageControl& stage;
    server::Log& log;
    const scheduler::DocumentBytes& bytes;
    std::filesystem::path recordings_folder;
    std::filesystem::path pages_folder;  ///< pictures of pages on stage: emptied at the start
    std::filesystem::path live_folder;   ///< the HLS of sessions: emptied at the start
    std::string key;                     ///< that locks the addresses of outputs
    Rtsp rtsp;
    std::function<Time()> now;
  };
  explicit Sessions(const Surroundings& around);

  /// Called whenever something seen may have changed.
  void on_shown(std::function<void(MeetingId)> shown) { shown_ = std::move(shown); }
  /// At the start: finishes recordings of an earlier run and takes up the live sessions where they stood.
  void resume(Time now);
  /// nullptr: there is no such meeting.
  Session* find(MeetingId meeting);
  /// The office has changed the meeting or its documents.
  void meeting_changed(MeetingId meeting);
  /// The office has changed sites or their cameras: what a meeting calls a hall, and how it joins.
  void sites_changed();
  void lose_site(MeetingId meeting, SiteId site, Time now);
  /// Clips and recordings; what concerns peers is signaling's.
  void on_media(const media::Event& event, Time now);
  /// Once a second. `disk_free`: bytes where recordings are written.
  void watch_recordings(Time now, std::optional<std::int64_t> disk_free);
  /// nullopt: nothing is being recorded.
  std::optional<RecordingHealth> recording_health(MeetingId meeting) const;
  /// Drops sessions that are not live and that nobody in `used` looks at.
  void forget_unused(const std::set<MeetingId>& used);
  std::vector<MeetingId> open() const;
  std::size_t live() const { return open().size(); }

 private:
  std::optional<Brief> brief_of(MeetingId meeting) const;
  std::filesystem::path bytes_of(DocumentId document) const;
  void show_page(MeetingId meeting, DocumentId document, std::int64_t page);
  /// `picture`: of that page, or of no use.
  void page_drawn(MeetingId meeting, const PageShown& wished, const std::optional<DrawnPage>& drawn,
                  const std::filesystem::path& picture);
  /// What happened, to the session if it is known here.
  void tell(MeetingId meeting, const Command& command, Time now);

  server::Store& store_;
  server::Jobs& jobs_;
  StageControl& stage_;
  server::Log& log_;
  const scheduler::DocumentBytes& bytes_;
  const std::filesystem::path pages_folder_;
  std::uint64_t pages_drawn_ = 0;
  const std::function<Time()> now_;
  RecordingFiles recordings_;
  const int rtsp_port_;
  std::function<void(MeetingId)> shown_;
  Session::Surroundings around_;  // before sessions_: they refer to it
  std::map<MeetingId, std::unique_ptr<Session>> sessions_;
  std::map<MeetingId, RecordingWatch> watches_;
  std::map<MeetingId, RecordingHealth> health_;  ///< of what is being recorded
};

}  // namespace diemcau::session
