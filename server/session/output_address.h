#pragma once
#include <chrono>
#include <string>

#include <boost/describe.hpp>

#include "scheduler/ids.h"
#include "scheduler/result.h"

/// Where a session's program is pushed to, as an operator types it.
namespace diemcau::session {
using scheduler::OutputId;

/// rtsp, hls: not sent to anybody, but taken from us.
enum class OutputKind { rtmp, rtmps, srt, rtsp, hls };
BOOST_DESCRIBE_ENUM(OutputKind, rtmp, rtmps, srt, rtsp, hls)
constexpr bool is_pushed(OutputKind kind) { return kind != OutputKind::rtsp && kind != OutputKind::hls; }

/// What everybody may see of it; all the rest may be a key.
struct OutputPlace {
  OutputKind kind{};
  std::string host;  ///< a name, or a numeric address without brackets
  int port{};
  friend bool operator==(const OutputPlace&, const OutputPlace&) = default;
};

struct OutputAddress {
  OutputPlace place;
  std::string application, stream;    ///< RTMP: all up to the last '/', and what follows (the stream key)
  std::string stream_id, passphrase;  ///< SRT; may be empty
  std::chrono::milliseconds latency{120};  ///< SRT
};

/// Reads
///   rtmp://HOST[:1935]/APPLICATION/STREAM   rtmps://HOST[:443]/APPLICATION/STREAM
///   srt://HOST:PORT[?streamid=…&passphrase=…&latency=MS&mode=caller]
/// of at most 1000 characters. Refused with what is wrong ("output.…"); the refusal holds nothing of what
/// stands behind the port but the name of a parameter.
scheduler::Result<OutputAddress> read_output_address(const std::string& url);

}  // namespace diemcau::session
