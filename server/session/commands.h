#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <boost/describe.hpp>

#include "server/session/output_address.h"
#include "server/session/scene.h"
#include "server/signaling/json_codec.h"

/// The one table of what can be commanded in a live session: each row is a struct that says its name on the
/// wire, who may give it, and its fields with their limits. Dispatcher, rights, TypeScript types and the
/// tests over all givers read it.
namespace diemcau::session {

/// Who can command. `server` is ourselves: what happened to a line, a clip or a file.
enum class Giver : unsigned { operator_ = 1, chair = 2, hall = 4, server = 8 };
BOOST_DESCRIBE_ENUM(Giver, operator_, chair, hall, server)
constexpr unsigned operator|(Giver a, Giver b) { return static_cast<unsigned>(a) | static_cast<unsigned>(b); }
constexpr unsigned only(Giver giver) { return static_cast<unsigned>(giver); }

struct Open {
  static constexpr auto type = "open";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(Open, (), ())

struct End {
  static constexpr auto type = "end";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(End, (), ())

/// A hall enters. Its page gives it together with a media offer.
struct Join {
  static constexpr auto type = "join";
  static constexpr unsigned may = only(Giver::hall);
};
BOOST_DESCRIBE_STRUCT(Join, (), ())

struct Leave {
  static constexpr auto type = "leave";
  static constexpr unsigned may = only(Giver::hall);
};
BOOST_DESCRIBE_STRUCT(Leave, (), ())

/// The line of a hall is gone; it keeps its cell, its place in the queue and its open microphone.
struct LoseSite {
  static constexpr auto type = "lose_site";
  static constexpr unsigned may = only(Giver::server);
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(LoseSite, (), (site))

struct StageScene {
  static constexpr auto type = "stage_scene";
  static constexpr unsigned may = only(Giver::operator_);
  Scene scene;
};
BOOST_DESCRIBE_STRUCT(StageScene, (), (scene))

/// Puts the scene before this one back: a wrong cut is undone by one key.
struct UndoScene {
  static constexpr auto type = "undo_scene";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(UndoScene, (), ())

struct OpenMicrophone {
  static constexpr auto type = "open_microphone";
  static constexpr unsigned may = Giver::operator_ | Giver::chair;
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(OpenMicrophone, (), (site))

/// A hall may close its own; the operator and the chair any.
struct CloseMicrophone {
  static constexpr auto type = "close_microphone";
  static constexpr unsigned may = only(Giver::operator_) | only(Giver::chair) | only(Giver::hall);
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(CloseMicrophone, (), (site))

/// Every microphone but the speaker's.
struct CloseOtherMicrophones {
  static constexpr auto type = "close_other_microphones";
  static constexpr unsigned may = Giver::operator_ | Giver::chair;
};
BOOST_DESCRIBE_STRUCT(CloseOtherMicrophones, (), ())

struct RaiseHand {
  static constexpr auto type = "raise_hand";
  static constexpr unsigned may = only(Giver::hall);
};
BOOST_DESCRIBE_STRUCT(RaiseHand, (), ())

/// A hall lowers its own; the operator and the chair any.
struct LowerHand {
  static constexpr auto type = "lower_hand";
  static constexpr unsigned may = only(Giver::operator_) | only(Giver::chair) | only(Giver::hall);
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(LowerHand, (), (site))

/// The hall's page has a screen to share. It is seen where a cell shows Screen.
struct ShareScreen {
  static constexpr auto type = "share_screen";
  static constexpr unsigned may = only(Giver::hall);
};
BOOST_DESCRIBE_STRUCT(ShareScreen, (), ())

/// A hall stops its own; the operator any.
struct StopSharing {
  static constexpr auto type = "stop_sharing";
  static constexpr unsigned may = Giver::operator_ | Giver::hall;
  SiteId site{};
};
BOOST_DESCRIBE_STRUCT(StopSharing, (), (site))

/// What a site gets to see. Its voices are the same with all of them.
struct SetFeed {
  static constexpr auto type = "set_feed";
  static constexpr unsigned may = only(Giver::operator_);
  SiteId site{};
  Feed feed{};
};
BOOST_DESCRIBE_STRUCT(SetFeed, (), (site, feed))

/// Opens the site's microphone and puts it on stage (in the main cell unless it is on stage already).
struct GiveFloor {
  static constexpr auto type = "give_floor";
  static constexpr unsigned may = Giver::operator_ | Giver::chair;
  SiteId site{};
  std::optional<protocol::Within<10, 7200>> seconds;  ///< speaking time; none: without limit
};
BOOST_DESCRIBE_STRUCT(GiveFloor, (), (site, seconds))

/// More time for who has the floor.
struct ExtendFloor {
  static constexpr auto type = "extend_floor";
  static constexpr unsigned may = Giver::operator_ | Giver::chair;
  protocol::Within<10, 3600> seconds;
};
BOOST_DESCRIBE_STRUCT(ExtendFloor, (), (seconds))

/// Takes the floor back; closes that microphone.
struct TakeFloor {
  static constexpr auto type = "take_floor";
  static constexpr unsigned may = Giver::operator_ | Giver::chair;
};
BOOST_DESCRIBE_STRUCT(TakeFloor, (), ())

/// Starts a film of this meeting from its beginning (its sound goes to all); the picture is seen where a cell
/// shows Clip.
struct PlayClip {
  static constexpr auto type = "play_clip";
  static constexpr unsigned may = only(Giver::operator_);
  DocumentId document{};
};
BOOST_DESCRIBE_STRUCT(PlayClip, (), (document))

/// Prepares a film: it stands at its first picture until it is resumed.
struct CueClip {
  static constexpr auto type = "cue_clip";
  static constexpr unsigned may = only(Giver::operator_);
  DocumentId document{};
};
BOOST_DESCRIBE_STRUCT(CueClip, (), (document))

/// Shows a page of a paper of this meeting (PDF, or a picture, which has one) where a cell shows Clip, in
/// place of a film. Behind the last page: the last.
struct ShowPage {
  static constexpr auto type = "show_page";
  static constexpr unsigned may = only(Giver::operator_);
  DocumentId document{};
  protocol::Within<1, 9999> page;
};
BOOST_DESCRIBE_STRUCT(ShowPage, (), (document, page))

/// Colour bars and a tone in place of a film: before a session every hall sees and hears the same.
struct ShowBars {
  static constexpr auto type = "show_bars";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(ShowBars, (), ())

struct PauseClip {
  static constexpr auto type = "pause_clip";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(PauseClip, (), ())

struct ResumeClip {
  static constexpr auto type = "resume_clip";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(ResumeClip, (), ())

/// Goes on from there, milliseconds from the beginning; behind the end: from the end.
struct SeekClip {
  static constexpr auto type = "seek_clip";
  static constexpr unsigned may = only(Giver::operator_);
  protocol::Within<0, 86'400'000> position;
};
BOOST_DESCRIBE_STRUCT(SeekClip, (), (position))

/// At its end the film begins anew, for as long as this is on.
struct LoopClip {
  static constexpr auto type = "loop_clip";
  static constexpr unsigned may = only(Giver::operator_);
  bool on = false;
};
BOOST_DESCRIBE_STRUCT(LoopClip, (), (on))

struct StopClip {
  static constexpr auto type = "stop_clip";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(StopClip, (), ())

/// How long the film is: known when its file was looked into.
struct MeasureClip {
  static constexpr auto type = "measure_clip";
  static constexpr unsigned may = only(Giver::server);
  std::int64_t milliseconds{};
};
BOOST_DESCRIBE_STRUCT(MeasureClip, (), (milliseconds))

/// How many pages that paper has: known when one was drawn.
struct CountPages {
  static constexpr auto type = "count_pages";
  static constexpr unsigned may = only(Giver::server);
  DocumentId document{};
  std::int64_t pages{};
};
BOOST_DESCRIBE_STRUCT(CountPages, (), (document, pages))

/// The film came to its end, or (with a reason) is none.
struct FinishClip {
  static constexpr auto type = "finish_clip";
  static constexpr unsigned may = only(Giver::server);
  std::string reason;  ///< empty, or a text key
};
BOOST_DESCRIBE_STRUCT(FinishClip, (), (reason))

struct StartRecording {
  static constexpr auto type = "start_recording";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(StartRecording, (), ())

struct StopRecording {
  static constexpr auto type = "stop_recording";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(StopRecording, (), ())

/// The recorder could not go on (disk full, pipeline fault).
struct FailRecording {
  static constexpr auto type = "fail_recording";
  static constexpr unsigned may = only(Giver::server);
  std::string reason;  ///< a text key
};
BOOST_DESCRIBE_STRUCT(FailRecording, (), (reason))

/// The agenda item that is being treated (index from 0 in the meeting's agenda).
struct BeginItem {
  static constexpr auto type = "begin_item";
  static constexpr unsigned may = Giver::operator_ | Giver::chair;
  protocol::Within<0, 59> item;
};
BOOST_DESCRIBE_STRUCT(BeginItem, (), (item))

/// Sends the program to a host from now on, or from when the session opens. `url`: see output_address.h; it
/// is seen by nobody again.
struct AddOutput {
  static constexpr auto type = "add_output";
  static constexpr unsigned may = only(Giver::operator_);
  std::string url;
};
BOOST_DESCRIBE_STRUCT(AddOutput, (), (url))

/// Lets room systems and monitors take the program by RTSP. Once in a session.
struct AddRtsp {
  static constexpr auto type = "add_rtsp";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(AddRtsp, (), ())

/// Lets whoever is logged in watch the session in the office's pages, some seconds late. Once in a session.
struct AddHls {
  static constexpr auto type = "add_hls";
  static constexpr unsigned may = only(Giver::operator_);
};
BOOST_DESCRIBE_STRUCT(AddHls, (), ())

struct StartOutput {
  static constexpr auto type = "start_output";
  static constexpr unsigned may = only(Giver::operator_);
  OutputId output{};
};
BOOST_DESCRIBE_STRUCT(StartOutput, (), (output))

struct StopOutput {
  static constexpr auto type = "stop_output";
  static constexpr unsigned may = only(Giver::operator_);
  OutputId output{};
};
BOOST_DESCRIBE_STRUCT(StopOutput, (), (output))

/// Stops it and forgets its address.
struct RemoveOutput {
  static constexpr auto type = "remove_output";
  static constexpr unsigned may = only(Giver::operator_);
  OutputId output{};
};
BOOST_DESCRIBE_STRUCT(RemoveOutput, (), (output))

/// It cannot be started: its address can no more be read. (A host that does not answer is tried again and
/// again.)
struct FailOutput {
  static constexpr auto type = "fail_output";
  static constexpr unsigned may = only(Giver::server);
  OutputId output{};
  std::string reason;  ///< a text key
};
BOOST_DESCRIBE_STRUCT(FailOutput, (), (output, reason))

/// The server is back after a stop: nobody is connected yet.
struct Resume {
  static constexpr auto type = "resume";
  static constexpr unsigned may = only(Giver::server);
};
BOOST_DESCRIBE_STRUCT(Resume, (), ())

using Command =
    std::variant<Open, End, Join, Leave, LoseSite, StageScene, UndoScene, OpenMicrophone, CloseMicrophone,
                 CloseOtherMicrophones, RaiseHand, LowerHand, ShareScreen, StopSharing, SetFeed, GiveFloor,
                 ExtendFloor, TakeFloor, PlayClip, CueClip, ShowPage, ShowBars, PauseClip, ResumeClip,
                 SeekClip, LoopClip, StopClip, MeasureClip, CountPages, FinishClip, StartRecording,
                 StopRecording, FailRecording, BeginItem, AddOutput, AddRtsp, AddHls, StartOutput, StopOutput,
                 RemoveOutput, FailOutput, Resume>;

}  // namespace diemcau::session
