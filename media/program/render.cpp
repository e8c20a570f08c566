#include "media/render.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "media/program/copy_shelf.h"
#include "media/program/film_maker.h"
#include "media/program/layout.h"

namespace diemcau::media {
namespace {

using program::Caption;
using program::CopyShelf;
using program::FilmMaker;
using program::SampleRef;
using program::stale;
using program::usual_patience;

using namespace std::chrono_literals;

constexpr auto longest_wait = 5s;  // of a program that had no time
constexpr auto longest_lag = 2s;
constexpr auto moment = std::chrono::milliseconds(FilmMaker::moment / GST_MSECOND);

bool contains(const std::vector<SourceId>& all, SourceId one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// One scene after the other, as they were directed.
class Rendering {
 public:
  Rendering(const RenderOrder& order, CopyShelf& shelf, FilmMaker& maker)
      : order_(order), shelf_(shelf), maker_(maker) {}

  void begin_part() { shown_ = next_ = {}; }

  void add(WallTime now) {
    while (following_ < order_.directions.size() && order_.directions[following_].at <= now)
      direction_ = &order_.directions[following_++];
    // What was sent is shown a little after what was directed, as in the program.
    shelf_.go_to(now - program::mixing_delay);
    if (const auto& scene = direction_ != nullptr ? direction_->scene : Scene{}; scene != next_) {
      next_ = scene;
      patience_ = now + usual_patience;
      // A program that had no time composed what was long past: its cut may lie before what was directed.
      cut_ = shelf_.cut(std::max(now - longest_lag, last_cut_ + 1ms),
                        std::min(next_scene(), now + longest_wait));
      last_cut_ = cut_.value_or(last_cut_);
    }
    if (shown_ != next_ && may_cut(now)) shown_ = next_;
    compose(now);
    maker_.add(pictures_, captions_, voices(now));
  }

  std::vector<Rendered::Missing> take_missing() {
    std::vector<SourceId> all;
    for (const auto& [source, since] : lacking_) all.push_back(source);
    for (const auto source : all) note_seen(source);
    return std::move(missing_);
  }

 private:
  std::optional<CopyShelf::Picture> picture(SourceId source, WallTime now) const {
    const auto found = shelf_.picture(source, now - program::mixing_delay);
    return found && found->age < stale ? found : std::nullopt;
  }

  bool may_cut(WallTime now) const {
    if (cut_) return now >= *cut_;
    return now >= patience_ || std::all_of(next_.cells.begin(), next_.cells.end(), [&](const Cell& cell) {
             return !cell.source || picture(*cell.source, now) || is_shown(*cell.source);
           });
  }
  /// When the next one that is not next_ was directed.
  WallTime next_scene() const {
    for (auto i = following_; i < order_.directions.size(); ++i)
      if (order_.directions[i].scene != next_) return order_.directions[i].at;
    return WallTime::max();
  }
  bool is_shown(SourceId source) const {
    return std::any_of(shown_.cells.begin(), shown_.cells.end(),
                       [&](const Cell& cell) { return cell.source == source; });
  }

  void compose(WallTime now) {
    pictures_.clear();
    captions_.clear();
    const auto cells = program::cells_on(shown_.layout, program::canvas::width, program::canvas::height);
    for (std::size_t i = 0; i < shown_.cells.size() && i < cells.size(); ++i) {
      auto& place = pictures_.emplace_back(FilmMaker::Shown{nullptr, cells[i]});
      const auto& cell = shown_.cells[i];
      if (!cell.source) continue;
      if (const auto found = picture(*cell.source, now)) {
        place.picture = found->sample;
        captions_.push_back({cell.label, cells[i]});
        note_seen(*cell.source);
      } else {
        place.picture = slate({cell.label, cells[i]});
        if (contains(direction_->present, *cell.source)) lacking_.try_emplace(*cell.source, film_time());
      }
    }
    std::vector<SourceId> gone;
    for (const auto& [source, since] : lacking_)
      if (!is_shown(source) || !contains(direction_->present, source)) gone.push_back(source);
    for (const auto source : gone) note_seen(source);
  }

  GstSample* slate(const Caption& caption) {
    auto& made = slates_[{caption.name, caption.cell.width, caption.cell.height}];
    if (!made) made = program::make_slate(caption.name, caption.cell.width, caption.cell.height);
    return made.get();
  }

  std::vector<std::vector<std::int16_t>> voices(WallTime now) {
    std::vector<std::vector<std::int16_t>> heard;
    for (const auto source : shelf_.open()) {
      std::vector<std::int16_t> voice(FilmMaker::samples_per_moment);
      // Read in any case: what was said with a closed microphone must not come later.
      const bool any = shelf_.add_sound(source, now - program::mixing_delay, voice);
      const bool audible =
          source == Engine::clip_source || (direction_ != nullptr && contains(direction_->audible, source));
      if (any && audible && heard.size() < program::inputs) heard.push_back(std::move(voice));
    }
    return heard;
  }

  std::chrono::milliseconds film_time() const { return maker_.moments() * moment; }
  void note_seen(SourceId source) {
    const auto found = lacking_.find(source);
    if (found == lacking_.end()) return;
    if (const auto length = film_time() - found->second; length > stale)
      missing_.push_back({source, found->second, length});
    lacking_.erase(found);
  }

  const RenderOrder& order_;
  CopyShelf& shelf_;
  FilmMaker& maker_;
  std::size_t following_ = 0;
  const Direction* direction_ = nullptr;
  Scene shown_, next_;
  WallTime patience_{};
  WallTime last_cut_{};
  std::optional<WallTime> cut_;  ///< to next_, as the program did; unknown: as soon as it is there
  std::vector<FilmMaker::Shown> pictures_;
  std::vector<Caption> captions_;
  std::map<std::tuple<std::string, int, int>, SampleRef> slates_;
  std::map<SourceId, std::chrono::milliseconds> lacking_;  ///< since when, in the film
  std::vector<Rendered::Missing> missing_;
};

}  // namespace

Rendered render(const RenderOrder& order, const std::filesystem::path& to,
                const std::function<void(std::chrono::milliseconds done)>& progress,
                const std::stop_token& stop) {
  CopyShelf shelf(order.copies);
  if (std::none_of(order.parts.begin(), order.parts.end(),
                   [&](const RenderPart& part) { return shelf.has_any(part.begin, part.end); }))
    throw NoCopies(order.copies.string());
  Rendered rendered;
  program::write_whole(to, [&](const std::filesystem::path& unfinished) {
    program::FilmWriter writer(unfinished, true, true);
    FilmMaker maker(writer, stop);
    Rendering rendering(order, shelf, maker);
    for (const auto& part : order.parts) {
      const auto begin = maker.moments() * moment;
      rendering.begin_part();
      for (auto now = part.begin; now < part.end; now += moment) {
        rendering.add(now);
        if (part.cut_off && shelf.is_over(now, part.end)) break;
        if (progress && maker.moments() % program::canvas::pictures_per_second == 0)
          progress(maker.moments() * moment);
      }
      rendered.parts.push_back({begin, maker.moments() * moment - begin});
    }
    maker.finish();
    writer.finish(stop);
    rendered.missing = rendering.take_missing();
  });
  return rendered;
}

}  // namespace diemcau::media
