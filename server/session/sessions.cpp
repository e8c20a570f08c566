#include "server/session/sessions.h"

#include <algorithm>

#include "scheduler/documents.h"
#include "scheduler/meetings.h"
#include "server/session/brief.h"

namespace diemcau::session {
namespace {
constexpr std::uint64_t pictures_kept = 8;
constexpr std::chrono::minutes announced_ahead{60};  // time enough to make room
const Actor ourselves{Giver::server, {}, {}};
MeetingId meeting_of(media::StageId stage) { return MeetingId{static_cast<std::int64_t>(stage)}; }
}  // namespace

Sessions::Sessions(const Surroundings& around)
    : store_(around.store),
      jobs_(around.jobs),
      stage_(around.stage),
      log_(around.log),
      bytes_(around.bytes),
      pages_folder_(around.pages_folder),
      now_(around.now),
      recordings_(around.store, around.jobs, around.stage, around.log, around.recordings_folder),
      rtsp_port_(around.rtsp.port),
      around_{around.store,
              around.stage,
              around.log,
              around.recordings_folder,
              around.live_folder,
              around.key,
              around.rtsp.path,
              [this](DocumentId document) { return bytes_of(document); },
              [this](MeetingId meeting, DocumentId document, std::int64_t page) {
                show_page(meeting, document, page);
              },
              [this](MeetingId meeting) {
                const auto found = sessions_.find(meeting);
                if (found != sessions_.end() && found->second->shown().state == SessionState::ended)
                  recordings_.join(meeting);
                if (shown_) shown_(meeting);
              }} {
  std::filesystem::remove_all(around.live_folder);
  std::filesystem::remove_all(pages_folder_);
  std::filesystem::create_directories(pages_folder_);
}

std::filesystem::path Sessions::bytes_of(DocumentId id) const {
  const auto document = scheduler::Documents(store_.reading()).find(id);
  return document ? bytes_.find(document->sha256) : std::filesystem::path();
}

void Sessions::resume(Time now) {
  recordings_.finish_left_over(now);
  for (const auto meeting : scheduler::Meetings(store_.reading()).live()) {
    auto* session = find(meeting);
    if (session == nullptr) continue;
    log_.info("session.resumed", {{"meeting", meeting}});
    session->give(ourselves, Resume{}, now);
  }
}

std::optional<Brief> Sessions::brief_of(MeetingId meeting) const {
  auto brief = load_brief(store_.reading(), meeting);
  if (brief) brief->rtsp_port = rtsp_port_;
  return brief;
}

Session* Sessions::find(MeetingId meeting) {
  const auto found = sessions_.find(meeting);
  if (found != sessions_.end()) return found->second.get();
  auto brief = brief_of(meeting);
  if (!brief) return nullptr;
  auto session = std::make_unique<Session>(around_, std::move(*brief),
                                           scheduler::EventLog(store_.reading()).of(meeting));
  return sessions_.emplace(meeting, std::move(session)).first->second.get();
}

void Sessions::meeting_changed(MeetingId meeting) {
  const auto found = sessions_.find(meeting);
  if (found == sessions_.end()) return;
  if (const auto brief = brief_of(meeting)) found->second->change_brief(*brief);
}

void Sessions::sites_changed() {
  for (const auto& [meeting, session] : sessions_)
    if (const auto brief = brief_of(meeting)) session->change_brief(*brief);
}

void Sessions::lose_site(MeetingId meeting, SiteId site, Time now) { tell(meeting, LoseSite{site}, now); }

void Sessions::tell(MeetingId meeting, const Command& command, Time now) {
  const auto found = sessions_.find(meeting);
  if (found != sessions_.end()) found->second->give(ourselves, command, now);
}

void Sessions::show_page(MeetingId meeting, DocumentId document, std::int64_t page) {
  const PageShown wished{document, page};
  const auto file = bytes_of(document);
  const auto paper = scheduler::Documents(store_.reading()).find(document);
  if (file.empty() || !paper) return tell(meeting, FinishClip{"clip.file_missing"}, now_());
  if (paper->media_type != "application/pdf") return page_drawn(meeting, wished, DrawnPage{1, 1}, file);
  // Whoever turns pages fast has several drawn at once, and media/ may still read the last.
  const auto picture = pages_folder_ / (std::to_string(number(meeting)) + "-" +
                                        std::to_string(pages_drawn_++ % pictures_kept) + ".png");
  auto drawn = std::make_shared<std::optional<DrawnPage>>();  // filled on the job's thread
  jobs_.put([=] { *drawn = draw_page(file, static_cast<int>(page), picture); },
            [=, this](std::exception_ptr) { page_drawn(meeting, wished, *drawn, picture); });
}

void Sessions::page_drawn(MeetingId meeting, const PageShown& wished, const std::optional<DrawnPage>& drawn,
                          const std::filesystem::path& picture) {
  const auto found = sessions_.find(meeting);
  if (found == sessions_.end()) return;
  const auto& clip = found->second->shown().clip;
  if (clip.kind != ClipKind::page || clip.document != wished.document || clip.page != wished.page) return;
  if (!drawn) {
    log_.warn("page.unreadable",
              {{"meeting", meeting}, {"document", wished.document}, {"page", wished.page}});
    return tell(meeting, FinishClip{"page.unreadable"}, now_());
  }
  stage_.show_picture(media::StageId{number(meeting)}, picture);
  tell(meeting, CountPages{wished.document, drawn->pages}, now_());
}

void Sessions::on_media(const media::Event& event, Time now) {
  const auto give = [&](media::StageId stage, const Command& command) {
    tell(meeting_of(stage), command, now);
  };
  if (const auto* clip = std::get_if<media::ClipEnded>(&event)) {
    if (!clip->error.empty()) log_.warn("clip.failed", {{"meeting", clip->stage}, {"why", clip->error}});
    const auto found = sessions_.find(meeting_of(clip->stage));
    const bool page = found != sessions_.end() && found->second->shown().clip.kind == ClipKind::page;
    give(clip->stage, FinishClip{clip->error.empty() ? ""
                                 : page              ? "page.unreadable"
                                 : clip->no_film     ? "clip.no_film"
                                                     : "clip.failed"});
  } else if (const auto* started = std::get_if<media::ClipStarted>(&event)) {
    give(started->stage, MeasureClip{started->duration.count()});
  } else if (const auto* began = std::get_if<media::RecordingBegan>(&event)) {
    recordings_.began(began->file, now - began->ago);
  } else if (const auto* grew = std::get_if<media::RecordingGrew>(&event)) {
    watches_.try_emplace(meeting_of(grew->stage), now)
        .first->second.on_bytes(grew->bytes, now, grew->copy_bytes);
  } else if (const auto* failed_copy = std::get_if<media::SafetyCopyFailed>(&event)) {
    log_.warn("recording.copy_failed",
              {{"meeting", failed_copy->stage},
               {"source", static_cast<std::int64_t>(failed_copy->source.value_or(media::SourceId{}))},
               {"why", failed_copy->error}});
  } else if (const auto* failed = std::get_if<media::RecordingFailed>(&event)) {
    log_.error("recording.failed", {{"meeting", failed->stage}, {"why", failed->error}});
    watches_.erase(meeting_of(failed->stage));
    // Before the reason is stored: there would be no room for it.
    if (failed->disk_full) store_.on_disk_full();
    const auto session = sessions_.find(meeting_of(failed->stage));
    if (session != sessions_.end() && session->second->shown().recorder.since)
      recordings_.closed(session->first,
                         recording_file(session->first, *session->second->shown().recorder.since), now);
    give(failed->stage, FailRecording{failed->disk_full ? "recording.disk_full" : "recording.failed"});
  } else if (const auto* closed = std::get_if<media::RecordingClosed>(&event)) {
    watches_.erase(meeting_of(closed->stage));
    recordings_.closed(meeting_of(closed->stage), closed->file, now);
  }
}

void Sessions::watch_recordings(Time now, std::optional<std::int64_t> disk_free) {
  std::map<MeetingId, RecordingHealth> health;
  for (const auto& [meeting, session] : sessions_) {
    const auto& state = session->shown();
    if (state.state != SessionState::open || state.recorder.state != RecorderState::recording) continue;
    // Also of a recorder from which nothing has ever been heard.
    const auto& watch = watches_.try_emplace(meeting, state.recorder.since.value_or(now)).first->second;
    auto& is = health[meeting] = {watch.bytes(), watch.stalled(now), {}};
    if (disk_free) is.disk_full_in = watch.full_in(*disk_free, announced_ahead);
    const auto was = recording_health(meeting).value_or(RecordingHealth{});
    if (is.stalled && !was.stalled)
      log_.error("recording.stalled", {{"meeting", meeting}, {"bytes", is.bytes}});
    if (is.disk_full_in && !was.disk_full_in)
      log_.warn("recording.disk_low", {{"meeting", meeting}, {"minutes", is.disk_full_in->count()}});
  }
  health_ = std::move(health);
}

std::optional<RecordingHealth> Sessions::recording_health(MeetingId meeting) const {
  const auto found = health_.find(meeting);
  return found == health_.end() ? std::nullopt : std::optional(found->second);
}

void Sessions::forget_unused(const std::set<MeetingId>& used) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const auto& [meeting, session] = entry;
    return session->shown().state != SessionState::open && !session->busy() && !used.contains(meeting);
  });
}

std::vector<MeetingId> Sessions::open() const {
  std::vector<MeetingId> meetings;
  for (const auto& [meeting, session] : sessions_)
    if (session->shown().state == SessionState::open) meetings.push_back(meeting);
  return meetings;
}

}  // namespace diemcau::session
