#include "media/program/push.h"

#include <algorithm>
#include <utility>

#include <gio/gio.h>
#include <sys/socket.h>

#include "media/program/inlet.h"
#include "media/without_secrets.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;
using media::OutputState;
using media::OutputTrouble;
using media::PushProtocol;

constexpr auto look_every = 1s;
constexpr auto connecting_look_every = 100ms;
constexpr auto patience = 10s;  // for a connection to come about, and for one that moves nothing
constexpr auto settled = 10s;   // so long a connection must have held before the waiting begins anew
constexpr std::chrono::seconds first_wait{1};  // doubled each time
constexpr std::chrono::seconds longest_wait{30};
constexpr auto farewell = 1s;  // for the host to be told that it is over
// What goes in before the connection stands: SRT says why it is refused only to who writes.
constexpr GstClockTime opening = GST_SECOND / 5;

// sync=false: the program's pace is the clock. The muxers' latency lets sound and picture of the same moment
// find each other.
constexpr auto sources =
    "appsrc name=video is-live=true format=time max-bytes=0 ! h264parse config-interval=-1 ! queue ! m. "
    "appsrc name=audio is-live=true format=time max-bytes=0 ! aacparse ! queue ! m. ";
constexpr auto rtmp =
    "flvmux name=m streamable=true latency=200000000 ! rtmp2sink name=sink sync=false async=false";
// 7 packets of MPEG-TS are what fits into one of SRT. auto-reconnect would hide from us what went wrong;
// without a poll-timeout an end would wait for the host.
constexpr auto srt =
    "mpegtsmux name=m alignment=7 latency=200000000 ! "
    "srtsink name=sink sync=false async=false auto-reconnect=false poll-timeout=100";

// The kernel takes 4 MB before it makes a sender wait: a quarter of a minute in which nobody would notice
// that a line is too slow. This is a second of the program.
constexpr gint most_in_kernel = 128 << 10;  // counted twice, for what the packets themselves take (socket(7))

gboolean bound_send_buffer(GSignalInvocationHint*, guint, const GValue* values, gpointer) {
  auto* const connection = g_value_get_object(&values[3]);
  if (g_value_get_enum(&values[1]) == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION(connection))
    g_socket_set_option(g_socket_connection_get_socket(G_SOCKET_CONNECTION(connection)), SOL_SOCKET,
                        SO_SNDBUF, most_in_kernel, nullptr);
  return TRUE;  // of the next one too
}

/// rtmp2sink shows its socket to nobody, but GIO tells of each that connects.
void bound_send_buffers() {
  static const gulong hook = [] {
    g_type_class_ref(G_TYPE_SOCKET_CLIENT);
    return g_signal_add_emission_hook(g_signal_lookup("event", G_TYPE_SOCKET_CLIENT), 0, bound_send_buffer,
                                      nullptr, nullptr);
  }();
  static_cast<void>(hook);
}

std::string text(PushProtocol protocol) {
  return std::string(sources) + (protocol == PushProtocol::srt ? srt : rtmp);
}

/// `after`: since the attempt began.
OutputTrouble trouble_of(const Fault& fault, const media::PushTarget& target, bool was_live,
                         std::chrono::steady_clock::duration after) {
  if (was_live) return OutputTrouble::lost;
  // Only their words tell: of RTMP a stream name that is taken or wrong from a host that is not there, of SRT
  // nothing but the time: who is not there is given up after 3 s (SRTO_CONNTIMEO), a refusal is an answer.
  const auto says = [&fault](const char* words) { return fault.text.find(words) != std::string::npos; };
  const bool srt_answered = target.protocol == PushProtocol::srt && after < 2s && says("SRT socket");
  return fault.not_authorized || says("publish denied") || says("unhandled publish") || srt_answered
             ? OutputTrouble::refused
             : OutputTrouble::unreachable;
}

}  // namespace

/// One attempt: a pipeline to the host. Made, played, asked for bytes() and destroyed by Push's thread
/// without its mutex, all else under it.
class Push::Connection {
 public:
  Connection(const media::PushTarget& target, std::function<void(Fault)> on_fault)
      : pipeline_(text(target.protocol), std::move(on_fault)),
        inlet_(pipeline_.get<GstAppSrc>("video"), pipeline_.get<GstAppSrc>("audio")),
        sink_(pipeline_.get("sink")) {
    if (target.protocol == PushProtocol::srt) {
      const bool v6 = target.host.find(':') != std::string::npos;
      // The address resets the other properties.
      pipeline_.set(
          "sink", "uri",
          "srt://" + (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port));
      pipeline_.set("sink", "latency", static_cast<int>(target.latency.count()));
      if (!target.stream_id.empty()) pipeline_.set("sink", "streamid", target.stream_id);
      if (!target.passphrase.empty()) pipeline_.set("sink", "passphrase", target.passphrase);
    } else {
      gst_util_set_object_arg(G_OBJECT(sink_.get()), "scheme",
                              target.protocol == PushProtocol::rtmps ? "rtmps" : "rtmp");
      pipeline_.set("sink", "host", target.host);
      pipeline_.set("sink", "port", target.port);
      pipeline_.set("sink", "application", target.application);
      pipeline_.set("sink", "stream", target.stream);
    }
  }

