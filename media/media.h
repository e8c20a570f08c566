#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "media/layouts.h"

/// The media engine: all that server/ may include of media/. It knows stages, sources and peers; no meeting,
/// no HTTP.
namespace diemcau::media {

enum class StageId : std::int64_t {};
/// Chosen by the caller, never used twice in the life of an Engine.
enum class PeerId : std::uint64_t {};
/// Something that can be put on stage. It names a place, not a connection: the caller uses a hall's own id,
/// so a hall that drops and returns is back in its cell. Unique within its stage.
enum class SourceId : std::int64_t {};
/// The screen that the publisher of `source` (not below 0) shares: a source beside its camera and microphone.
constexpr SourceId screen_of(SourceId source) {
  return SourceId{static_cast<std::int64_t>(source) | std::int64_t{1} << 62};
}
constexpr bool is_screen(SourceId source) { return source >= screen_of(SourceId{}); }
/// Whose screen it is.
constexpr SourceId publisher_of(SourceId screen) {
  return SourceId{static_cast<std::int64_t>(screen) & ~(std::int64_t{1} << 62)};
}

/// What the publisher of `source` (not below 0) gets of itself with Feed::echo.
constexpr SourceId echo_of(SourceId source) {
  return SourceId{static_cast<std::int64_t>(source) | std::int64_t{1} << 61};
}
constexpr bool is_echo(SourceId source) { return source >= echo_of(SourceId{}) && !is_screen(source); }

struct Address {
  std::string ip;  ///< numeric
  std::uint16_t port{};
};

struct Config {
  std::string bind = "0.0.0.0";  ///< numeric; "::": every address, IPv4 too
  std::uint16_t port = 8444;     ///< UDP, and TCP for networks that block UDP
  /// What the answers offer to browsers, best first. Empty: every address of this machine that `bind` takes.
  std::vector<Address> announced;
  /// Media threads, at most 16 (`most_workers`). 0: one for each core that this process may use, at most 8.
  std::size_t workers = 0;
  /// A stage goes on to another worker when its own has so many peers (of all stages), or used so much of its
  /// core in the last second.
  std::size_t peers_per_worker = 200;
  double core_per_worker = 0.5;
  std::uint16_t rtsp_port = 0;  ///< TCP, at `bind`; 0: no RTSP server
};

/// What a hall gets: the pictures of the stage, or the program, one small picture of all of it.
enum class Feed {
  by_line,  ///< the program while its line is too thin for the pictures and carries that
  program,  ///< always, if its line carries it
  stage,
  echo  ///< its own picture and sound, echo_delay later, and nothing of the others: a test of its line
};
inline constexpr std::chrono::seconds echo_delay{3};

struct Cell {
  std::optional<SourceId> source;
  std::string label;  ///< caption under the picture; UTF-8, NFC
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct Scene {
  Layout layout{};
  std::vector<Cell> cells;  ///< at most 9; cell i leaves in video slot i
  friend bool operator==(const Scene&, const Scene&) = default;
};

/// Chosen by the caller, unique within its stage.
enum class OutputId : std::int64_t {};

enum class PushProtocol { rtmp, rtmps, srt };
/// A host that the program is sent to. Checked by the caller; what may be secret in it (all but protocol,
/// host and port) is never told or logged.
struct PushTarget {
  PushProtocol protocol{};
  std::string host;  ///< a name or a numeric address, without brackets
  std::uint16_t port{};
  std::string application, stream;         ///< RTMP: "live", the stream key
  std::string stream_id;                   ///< SRT; may be empty
  std::string passphrase;                  ///< SRT: none, or 10 … 79 characters
  std::chrono::milliseconds latency{120};  ///< SRT: for repairs
};

// ---- what the engine tells, in order. Taken with Engine::take_events().

/// DTLS is done: media can run.
struct PeerConnected {
  PeerId peer{};
};
/// No packet of this peer for 8 s. Its line may be cut: it goes on as soon as it is heard again.
struct PeerSilent {
  PeerId peer{};
};
/// Heard again after PeerSilent.
struct PeerBack {
  PeerId peer{};
};
/// No packet of this peer for 30 s (RFC 7675 5.1), or its DTLS failed or closed, or it floods. The peer is
/// gone; do not disconnect() it.
struct PeerLost {
  PeerId peer{};
  std::string why;
};
/// Sound level by source, 0 … 100 (RFC 6464 levels of the last 200 ms), of every source of the stage; 5 times
/// a second.
struct Levels {
  StageId stage{};
  std::map<SourceId, int> levels;
};
/// Which layers (rids of its offer; "" of a screen without any) of a simulcast camera or of a screen somebody
/// needs; none: nobody sees it, and its page may pause it. After its peer is connected, and at each change. A
/// layer counts as needed until 3 s after.
struct CameraWanted {
  StageId stage{};
  SourceId source{};
  std::vector<std::string> rids;
};
/// A viewer's offer does not hold the codec of a source on stage: it gets no picture of it, all else as ever.
/// Once for each source.
struct CodecMissing {
  PeerId peer{};
  SourceId source{};
  std::string codec;  ///< as in SDP
};
/// The program cannot be drawn any more (a text for the log): halls that got it see the stage, as far as
/// their lines carry it.
struct ProgramFailed {
  StageId stage{};
  std::string error;
};
/// The hall sees the program, or its echo, in its first slot and nothing of the stage beside it, from this
/// moment on; or the stage again.
struct ProgramShown {
  PeerId peer{};
  bool shown = false;
};
/// These cells show the viewer something else than the scene says, for a second or more: their pictures have
/// not come. At each change; none: all are right again.
struct PicturesLate {
  PeerId peer{};
  std::vector<std::size_t> cells;
};
/// What the line to a viewer carries, and what it gets. Rates are bit/s on the line.
struct Downlink {
  std::int64_t estimate{};            ///< of what it carries; above 3 Mbit/s nothing is saved, nor found out
  std::int64_t arriving{};            ///< of what is sent, in the last half second
  double loss{};                      ///< of packets in the last second, 0 … 1; repairs are not counted
  std::chrono::milliseconds queue{};  ///< that stands on the line
  struct Picture {
    SourceId source{};
    int lines{};            ///< of the size it gets; 0: not known yet
    int temporal_layers{};  ///< 4: all there are
  };
  /// Of its slots; nullopt: nothing, paused, or in a codec that it does not take.
  std::vector<std::optional<Picture>> cells;
};
/// Once a second, of the viewers that report what arrives (browsers do).
struct Downlinks {
  StageId stage{};
  std::map<PeerId, Downlink> peers;
};
/// One direction of a line: totals since its peer connected, and how it is now.
struct Flow {
  std::uint64_t bytes{}, packets{};    ///< of RTP and RTCP as they are on the line, repairs too
  std::uint64_t lost{};                ///< packets that the line lost, also those that were repaired
  std::chrono::microseconds jitter{};  ///< RFC 3550 6.4.1, of the stream that has most
  int height{};  ///< lines of the picture: up the camera's largest that runs, down the main cell's; 0: none
};
struct LineTotals {
  PeerId peer{};                                        ///< another one: the totals began anew
  Flow up, down;                                        ///< to us, from us
  std::optional<std::chrono::microseconds> round_trip;  ///< none: it never reported on what we send
  bool tcp = false;
  bool program = false;  ///< it sees the program instead of the stage's pictures
};
/// The lines of all that publish on a stage, once a second.
struct LinesMeasured {
  StageId stage{};
  std::map<SourceId, LineTotals> lines;
};
/// A small picture (256x144 JPEG) of what an encoder sends: it has no page that could give one. A few seconds
/// apart, from its keyframes, while they are wanted (want_snapshots()); less often when there are many
/// encoders.
struct Snapshot {
  StageId stage{};
  SourceId source{};
  std::vector<std::byte> jpeg;
};
struct ClipStarted {
  StageId stage{};
  std::chrono::milliseconds duration{};
};
/// The film came to its end, or `error` says why it cannot be played (a text for the log); `no_film` when it
/// is none.
struct ClipEnded {
  StageId stage{};
  std::string error;
  bool no_film = false;
};
/// Once, within a second: so long ago the scene of the file's first picture was directed.
struct RecordingBegan {
  StageId stage{};
  std::filesystem::path file;
  std::chrono::milliseconds ago{};
};
/// Bytes written so far, of the film and of the safety copy beside it; once a second while recording.
struct RecordingGrew {
  StageId stage{};
  std::int64_t bytes{};
  std::int64_t copy_bytes{};
};
/// What a source sends could not be kept beside the recording, which goes on; it is tried again.
struct SafetyCopyFailed {
  StageId stage{};
  std::optional<SourceId> source;  ///< nullopt: no source's
  std::string error;
};
/// The recorder gave up; what is written so far stays. `disk_full` when that is why.
struct RecordingFailed {
  StageId stage{};
  std::string error;
  bool disk_full = false;
};
/// The file is closed (after stop_recording or close_stage) and can be finished.
struct RecordingClosed {
  StageId stage{};
  std::filesystem::path file;
};

enum class OutputState { connecting, live, waiting };
/// What is wrong with an output: `unreachable`: no connection came about; `refused`: the host answered and
/// does not take it; `lost`: the connection broke; `slow`: the line carries less than is sent, pictures are
/// left out.
enum class OutputTrouble { none, unreachable, refused, lost, slow };
/// Once a second of every output that was started and not stopped.
struct OutputMeasured {
  StageId stage{};
  OutputId output{};
  OutputState state{};
  std::int64_t bitrate{};           ///< bit/s of the last second
  std::uint64_t bytes{};            ///< since it was started, over all connections
  OutputTrouble trouble{};          ///< while waiting or connecting: of the attempt before
  std::string detail;               ///< for the log: what the library says, nothing secret in it
  int watchers{};                   ///< of serve_output()
  std::chrono::seconds retry_in{};  ///< while waiting
};

using Event = std::variant<PeerConnected, PeerSilent, PeerBack, PeerLost, Levels, CameraWanted, CodecMissing,
                           ProgramFailed, ProgramShown, PicturesLate, Downlinks, LinesMeasured, Snapshot,
                           ClipStarted, ClipEnded, RecordingBegan, RecordingGrew, SafetyCopyFailed,
                           RecordingFailed, RecordingClosed, OutputMeasured>;

/// Why an offer was not taken.
struct OfferRefused {
  std::string text_key;  ///< "media.offer_broken", "media.no_common_codec", "media.offer_too_large",
                         ///< "media.offer_not_whole" (a part of an encoder's that cannot be taken),
                         ///< "media.peer_gone" (to a restart: connect anew)
  std::string detail;
};

/// Which way media may run between us and a peer.
enum class Way {
  both,
  to_us,   ///< an encoder: every m-line must be taken, at most one of each kind (RFC 9725 4.4)
  from_us  ///< a player
};

/// How a film begins: playing, or standing at its first picture.
enum class ClipStart { playing, paused };

/// When a new peer takes part in its stage.
enum class Entry {
  at_once,
  /// Its way to us is made ready (ICE, DTLS), so that admit() costs it no more than a keyframe. Until then it
  /// gets nothing, and what it sends is dropped.
  when_admitted
};

/// Counters since the start; read from any thread.
struct Counters {
  std::uint64_t packets_in{}, bytes_in{}, packets_out{}, bytes_out{};
  std::uint64_t dropped_unknown{};    ///< from addresses or with SSRCs that belong to nobody
  std::uint64_t dropped_malformed{};  ///< not parsable
  std::uint64_t dropped_forged{};     ///< wrong authentication tag, or replayed
  /// Of an address or a peer that sends more than anybody needs; between workers, what one could not take.
  std::uint64_t dropped_flooding{};
  std::uint64_t retransmitted{}, nacks_sent{}, keyframe_requests{};
  std::uint64_t peers{};     ///< now
  std::uint64_t programs{};  ///< stages that are composed and encoded now
  Counters& operator+=(const Counters& other);
};

/// Owns the media threads and everything on them. All calls are for one thread (the server's main loop) and
/// return at once: they are put into workers' mailboxes. `wake` is called on media threads when events wait;
/// it must only signal.
class Engine {
 public:
  /// Binds the sockets. Throws std::system_error (of RTSP std::runtime_error) naming the port when it is
  /// taken.
  Engine(const Config& config, std::function<void()> wake);
  ~Engine();  ///< closes stages (recordings are closed properly), joins the threads
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void open_stage(StageId stage);
  void close_stage(StageId stage);

