#pragma once
#include "media/media.h"

namespace diemcau::session {

/// The calls that sessions and signaling make to media/: the same as media::Engine's, whose header says what
/// they do. An interface, so that a session is tested without sockets and pipelines.
class StageControl {
 public:
  virtual ~StageControl() = default;
  virtual void open_stage(media::StageId stage) = 0;
  virtual void close_stage(media::StageId stage) = 0;
  virtual std::variant<std::string, media::OfferRefused> connect(media::PeerId peer, media::StageId stage,
                                                                 std::optional<media::SourceId> publishes,
                                                                 const std::string& offer, media::Way way,
                                                                 media::Entry entry) = 0;
  virtual void admit(media::PeerId peer) = 0;
  virtual std::variant<std::string, media::OfferRefused> restart_ice(media::PeerId peer,
                                                                     const std::string& offer) = 0;
  virtual std::variant<std::string, media::OfferRefused> restart_ice_by_fragment(
      media::PeerId peer, const std::string& fragment) = 0;
  virtual void disconnect(media::PeerId peer) = 0;
  virtual void set_scene(media::StageId stage, const media::Scene& scene) = 0;
  virtual void set_next(media::StageId stage, const media::Scene& scene) = 0;
  virtual void set_audible(media::StageId stage, const std::vector<media::SourceId>& sources) = 0;
  virtual void set_feeds(media::StageId stage, const std::map<media::SourceId, media::Feed>& feeds) = 0;
  virtual void want_snapshots(media::StageId stage) = 0;
  virtual void play_clip(media::StageId stage, const std::filesystem::path& file, media::ClipStart start) = 0;
  virtual void show_picture(media::StageId stage, const std::filesystem::path& file) = 0;
  virtual void show_bars(media::StageId stage) = 0;
  virtual void seek_clip(media::StageId stage, std::chrono::milliseconds position) = 0;
  virtual void loop_clip(media::StageId stage, bool on) = 0;
  virtual void pause_clip(media::StageId stage) = 0;
  virtual void resume_clip(media::StageId stage) = 0;
  virtual void stop_clip(media::StageId stage) = 0;
  virtual void start_recording(media::StageId stage, const std::filesystem::path& file,
                               const std::filesystem::path& copies) = 0;
  virtual void stop_recording(media::StageId stage) = 0;
  virtual void start_output(media::StageId stage, media::OutputId output,
                            const media::PushTarget& target) = 0;
  virtual void serve_output(media::StageId stage, media::OutputId output, const std::string& path) = 0;
  virtual void publish_output(media::StageId stage, media::OutputId output,
                              const std::filesystem::path& folder) = 0;
  virtual void stop_output(media::StageId stage, media::OutputId output) = 0;
  /// Called on a job's thread.
  virtual std::vector<media::FilmPart> finish_recording(const std::vector<std::filesystem::path>& parts,
                                                        const std::filesystem::path& to,
                                                        std::stop_token stop) = 0;
  virtual std::vector<media::FilmPart> cut_recordings(const std::vector<media::FilmCut>& cuts,
                                                      const std::filesystem::path& to,
                                                      std::stop_token stop) = 0;
};

}  // namespace diemcau::session
