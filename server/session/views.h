#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "server/session/output_address.h"
#include "server/session/scene.h"

/// What each audience sees of a session: a projection of its state, sent whole once and then as RFC 6902
/// patches. Pages hold no second copy of the rules: what may be pressed now is in `may`.
namespace diemcau::session {

enum class SessionState { waiting, open, ended };
BOOST_DESCRIBE_ENUM(SessionState, waiting, open, ended)

enum class Presence { absent, connected, lost, left };
BOOST_DESCRIBE_ENUM(Presence, absent, connected, lost, left)

struct MeetingHead {
  MeetingId id{};
  std::string title, chair, organizer;
  Time starts_at{}, ends_at{};
};
BOOST_DESCRIBE_STRUCT(MeetingHead, (), (id, title, chair, organizer, starts_at, ends_at))

struct DocumentLine {
  DocumentId id{};
  std::string title, code;  ///< "12/GM-VPCP", may be empty
  std::string media_type;
  std::int64_t size{};
  bool has_pages = false;  ///< that can be shown on stage: a PDF or a picture
};
BOOST_DESCRIBE_STRUCT(DocumentLine, (), (id, title, code, media_type, size, has_pages))

struct Speaker {
  SiteId site{};
  Time since{};
  std::optional<Time> until;
};
BOOST_DESCRIBE_STRUCT(Speaker, (), (site, since, until))

enum class ClipState { stopped, playing, paused, failed };
BOOST_DESCRIBE_ENUM(ClipState, stopped, playing, paused, failed)

/// What a cell shows that shows Clip: a film, or what stands in its place.
enum class ClipKind { film, page, bars };
BOOST_DESCRIBE_ENUM(ClipKind, film, page, bars)

struct ClipView {
  ClipState state{};
  ClipKind kind{};
  std::optional<DocumentId> document;
  std::optional<std::int64_t> page, pages;  ///< of a page's paper; pages: known a moment after it was shown
  std::string reason;                       ///< when failed: a text key
  std::optional<Time> since;                ///< of this state, or when it was sought
  std::int64_t position{};                  ///< ms from the film's beginning, at `since`
  std::optional<std::int64_t> length;       ///< ms; known a moment after it was begun
  bool loop = false;                        ///< at its end it begins anew
};
BOOST_DESCRIBE_STRUCT(ClipView, (),
                      (state, kind, document, page, pages, reason, since, position, length, loop))

enum class RecorderState { off, recording, failed };
BOOST_DESCRIBE_ENUM(RecorderState, off, recording, failed)

struct RecorderView {
  RecorderState state{};
  std::optional<Time> since;
  std::string reason;  ///< when failed: a text key
};
BOOST_DESCRIBE_STRUCT(RecorderView, (), (state, since, reason))

struct AgendaLine {
  std::string title;
  std::optional<Time> planned_at, begun_at;
  std::optional<SiteId> speaker;
};
BOOST_DESCRIBE_STRUCT(AgendaLine, (), (title, planned_at, begun_at, speaker))

struct SiteView {
  int number{};
  std::string name, contact;
  bool main = false;
  Presence presence{};
  std::optional<Time> since;  ///< of this presence
  bool microphone = false;    ///< open
  bool on_stage = false;      ///< its camera or its screen
  std::optional<Time> hand;   ///< since when it is raised
  bool screen = false;        ///< it shares its screen
  Feed feed{};
  std::string camera;  ///< the RTSP camera of a hall without a PC, "rtsp://10.1.3.7:554"; empty: none
};
BOOST_DESCRIBE_STRUCT(SiteView, (),
                      (number, name, contact, main, presence, since, microphone, on_stage, hand, screen, feed,
                       camera))

/// A host that the program is sent to, or a way on which it is taken from us. How it does now is in
/// protocol::Outputs.
struct OutputView {
  OutputKind kind{};
  std::string host;
  int port{};
  bool on = false;     ///< sent to while the session is open
  std::string reason;  ///< why it was stopped, if not by hand: a text key
};
BOOST_DESCRIBE_STRUCT(OutputView, (), (kind, host, port, on, reason))

struct OperatorMay {
  bool open = false, end = false, stage = false, undo = false, record = false, clip = false;
  bool add_output = false, add_rtsp = false, add_hls = false;
};
BOOST_DESCRIBE_STRUCT(OperatorMay, (), (open, end, stage, undo, record, clip, add_output, add_rtsp, add_hls))

/// For /console: everything.
struct ConsoleView {
  MeetingHead meeting;
  SessionState state{};
  std::optional<Time> opened_at, ended_at;
  Scene scene;
  std::map<SiteId, SiteView> sites;  ///< invited, by id: a map, so that a patch touches one entry
  std::optional<Speaker> speaker;
  std::vector<SiteId> waiting;  ///< raised hands, first come first
  ClipView clip;
  std::vector<DocumentLine> clips, documents;
  RecorderView recorder;
  std::map<OutputId, OutputView> outputs;
  std::vector<AgendaLine> agenda;
  std::optional<int> item;
  OperatorMay may;
};
BOOST_DESCRIBE_STRUCT(ConsoleView, (),
                      (meeting, state, opened_at, ended_at, scene, sites, speaker, waiting, clip, clips,
                       documents, recorder, outputs, agenda, item, may))

/// A cell as a hall shows it.
struct CellView {
  std::optional<SiteId> site;
  bool clip = false;
  std::string label;     ///< "Sìn Hồ"; empty for a clip or a dark cell
  bool present = false;  ///< its source is connected: a picture can be expected
  bool own = false;      ///< this hall's own camera or screen: shown by itself, not sent back
  bool screen = false;   ///< the site's screen, not its camera
};
BOOST_DESCRIBE_STRUCT(CellView, (), (site, clip, label, present, own, screen))

/// A stretch of time that a hall did not see because its line was cut.
struct Missed {
  Time from{}, until{};
};
BOOST_DESCRIBE_STRUCT(Missed, (), (from, until))

struct HallMay {
  bool join = false, raise_hand = false, close_microphone = false, share_screen = false;
};
BOOST_DESCRIBE_STRUCT(HallMay, (), (join, raise_hand, close_microphone, share_screen))

/// For /hall: its own place in the session, nothing of the others' lines.
struct HallView {
  MeetingHead meeting;
  SiteId site{};
  int number{};
  std::string name;
  SessionState state{};
  std::optional<Time> opened_at;
  Presence presence{};
  Layout layout{};
  std::vector<CellView> cells;
  bool microphone = false;  ///< open: what is said here is heard by all
  bool echo = false;        ///< it sees and hears itself, three seconds later
  bool on_stage = false;
  bool screen = false;       ///< it shares its screen
  std::optional<int> queue;  ///< place among the raised hands, from 1
  std::optional<Speaker> speaker;
  std::string speaker_name;
  ClipState clip{};     ///< what a clip's cell shows: nothing while it is stopped or failed
  std::string contact;  ///< whom to call: the main site's technician, as its record says
  std::vector<DocumentLine> documents;
  std::optional<Missed> missed;  ///< what it may see now, from the recording
  HallMay may;
};
BOOST_DESCRIBE_STRUCT(HallView, (),
                      (meeting, site, number, name, state, opened_at, presence, layout, cells, microphone,
                       echo, on_stage, screen, queue, speaker, speaker_name, clip, contact, documents, missed,
                       may))

}  // namespace diemcau::session
