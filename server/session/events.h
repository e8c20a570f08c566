#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/describe.hpp>

#include "server/session/output_address.h"
#include "server/session/scene.h"

/// What happened in a session, as it is stored for good. A session is the fold of its events. Rules of
/// change: add optional fields only; a changed meaning is a new event with a new name.
namespace diemcau::session {

struct SessionOpened {
  static constexpr auto type = "session_opened";
};
BOOST_DESCRIBE_STRUCT(SessionOpened, (), ())

struct SessionEnded {
  static constexpr auto type = "session_ended";
};
BOOST_DESCRIBE_STRUCT(SessionEnded, (), ())

/// The server came back after a stop: every line was cut.
struct SessionResumed {
  static constexpr auto type = "session_resumed";
};
BOOST_DESCRIBE_STRUCT(SessionResumed, (), ())

struct SiteJoined {
  static constexpr auto type = "site_joined";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(SiteJoined, (), (site))

struct SiteLeft {
  static constexpr auto type = "site_left";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(SiteLeft, (), (site))

struct SiteLost {
  static constexpr auto type = "site_lost";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(SiteLost, (), (site))

struct SceneStaged {
  static constexpr auto type = "scene_staged";
  Scene scene;
};
BOOST_DESCRIBE_STRUCT(SceneStaged, (), (scene))

/// The scene before the last one is back.
struct SceneUndone {
  static constexpr auto type = "scene_undone";
  Scene scene;
};
BOOST_DESCRIBE_STRUCT(SceneUndone, (), (scene))

struct MicrophoneOpened {
  static constexpr auto type = "microphone_opened";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(MicrophoneOpened, (), (site))

struct MicrophoneClosed {
  static constexpr auto type = "microphone_closed";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(MicrophoneClosed, (), (site))

struct HandRaised {
  static constexpr auto type = "hand_raised";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(HandRaised, (), (site))

struct HandLowered {
  static constexpr auto type = "hand_lowered";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(HandLowered, (), (site))

struct ScreenShared {
  static constexpr auto type = "screen_shared";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(ScreenShared, (), (site))

struct SharingStopped {
  static constexpr auto type = "sharing_stopped";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(SharingStopped, (), (site))

struct FeedSet {
  static constexpr auto type = "feed_set";
  SiteId site{};
  Feed feed{};
};
BOOST_DESCRIBE_STRUCT(FeedSet, (), (site, feed))

struct FloorGiven {
  static constexpr auto type = "floor_given";
  SiteId site{};
  std::optional<std::int64_t> seconds;
};
BOOST_DESCRIBE_STRUCT(FloorGiven, (), (site, seconds))

struct FloorExtended {
  static constexpr auto type = "floor_extended";
  std::int64_t seconds{};
};
BOOST_DESCRIBE_STRUCT(FloorExtended, (), (seconds))

struct FloorTaken {
  static constexpr auto type = "floor_taken";
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(FloorTaken, (), (site))

struct ClipPlayed {
  static constexpr auto type = "clip_played";
  DocumentId document{};
};
BOOST_DESCRIBE_STRUCT(ClipPlayed, (), (document))

/// It stands at its first picture.
struct ClipCued {
  static constexpr auto type = "clip_cued";
  DocumentId document{};
};
BOOST_DESCRIBE_STRUCT(ClipCued, (), (document))

/// In place of a film.
struct PageShown {
  static constexpr auto type = "page_shown";
  DocumentId document{};
  std::int64_t page{};  ///< from 1
};
BOOST_DESCRIBE_STRUCT(PageShown, (), (document, page))

struct PagesCounted {
  static constexpr auto type = "pages_counted";
  std::int64_t pages{};
};
BOOST_DESCRIBE_STRUCT(PagesCounted, (), (pages))

struct BarsShown {
  static constexpr auto type = "bars_shown";
};
BOOST_DESCRIBE_STRUCT(BarsShown, (), ())

struct ClipMeasured {
  static constexpr auto type = "clip_measured";
  std::int64_t milliseconds{};
};
BOOST_DESCRIBE_STRUCT(ClipMeasured, (), (milliseconds))

/// To so many milliseconds from the beginning.
struct ClipSought {
  static constexpr auto type = "clip_sought";
  std::int64_t position{};
};
BOOST_DESCRIBE_STRUCT(ClipSought, (), (position))

struct ClipLooped {
  static constexpr auto type = "clip_looped";
  bool on = false;
};
BOOST_DESCRIBE_STRUCT(ClipLooped, (), (on))

struct ClipPaused {
  static constexpr auto type = "clip_paused";
};
BOOST_DESCRIBE_STRUCT(ClipPaused, (), ())

struct ClipResumed {
  static constexpr auto type = "clip_resumed";
};
BOOST_DESCRIBE_STRUCT(ClipResumed, (), ())

struct ClipStopped {
  static constexpr auto type = "clip_stopped";
};
BOOST_DESCRIBE_STRUCT(ClipStopped, (), ())

/// It came to its end, or `reason` (a text key) says why it could not be played.
struct ClipFinished {
  static constexpr auto type = "clip_finished";
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ClipFinished, (), (reason))

/// The file's name follows from the meeting and this event's time: recording_file().
struct RecordingStarted {
  static constexpr auto type = "recording_started";
};
BOOST_DESCRIBE_STRUCT(RecordingStarted, (), ())

struct RecordingStopped {
  static constexpr auto type = "recording_stopped";
};
BOOST_DESCRIBE_STRUCT(RecordingStopped, (), ())

struct RecordingFailed {
  static constexpr auto type = "recording_failed";
  std::string reason;  ///< a text key
};
BOOST_DESCRIBE_STRUCT(RecordingFailed, (), (reason))

struct ItemBegun {
  static constexpr auto type = "item_begun";
  std::int64_t item{};
};
BOOST_DESCRIBE_STRUCT(ItemBegun, (), (item))

/// Of RTSP without a host: our own. Only what everybody may see of its address: the log is for good. The rest
/// is in output_secrets.
struct OutputAdded {
  static constexpr auto type = "output_added";
  OutputId output{};
  OutputKind kind{};
  std::string host;
  int port{};
};
BOOST_DESCRIBE_STRUCT(OutputAdded, (), (output, kind, host, port))

struct OutputStarted {
  static constexpr auto type = "output_started";
  OutputId output{};
};
BOOST_DESCRIBE_STRUCT(OutputStarted, (), (output))

struct OutputStopped {
  static constexpr auto type = "output_stopped";
  OutputId output{};
  std::string reason;  ///< empty, or a text key
};
BOOST_DESCRIBE_STRUCT(OutputStopped, (), (output, reason))

struct OutputRemoved {
  static constexpr auto type = "output_removed";
  OutputId output{};
};
BOOST_DESCRIBE_STRUCT(OutputRemoved, (), (output))

using Event =
    std::variant<SessionOpened, SessionEnded, SessionResumed, SiteJoined, SiteLeft, SiteLost, SceneStaged,
                 SceneUndone, MicrophoneOpened, MicrophoneClosed, HandRaised, HandLowered, FloorGiven,
                 FloorExtended, FloorTaken, ClipPlayed, ClipCued, ClipMeasured, ClipPaused, ClipResumed,
                 ClipSought, ClipLooped, ClipStopped, ClipFinished, RecordingStarted, RecordingStopped,
                 RecordingFailed, ItemBegun, ScreenShared, SharingStopped, OutputAdded, OutputStarted,
                 OutputStopped, OutputRemoved, FeedSet, PageShown, PagesCounted, BarsShown>;
using Events = std::vector<Event>;

}  // namespace diemcau::session
