#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "media/ice_credentials.h"
#include "media/media.h"
#include "media/parcel.h"
#include "media/rtp/sdp.h"
#include "media/stage/remote.h"
#include "media/stage/source.h"
#include "media/transport/endpoint.h"
#include "media/transport/tcp_port.h"

/// What reaches a media thread, by value.
namespace diemcau::media {

// ---- from the engine and the pipelines
struct AddPeer {
  PeerId peer{};
  StageId stage{};
  std::optional<SourceId> publishes;
  std::vector<rtp::AgreedMedia> agreed;
  IceCredentials ours, theirs;
  std::string fingerprint;  ///< theirs
  Entry entry{};
  stage::Publication publication{};
};
struct AdmitPeer {
  PeerId peer{};
  stage::Publication publication{};
};
/// Other credentials for an ICE restart.
struct RestartIce {
  PeerId peer{};
  IceCredentials ours, theirs;
};
struct RemovePeer {
  PeerId peer{};
};
struct OpenStage {
  StageId stage{};
  std::size_t home{};  ///< the worker that has clips and sinks, and tells the statistics of all
};
struct CloseStage {
  StageId stage{};
};
struct SetScene {
  StageId stage{};
  Scene scene;
};
struct SetNext {
  StageId stage{};
  Scene scene;
};
struct SetAudible {
  StageId stage{};
  std::vector<SourceId> sources;
};
struct SetFeeds {
  StageId stage{};
  std::map<SourceId, Feed> feeds;
};
struct WantSnapshots {
  StageId stage{};
};
struct SetClip {
  StageId stage{};
  bool running = false;
  bool silent = false;
};
/// Of the clip or the program.
struct RenderedPacket {
  StageId stage{};
  SourceId source{};
  stage::Kind kind{};
  std::vector<std::byte> rtp;
};
struct AttachSink {
  StageId stage{};
  std::shared_ptr<stage::Sink> sink;
};
struct DetachSink {
  StageId stage{};
  std::shared_ptr<stage::Sink> sink;
};
struct WantKeyframe {
  StageId stage{};
  SourceId source{};
};
struct Stop {};

// ---- from the same stage on another worker, `from`
/// The first thing that two of them say to each other. Then they tell what they publish.
struct StageHere {
  StageId stage{};
  std::size_t from{};
};
struct SourceHere {
  StageId stage{};
  std::size_t from{};
  stage::Published published;
};
struct SourceGone {
  StageId stage{};
  SourceId source{};
  stage::Publication publication{};
};
struct Wished {
  StageId stage{};
  std::size_t from{};
  stage::Wish wish;
};
struct KeyframeWished {
  StageId stage{};
  std::size_t from{};
  stage::KeyframeWish wish;
};
struct RelayHead {
  StageId stage{};
  stage::WorkerSet to{};
  stage::Relayed relayed;
};
/// One for all workers that it goes to: nobody changes it.
struct RelayedPackets {
  std::shared_ptr<const Parcel<RelayHead>> parcel;
};
struct LevelsThere {
  StageId stage{};
  std::size_t from{};
  std::map<SourceId, int> levels;
};
struct LinesThere {
  StageId stage{};
  std::size_t from{};
  std::map<PeerId, Downlink> downlinks;
  std::map<SourceId, LineTotals> lines;
};

// ---- from a worker whose socket got what belongs to a peer of this one
struct StrayPackets {
  std::size_t from{};
  Parcel<transport::Endpoint> parcel;
};
struct StrayConnection {
  transport::TcpPort::Transfer transfer;
};
/// The answer: this address is a peer's of mine.
struct RouteFound {
  std::size_t from{};
  transport::Endpoint endpoint;
};

using Letter =
    std::variant<AddPeer, AdmitPeer, RestartIce, RemovePeer, OpenStage, CloseStage, SetScene, SetNext,
                 SetAudible, SetFeeds, WantSnapshots, SetClip, RenderedPacket, AttachSink, DetachSink,
                 WantKeyframe, Stop, StageHere, SourceHere, SourceGone, Wished, KeyframeWished,
                 RelayedPackets, LevelsThere, LinesThere, StrayPackets, StrayConnection, RouteFound>;

}  // namespace diemcau::media
