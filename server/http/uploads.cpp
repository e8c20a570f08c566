#include "server/http/uploads.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>

#include "media/media.h"
#include "server/http/file_type.h"
#include "server/http/paper_text.h"

namespace diemcau::http {
namespace {

constexpr std::size_t hold_above = 1024 * 1024;
constexpr std::size_t type_needs = 4096;

/// Lives on the main thread, but for `incoming` while a job has it (one at a time). Shared by the sink, which
/// ends with the connection, and the job under way, which must be able to end after it.
class Upload : public std::enable_shared_from_this<Upload> {
 public:
  Upload(Services& services, Reply reply, std::string file_name, scheduler::DocumentUse use,
         std::function<void(Uploaded)> then)
      : services_(services),
        reply_(std::move(reply)),
        file_name_(std::move(file_name)),
        use_(use),
        then_(std::move(then)),
        incoming_(services.bytes.receive()) {}

  void take(std::string_view bytes) {
    if (over_) return;
    if (beginning_.size() < type_needs) {
      beginning_.append(bytes.substr(0, type_needs - beginning_.size()));
      if (beginning_.size() == type_needs && !judge_type()) return;
    }
    size_ += static_cast<std::int64_t>(bytes.size());
    waiting_.append(bytes);
    if (waiting_.size() > hold_above && !held_) {
      held_ = true;
      reply_.hold_back(true);
    }
    write_on();
  }

  void finish() {
    if (over_ || (beginning_.size() < type_needs && !judge_type())) return;
    whole_ = true;
    write_on();
  }

  /// The connection is gone.
  void break_off() {
    if (!over_ && !whole_) services_.log.info("upload.broken_off", {{"bytes", size_}});
    if (!whole_) over_ = true;
    if (over_ && !writing_) incoming_.reset();
  }

 private:
  bool judge_type() {
    const auto type = file_type(beginning_, file_name_, use_);
    if (!type) {
      refuse(415, type.error().text_key, type.error().detail);
      return false;
    }
    media_type_ = *type;
    return true;
  }

  void refuse(int status, const std::string& text_key, const std::string& detail = {}) {
    over_ = true;
    waiting_.clear();
    if (!writing_) incoming_.reset();
    services_.log.warn("upload.refused", {{"why", text_key}});
    reply_.problem(status, text_key, detail);
  }

  void write_on() {
    if (writing_ || over_) return;
    if (waiting_.empty()) {
      if (whole_) keep();
      return;
    }
    writing_ = true;
    services_.jobs.put(
        [self = shared_from_this(), bytes = std::exchange(waiting_, {})] {
          self->incoming_->write(std::as_bytes(std::span(bytes.data(), bytes.size())));
        },
        [self = shared_from_this()](std::exception_ptr fault) {
          self->writing_ = false;
          if (fault) return self->fail(fault);
          if (self->over_) return self->incoming_.reset();
          if (std::exchange(self->held_, false)) self->reply_.hold_back(false);
          self->write_on();
        });
  }

  enum class Verdict { kept, dangerous, secret, no_film };

  void keep() {
    writing_ = true;
    struct Outcome {
      Verdict verdict{};
      Uploaded uploaded;
    };
    auto outcome = std::make_shared<Outcome>();  // filled on the job's thread, read here after its report
    services_.jobs.put(
        [self = shared_from_this(), outcome] {
          outcome->verdict = self->judge_whole();
          if (outcome->verdict == Verdict::kept)
            outcome->uploaded = {self->incoming_->keep(), self->media_type_, self->size_};
        },
        [self = shared_from_this(), outcome](std::exception_ptr fault) {
          self->writing_ = false;
          if (fault) return self->fail(fault);
          if (outcome->verdict == Verdict::dangerous)
            return self->refuse(415, "document.type_forbidden", "macro");
          if (outcome->verdict == Verdict::secret) return self->refuse(422, "document.secret");
          if (outcome->verdict == Verdict::no_film) return self->refuse(422, "clip.no_film");
          self->over_ = true;
          self->incoming_.reset();
          self->then_(outcome->uploaded);
        });
  }

  /// On a job's thread.
  Verdict judge_whole() const {
    const auto& path = incoming_->path();
    if (media_type_.starts_with("application/vnd.openxml")) {
      const OpenFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (!file || zip_is_dangerous(file.descriptor())) return Verdict::dangerous;
    }
    if (use_ == scheduler::DocumentUse::clip)
      return media::film_length(path) ? Verdict::kept : Verdict::no_film;
    const bool secret = scheduler::has_secrecy_stamp_line(paper_text(path, media_type_));
    return secret ? Verdict::secret : Verdict::kept;
  }

  void fail(std::exception_ptr fault) {
    try {
      std::rethrow_exception(fault);
    } catch (const std::system_error& e) {
      services_.log.error("upload.failed", {{"why", e.what()}});
      const bool full = e.code().value() == ENOSPC || e.code().value() == EDQUOT || e.code().value() == EFBIG;
      full ? refuse(507, "document.disk_full") : refuse(500, "server.fault");
    } catch (const std::exception& e) {
      services_.log.error("upload.failed", {{"why", e.what()}});
      refuse(500, "server.fault");
    }
  }

  Services& services_;
  Reply reply_;
  std::string file_name_;
  scheduler::DocumentUse use_;
  std::function<void(Uploaded)> then_;
  std::unique_ptr<scheduler::DocumentBytes::Incoming> incoming_;
  std::string beginning_, waiting_, media_type_;
  std::int64_t size_ = 0;
  bool writing_ = false;  ///< a job has `incoming_`
  bool held_ = false;
  bool whole_ = false;  ///< everything has arrived
  bool over_ = false;   ///< answered, or nobody waits for an answer
};

class UploadSink : public BodySink {
 public:
  explicit UploadSink(std::shared_ptr<Upload> upload) : upload_(std::move(upload)) {}
  ~UploadSink() override { upload_->break_off(); }
  UploadSink(const UploadSink&) = delete;
  UploadSink& operator=(const UploadSink&) = delete;
  void take(std::string_view bytes) override { upload_->take(bytes); }
  void finish() override { upload_->finish(); }

 private:
  std::shared_ptr<Upload> upload_;
};

}  // namespace

std::unique_ptr<BodySink> receive_upload(Services& services, const Reply& reply, std::string file_name,
                                         scheduler::DocumentUse use, std::function<void(Uploaded)> then) {
  return std::make_unique<UploadSink>(
      std::make_shared<Upload>(services, reply, std::move(file_name), use, std::move(then)));
}

}  // namespace diemcau::http