  /// A new peer on a stage, from its SDP offer (WebRTC, one BUNDLE, at most 100 kB): the answer, ready to
  /// send. Its sending m-lines become the source `publishes` (the first audio and the first video of the
  /// offer) and screen_of() that (the second video), its receiving ones slots in order of the offer. A second
  /// peer with the same `publishes` replaces the first as that source. What `way` does not allow is not
  /// agreed to.
  std::variant<std::string, OfferRefused> connect(PeerId peer, StageId stage,
                                                  std::optional<SourceId> publishes, const std::string& offer,
                                                  Way way = Way::both, Entry entry = Entry::at_once);
  /// A peer that was connected ahead takes part from now on, and replaces who published its source. Others,
  /// and unknown ids, are ignored.
  void admit(PeerId peer);
  /// ICE restart (RFC 8445 9): the peer's way may be another from now on, everything else goes on as it was.
  /// The offer must be of the same connection: the same m-lines and certificate. The old way is good until
  /// the new one is.
  std::variant<std::string, OfferRefused> restart_ice(PeerId peer, const std::string& offer);
  /// The same for who has no whole offer, with SDP fragments (RFC 8840 9): theirs, which names their ICE
  /// credentials, and our answer.
  std::variant<std::string, OfferRefused> restart_ice_by_fragment(PeerId peer, const std::string& fragment);
  /// Sends a DTLS close_notify and forgets the peer. Unknown ids are ignored.
  void disconnect(PeerId peer);

