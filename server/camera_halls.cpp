#include "server/camera_halls.h"

#include <algorithm>
#include <utility>

#include "scheduler/meetings.h"
#include "scheduler/site_cameras.h"
#include "server/auth/lock.h"

namespace diemcau::server {
namespace {
using namespace std::chrono_literals;
using protocol::Audience;

constexpr auto first_wait = 5s;
constexpr auto longest_wait = 60s;
constexpr auto settled = 60s;  // who ran so long is tried again soon

const char* name_of(media::CameraTrouble trouble) {
  return boost::describe::enum_to_string(static_cast<protocol::CameraTrouble>(trouble), "");
}
static_assert(static_cast<int>(media::CameraTrouble::lost) ==
              static_cast<int>(protocol::CameraTrouble::lost));

}  // namespace

void CameraHalls::tick() {
  for (const auto& event : cameras_.take_events()) {
    if (const auto* offers = std::get_if<media::CameraOffers>(&event)) {
      join(*offers);
    } else {
      note(std::get<media::CameraEnded>(event));
    }
  }
  follow_sessions();
  for (auto& [whose, hall] : halls_)
    if (!hall.camera && Clock::now() >= hall.not_before && !around_.seats.held_by_page(whose))
      connect(whose, hall);
}

void CameraHalls::follow_sessions() {
  Halls wanted;
  const auto addresses = scheduler::SiteCameras(around_.store.reading()).all();
  if (!addresses.empty())
    for (const auto meeting : around_.sessions.open()) {
      const auto record = scheduler::Meetings(around_.store.reading()).find(meeting);
      if (!record) continue;
      for (const auto& invited : record->form.sites)
        if (const auto address = addresses.find(invited.site); address != addresses.end())
          wanted[{meeting, invited.site}] = {address->second, invited.link_generation, {}, {}, {}, {}, {}};
    }
  for (auto at = halls_.begin(); at != halls_.end();) {
    const auto same = wanted.find(at->first);
    if (same != wanted.end() && same->second.locked == at->second.locked) {
      at->second.generation = same->second.generation;
      ++at;
    } else {
      leave(at->second);
      at = halls_.erase(at);
    }
  }
  halls_.merge(wanted);
}

void CameraHalls::connect(const Audience& whose, Hall& hall) {
  const auto url = auth::unlocked(around_.key, hall.locked);
  const auto address = url ? media::read_camera_address(*url) : std::nullopt;
  if (!address) {
    around_.log.error("camera.address_lost", {{"site", *whose.site}});
    hall.not_before = Clock::now() + longest_wait;
    hall.trouble = media::CameraTrouble::refused;
    return;
  }
  hall.since = Clock::now();
  hall.camera = cameras_.connect(*address);
}

void CameraHalls::join(const media::CameraOffers& offers) {
  const auto at = find(offers.camera);
  if (at == halls_.end()) return cameras_.end(offers.camera);
  const auto& [whose, hall] = *at;
  around_.http_peers.join(
      {whose.meeting, *whose.site, hall.generation}, offers.offer,
      [this, camera = offers.camera](const scheduler::Result<protocol::HttpPeers::Made>& made) {
        const auto joined = find(camera);
        if (joined == halls_.end() || !made) {
          // A page has taken the hall's place (hall.taken), or the session is over.
          cameras_.end(camera);
          if (joined == halls_.end()) return;
          joined->second.camera.reset();
          joined->second.not_before = Clock::now() + first_wait;
          return;
        }
        joined->second.trouble.reset();
        around_.log.info("camera.live", {{"meeting", joined->first.meeting}, {"site", *joined->first.site}});
        cameras_.start(camera, made->answer);
      });
}

void CameraHalls::note(const media::CameraEnded& ended) {
  const auto at = find(ended.camera);
  if (at == halls_.end()) return;
  auto& [whose, hall] = *at;
  hall.camera.reset();
  if (around_.seats.held_by_page(whose)) return;
  const bool ran = Clock::now() - hall.since > settled;
  hall.wait =
      ran || hall.wait == 0s ? first_wait : std::min<std::chrono::seconds>(2 * hall.wait, longest_wait);
  hall.not_before = Clock::now() + hall.wait;
  if (std::exchange(hall.trouble, ended.trouble) != ended.trouble)
    around_.log.warn("camera.trouble", {{"meeting", whose.meeting},
                                        {"site", *whose.site},
                                        {"trouble", name_of(ended.trouble)},
                                        {"why", ended.detail}});
}

void CameraHalls::leave(Hall& hall) {
  if (hall.camera) cameras_.end(*hall.camera);
  hall.camera.reset();
}

CameraHalls::Halls::iterator CameraHalls::find(media::HallCameraId camera) {
  return std::find_if(halls_.begin(), halls_.end(),
                      [camera](const auto& entry) { return entry.second.camera == camera; });
}

std::optional<protocol::Cameras> CameraHalls::of(scheduler::MeetingId meeting) const {
  std::optional<protocol::Cameras> message;
  for (const auto& [whose, hall] : halls_) {
    if (whose.meeting != meeting) continue;
    if (!message) message.emplace();
    if (!hall.trouble || around_.seats.held_by_page(whose)) continue;
    const auto left = std::chrono::ceil<std::chrono::seconds>(hall.not_before - Clock::now());
    message->cameras[*whose.site] = {static_cast<protocol::CameraTrouble>(*hall.trouble),
                                     std::max(0, static_cast<int>(left.count()))};
  }
  return message;
}

}  // namespace diemcau::server
