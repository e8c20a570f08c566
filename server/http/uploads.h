#pragma once
#include <functional>
#include <memory>
#include <string>

#include "scheduler/document_bytes.h"
#include "server/http/services.h"

namespace diemcau::http {

/// What has arrived whole and stands among the documents' bytes.
struct Uploaded {
  std::string sha256, media_type;
  std::int64_t size{};
};

/// The sink of one upload: a job writes what has come in while the next pieces arrive, and the line waits
/// when the disk is slower. What is broken off, too large, of a forbidden type or finds the disk full leaves
/// nothing behind and is answered here; what arrives whole is given to `then`.
std::unique_ptr<BodySink> receive_upload(Services& services, const Reply& reply, std::string file_name,
                                         scheduler::DocumentUse use, std::function<void(Uploaded)> then);

}  // namespace diemcau::http