  /// What every peer of the stage sees from the next keyframes on. The clip is put into a cell as source
  /// clip_source.
  void set_scene(StageId stage, const Scene& scene);
  /// What will be on stage next: its cameras are wanted too (see CameraWanted), so that a cut finds them
  /// running.
  void set_next(StageId stage, const Scene& scene);
  /// The sources whose microphones are open: everything else is dropped here, whatever its page does. Of
  /// these the loudest three are passed on (to a peer with fewer audio slots so many), all are recorded. The
  /// clip, while it plays, is always heard and takes one of the three places.
  void set_audible(StageId stage, const std::vector<SourceId>& sources);

  /// What those get that publish these sources, or will; the others by their lines. Who publishes nothing
  /// sees the stage.
  void set_feeds(StageId stage, const std::map<SourceId, Feed>& feeds);
  /// The stage as one picture (640x360, 15 frames a second, 300 kbit/s), drawn while somebody gets it.
  static constexpr SourceId program_source{-2};

  /// Somebody looks at the wall: for the next three seconds Snapshots of the stage's encoders are drawn.
  void want_snapshots(StageId stage);

  static constexpr SourceId clip_source{-1};
  /// From the beginning; replaces a running one. ClipStarted follows, or ClipEnded.
  void play_clip(StageId stage, const std::filesystem::path& file, ClipStart start = ClipStart::playing);
  /// Goes on from there (or stands there, while paused). Ignored while none runs, and behind its end.
  void seek_clip(StageId stage, std::chrono::milliseconds position);
  /// At its end the running one begins anew.
  void loop_clip(StageId stage, bool on);
  /// A picture (PNG or JPEG of at most 50 million pixels) in place of a film, fitted into 1280x720, without
  /// sound. ClipStarted follows, or ClipEnded.
  void show_picture(StageId stage, const std::filesystem::path& file);
  /// Colour bars (SMPTE) and a tone of 1 kHz at -18 dBFS, the alignment level of EBU R 68, in place of a
  /// film.
  void show_bars(StageId stage);
  void pause_clip(StageId stage);
  void resume_clip(StageId stage);
  void stop_clip(StageId stage);

