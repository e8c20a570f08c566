#pragma once
#include "server/session/stage_control.h"

namespace diemcau::session {

/// StageControl by the media engine, which must outlive this.
class EngineStage : public StageControl {
 public:
  explicit EngineStage(media::Engine& engine) : engine_(engine) {}
  void open_stage(media::StageId stage) override;
  void close_stage(media::StageId stage) override;
  std::variant<std::string, media::OfferRefused> connect(media::PeerId peer, media::StageId stage,
                                                         std::optional<media::SourceId> publishes,
                                                         const std::string& offer, media::Way way,
                                                         media::Entry entry) override;
  void admit(media::PeerId peer) override;
  std::variant<std::string, media::OfferRefused> restart_ice(media::PeerId peer,
                                                             const std::string& offer) override;
  std::variant<std::string, media::OfferRefused> restart_ice_by_fragment(
      media::PeerId peer, const std::string& fragment) override;
  void disconnect(media::PeerId peer) override;
  void set_scene(media::StageId stage, const media::Scene& scene) override;
  void set_next(media::StageId stage, const media::Scene& scene) override;
  void set_audible(media::StageId stage, const std::vector<media::SourceId>& sources) override;
  void set_feeds(media::StageId stage, const std::map<media::SourceId, media::Feed>& feeds) override;
  void want_snapshots(media::StageId stage) override;
  void play_clip(media::StageId stage, const std::filesystem::path& file, media::ClipStart start) override;
  void show_picture(media::StageId stage, const std::filesystem::path& file) override;
  void show_bars(media::StageId stage) override;
  void seek_clip(media::StageId stage, std::chrono::milliseconds position) override;
  void loop_clip(media::StageId stage, bool on) override;
  void pause_clip(media::StageId stage) override;
  void resume_clip(media::StageId stage) override;
  void stop_clip(media::StageId stage) override;
  void start_recording(media::StageId stage, const std::filesystem::path& file,
                       const std::filesystem::path& copies) override;
  void stop_recording(media::StageId stage) override;
  void start_output(media::StageId stage, media::OutputId output, const media::PushTarget& target) override;
  void serve_output(media::StageId stage, media::OutputId output, const std::string& path) override;
  void publish_output(media::StageId stage, media::OutputId output,
                      const std::filesystem::path& folder) override;
  void stop_output(media::StageId stage, media::OutputId output) override;
  std::vector<media::FilmPart> finish_recording(const std::vector<std::filesystem::path>& parts,
                                                const std::filesystem::path& to,
                                                std::stop_token stop) override;
  std::vector<media::FilmPart> cut_recordings(const std::vector<media::FilmCut>& cuts,
                                              const std::filesystem::path& to, std::stop_token stop) override;

 private:
  media::Engine& engine_;
};

}  // namespace diemcau::session
