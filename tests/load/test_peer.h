#pragma once
#include "media/caller/caller.h"

namespace diemcau::load {

/// The peer of the media tests and of the load client: the demonstration's halls are others of its kind.
using TestPeer = caller::Caller;

}  // namespace diemcau::load