  /// Writes the stage, picture and mixed sound, to a new fragmented MP4: playable up to the last second
  /// whatever happens. Meanwhile what each source on air sends is kept as it was sent, in the folder `copies`
  /// (render() reads it; empty: it is not kept).
  void start_recording(StageId stage, const std::filesystem::path& file,
                       const std::filesystem::path& copies = {});
  void stop_recording(StageId stage);  ///< RecordingClosed follows

  /// Sends the stage, as it would be recorded, to a host, and connects anew for as long as it takes, less and
  /// less often (1 … 30 s). Whatever the host does, stage and recording go on. An output of that id is
  /// replaced.
  void start_output(StageId stage, OutputId output, const PushTarget& target);
  /// Offers the same by RTSP under rtsp://HOST:rtsp_port and `path`, which begins with '/' and is hard to
  /// guess: nothing else keeps anybody out. The stage is rendered while somebody watches. Always live.
  /// Ignored without an RTSP server.
  void serve_output(StageId stage, OutputId output, const std::string& path);
  /// Keeps the last of it as HLS in `folder`, which is emptied first and removed in the end: live.m3u8 and
  /// the segments that it names, for any number of spectators.
  void publish_output(StageId stage, OutputId output, const std::filesystem::path& folder);
  void stop_output(StageId stage, OutputId output);  ///< unknown ids are ignored

