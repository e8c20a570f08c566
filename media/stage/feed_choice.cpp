#include "media/stage/feed_choice.h"

#include <chrono>

#include "media/stage/budget.h"

namespace diemcau::stage {
namespace {
using namespace std::chrono_literals;

constexpr auto before_on = 4s;    // a line that just begins is thin for a moment
constexpr auto before_off = 10s;  // and one that was thin has good moments
constexpr auto before_off_if_wide = 2s;
constexpr auto before_given_up = 2s;
constexpr auto rest = 30s;
constexpr double most = 1.15;  // of what a line is known to carry

bool fits(std::int64_t cost, std::int64_t rate, double part) {
  return static_cast<double>(cost) <= part * static_cast<double>(rate);
}
/// Of the stage nothing could be sent.
bool is_dark(const FeedChoice::Line& line) { return !fits(line.main, line.rate, planned); }
}  // namespace

void FeedChoice::set(media::Feed feed) {
  if (feed_ == feed) return;
  feed_ = feed;
  is_new_ = feed != media::Feed::by_line;
}

bool FeedChoice::wanted(const std::optional<Line>& line) const {
  if (feed_ == media::Feed::stage) return false;
  if (!line) return feed_ == media::Feed::program;
  // Rather a few pictures a second than none.
  if (is_dark(*line)) return fits(line->program_least, line->rate, most);
  // What does not run yet may only use a part of the line, what runs or was chosen by hand somewhat more than
  // it is known to carry (what is sent is paced a fifth above that): nothing goes to and fro.
  if (!fits(line->program, line->rate, on_ || feed_ == media::Feed::program ? most : planned)) return false;
  return feed_ == media::Feed::program || !fits(line->least, line->rate, planned);
}

void FeedChoice::look(const std::optional<Line>& line, Clock::time_point now) {
  const bool want = wanted(line);
  if (want == on_) {
    differs_since_.reset();
    return;
  }
  if (!differs_since_) differs_since_ = now;
  if (is_new_ || (want && line && is_dark(*line))) {
    // Whoever pressed the key wants to see it now; and nobody is left without a picture.
  } else if (want) {
    if (now - *differs_since_ < before_on || now < rests_until_) return;
  } else {
    const bool given_up =
        line && !fits(is_dark(*line) ? line->program_least : line->program, line->rate, most);
    const auto wait = given_up ? before_given_up : line ? before_off : before_off_if_wide;
    if (now - *differs_since_ < wait) return;
    if (given_up) rests_until_ = now + rest;
  }
  on_ = want;
  is_new_ = false;
  differs_since_.reset();
}

}  // namespace diemcau::stage