  void play() { pipeline_.play(); }

  void push(stage::Kind kind, GstSample* sample) {
    if (connected_ || inlet_.lasts().value_or(0) < opening) inlet_.push(kind, sample);
  }

  /// Bytes sent; 0 until the host has taken the stream.
  std::uint64_t bytes() const {
    GstStructure* stats = nullptr;
    g_object_get(sink_.get(), "stats", &stats, nullptr);
    if (stats == nullptr) return 0;
    guint64 sent = 0;
    if (gst_structure_get_uint64(stats, "out-bytes-total", &sent) == 0)
      gst_structure_get_uint64(stats, "bytes-sent-total", &sent);
    gst_structure_free(stats);
    return sent;
  }
  /// From now on everything goes in, from the next keyframe.
  void connected() {
    connected_ = true;
    inlet_.skip();
  }
  bool slow() const { return inlet_.slow(); }
  void end() { inlet_.end(); }

 private:
  Pipeline pipeline_;
  Inlet inlet_;
  Ref<GstElement> sink_;
  bool connected_ = false;  ///< the host has taken the stream
};

Push::Push(media::PushTarget target, std::function<void()> want_keyframe)
    : target_(std::move(target)),
      want_keyframe_(std::move(want_keyframe)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Push::~Push() = default;

void Push::push(stage::Kind kind, GstSample* sample) {
  const std::lock_guard lock(mutex_);
  if (connection_ != nullptr) connection_->push(kind, sample);
}

void Push::stop() { thread_.request_stop(); }

bool Push::over() const {
  const std::lock_guard lock(mutex_);
  return over_;
}

media::OutputMeasured Push::measured() {
  const std::lock_guard lock(mutex_);
  return measured_;
}

void Push::run(const std::stop_token& stop) {
  bound_send_buffers();
  auto wait = first_wait;
  while (!stop.stop_requested()) {
    const auto begun = Clock::now();
    try {
      Connection connection(target_, [this](const Fault& fault) { hear(fault); });
      serve(stop, connection);
    } catch (const std::exception& what) {  // a plugin is missing
      const std::lock_guard lock(mutex_);
      measured_.trouble = OutputTrouble::unreachable;
      measured_.detail = what.what();
    }
    std::unique_lock lock(mutex_);
    if (measured_.state == OutputState::live && Clock::now() - begun > settled) wait = first_wait;
    measured_.state = OutputState::waiting;
    measured_.bitrate = 0;
    for (measured_.retry_in = wait; measured_.retry_in > 0s; measured_.retry_in -= 1s)
      if (wake_.wait_for(lock, stop, 1s, [] { return false; }); stop.stop_requested()) break;
    measured_.state = OutputState::connecting;
    wait = std::min(wait * 2, longest_wait);
  }
  const std::lock_guard lock(mutex_);
  over_ = true;
}

void Push::hear(const Fault& fault) {
  {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = fault;
  }
  wake_.notify_all();
}

/// Until it breaks, or is to be stopped.
void Push::serve(const std::stop_token& stop, Connection& connection) {
  std::unique_lock lock(mutex_);
  fault_.reset();
  connection_ = &connection;
  const auto before = measured_.bytes;
  const auto begun = Clock::now();
  auto moved_at = begun;
  auto looked_at = begun;
  lock.unlock();
  connection.play();
  want_keyframe_();
  for (;;) {
    lock.lock();
    const bool live = measured_.state == OutputState::live;
    wake_.wait_for(lock, stop, live ? look_every : connecting_look_every,
                   [this] { return fault_.has_value(); });
    if (fault_ || stop.stop_requested()) break;
    lock.unlock();
    const auto sent = before + connection.bytes();
    const auto now = Clock::now();
    lock.lock();
    const auto moved = std::max(sent, measured_.bytes) - measured_.bytes;
    measured_.bytes += moved;
    measured_.bitrate =
        static_cast<std::int64_t>(static_cast<double>(moved * 8) /
                                  std::chrono::duration<double>(now - std::exchange(looked_at, now)).count());
    if (moved > 0) moved_at = now;
    if (now - moved_at > patience) {
      fault_ = Fault{live ? "nothing is taken any more" : "no answer"};
      break;
    }
    const bool connects = !live && moved > 0;
    if (connects) {
      connection.connected();
      measured_.state = OutputState::live;
    }
    if (measured_.state == OutputState::live) {
      measured_.trouble = connection.slow() ? OutputTrouble::slow : OutputTrouble::none;
      measured_.detail.clear();
    }
    lock.unlock();
    if (connects) want_keyframe_();
  }
  if (stop.stop_requested() && !fault_) {
    connection.end();
    wake_.wait_for(lock, farewell, [this] { return fault_.has_value(); });
  } else if (fault_) {
    measured_.trouble =
        trouble_of(*fault_, target_, measured_.state == OutputState::live, Clock::now() - begun);
    measured_.detail = media::without_secrets(
        fault_->text, {target_.stream, target_.application, target_.passphrase, target_.stream_id});
  }
  connection_ = nullptr;
}

}  // namespace diemcau::program