  std::vector<Event> take_events();
  Counters counters() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The elements that encode and decode pictures here: "x264enc", "vah264dec" …
struct CodecNames {
  std::string h264_encoder, h264_decoder, vp8_decoder;
};
/// Blocks for seconds where hardware must be tried, and for no time once it was.
CodecNames codec_names();

/// How long the film in that file is; nullopt: it holds none that a session could play. Blocks for 0.1 s, at
/// most 5; any thread.
std::optional<std::chrono::milliseconds> film_length(const std::filesystem::path& file);

/// Where a part lies in its film. No length: nothing could be read of it.
struct FilmPart {
  std::chrono::milliseconds begin{}, length{};
};
/// A stretch of a recording.
struct FilmCut {
  std::filesystem::path file;
  std::chrono::milliseconds from{}, until{};  ///< in the film
};
/// Makes a film of stretches, as finish_recording() does of whole files: also of one that is being written.
/// Each begins with a keyframe at most two seconds before it.
std::vector<FilmPart> cut_recordings(const std::vector<FilmCut>& cuts, const std::filesystem::path& to,
                                     std::stop_token stop = {});

/// Makes fragmented recordings (also of killed runs) one fast-start MP4 at `to`, one after the other and
/// without encoding anew: written beside it, fsynced, renamed; `to` may be one of them. Blocks for some
/// seconds per hour of film; for a job thread. What has only a picture (or only sound) is taken as it is.
/// Throws std::runtime_error when nothing can be read at all, when the parts do not fit together, and soon
/// after `stop` is requested: the parts are as they were then, and it can be done another time.
std::vector<FilmPart> finish_recording(const std::vector<std::filesystem::path>& parts,
                                       const std::filesystem::path& to, std::stop_token stop = {});

}  // namespace diemcau::media
