#include "server/session/engine_stage.h"

namespace diemcau::session {

void EngineStage::open_stage(media::StageId stage) { engine_.open_stage(stage); }
void EngineStage::close_stage(media::StageId stage) { engine_.close_stage(stage); }
std::variant<std::string, media::OfferRefused> EngineStage::connect(media::PeerId peer, media::StageId stage,
                                                                    std::optional<media::SourceId> publishes,
                                                                    const std::string& offer, media::Way way,
                                                                    media::Entry entry) {
  return engine_.connect(peer, stage, publishes, offer, way, entry);
}
void EngineStage::admit(media::PeerId peer) { engine_.admit(peer); }
std::variant<std::string, media::OfferRefused> EngineStage::restart_ice(media::PeerId peer,
                                                                        const std::string& offer) {
  return engine_.restart_ice(peer, offer);
}
std::variant<std::string, media::OfferRefused> EngineStage::restart_ice_by_fragment(
    media::PeerId peer, const std::string& fragment) {
  return engine_.restart_ice_by_fragment(peer, fragment);
}
void EngineStage::disconnect(media::PeerId peer) { engine_.disconnect(peer); }
void EngineStage::set_scene(media::StageId stage, const media::Scene& scene) {
  engine_.set_scene(stage, scene);
}
void EngineStage::set_next(media::StageId stage, const media::Scene& scene) {
  engine_.set_next(stage, scene);
}
void EngineStage::set_audible(media::StageId stage, const std::vector<media::SourceId>& sources) {
  engine_.set_audible(stage, sources);
}
void EngineStage::set_feeds(media::StageId stage, const std::map<media::SourceId, media::Feed>& feeds) {
  engine_.set_feeds(stage, feeds);
}
void EngineStage::want_snapshots(media::StageId stage) { engine_.want_snapshots(stage); }
void EngineStage::show_picture(media::StageId stage, const std::filesystem::path& file) {
  engine_.show_picture(stage, file);
}
void EngineStage::show_bars(media::StageId stage) { engine_.show_bars(stage); }
void EngineStage::seek_clip(media::StageId stage, std::chrono::milliseconds position) {
  engine_.seek_clip(stage, position);
}
void EngineStage::loop_clip(media::StageId stage, bool on) { engine_.loop_clip(stage, on); }
void EngineStage::play_clip(media::StageId stage, const std::filesystem::path& file, media::ClipStart start) {
  engine_.play_clip(stage, file, start);
}
void EngineStage::pause_clip(media::StageId stage) { engine_.pause_clip(stage); }
void EngineStage::resume_clip(media::StageId stage) { engine_.resume_clip(stage); }
void EngineStage::stop_clip(media::StageId stage) { engine_.stop_clip(stage); }
void EngineStage::start_recording(media::StageId stage, const std::filesystem::path& file,
                                  const std::filesystem::path& copies) {
  engine_.start_recording(stage, file, copies);
}
void EngineStage::stop_recording(media::StageId stage) { engine_.stop_recording(stage); }
void EngineStage::start_output(media::StageId stage, media::OutputId output,
                               const media::PushTarget& target) {
  engine_.start_output(stage, output, target);
}
void EngineStage::serve_output(media::StageId stage, media::OutputId output, const std::string& path) {
  engine_.serve_output(stage, output, path);
}
void EngineStage::publish_output(media::StageId stage, media::OutputId output,
                                 const std::filesystem::path& folder) {
  engine_.publish_output(stage, output, folder);
}
void EngineStage::stop_output(media::StageId stage, media::OutputId output) {
  engine_.stop_output(stage, output);
}
std::vector<media::FilmPart> EngineStage::finish_recording(const std::vector<std::filesystem::path>& parts,
                                                           const std::filesystem::path& to,
                                                           std::stop_token stop) {
  return media::finish_recording(parts, to, std::move(stop));
}
std::vector<media::FilmPart> EngineStage::cut_recordings(const std::vector<media::FilmCut>& cuts,
                                                         const std::filesystem::path& to,
                                                         std::stop_token stop) {
  return media::cut_recordings(cuts, to, std::move(stop));
}

}  // namespace diemcau::session
