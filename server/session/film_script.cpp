#include "server/session/film_script.h"

#include "server/session/events.h"
#include "server/session/recording_files.h"
#include "server/session/session.h"
#include "server/signaling/json_codec.h"

namespace diemcau::session {
namespace {

media::SourceId camera_of(SiteId site) { return media_source(Camera{site}); }

class Reading {
 public:
  Reading(const Brief& brief, const std::vector<scheduler::RecordingPart>& known,
          std::optional<Layout> layout)
      : known_(known), layout_(layout) {
    state_.brief = brief;
  }

  void read(const Event& event, Time at) {
    if (std::holds_alternative<RecordingStarted>(event)) begun_ = at;
    if (std::holds_alternative<RecordingStopped>(event) || std::holds_alternative<RecordingFailed>(event) ||
        std::holds_alternative<SessionEnded>(event))
      end_part(at, false);
    // The server was killed: nobody has written down when.
    if (std::holds_alternative<SessionResumed>(event)) end_part(at, true);
    apply(state_, event, at);
    direct(at);
  }

  FilmScript take(Time now) {
    end_part(now, true);
    return std::move(script_);
  }

 private:
  void end_part(Time at, bool cut_off) {
    if (!begun_) return;
    media::RenderPart part{*begun_, at, cut_off};
    const auto file = recording_file(state_.brief.meeting.id, *begun_);
    begun_.reset();
    // The film there was began with its first picture, a moment after the event.
    for (const auto& known : known_)
      if (known.file == file && known.length.count() > 0)
        part = {known.started_at, known.started_at + known.length, false};
    if (part.end > part.begin) script_.parts.push_back(part);
  }

  void direct(Time at) {
    media::Direction direction{at, media_scene(state_), audible_sources(state_), {}};
    if (layout_) {
      direction.scene.layout = static_cast<media::Layout>(*layout_);
      direction.scene.cells.resize(cells_of(*layout_));
    }
    for (const auto& [site, hall] : state_.halls) {
      if (hall.presence != Presence::connected) continue;
      direction.present.push_back(camera_of(site));
      if (hall.screen) direction.present.push_back(media_source(Screen{site}));
    }
    auto& directions = script_.directions;
    if (!directions.empty() && directions.back().scene == direction.scene &&
        directions.back().audible == direction.audible && directions.back().present == direction.present)
      return;
    directions.push_back(std::move(direction));
  }

  const std::vector<scheduler::RecordingPart>& known_;
  std::optional<Layout> layout_;
  State state_;
  std::optional<Time> begun_;
  FilmScript script_;
};

}  // namespace

FilmScript film_script(const Brief& brief, const std::vector<scheduler::LoggedEvent>& log,
                       const std::vector<scheduler::RecordingPart>& known, std::optional<Layout> layout,
                       Time now) {
  Reading reading(brief, known, layout);
  for (const auto& entry : log)
    reading.read(protocol::decode<Event>(nlohmann::json::parse(entry.event)), entry.at);
  return reading.take(now);
}

}  // namespace diemcau::session
