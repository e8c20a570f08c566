#include "scheduler/file_name.h"
#include "server/http/download.h"
#include "server/http/services.h"
#include "server/http/uploads.h"

namespace diemcau::http {
namespace {
using scheduler::Document;
using scheduler::Documents;
using scheduler::DocumentUse;
using scheduler::Result;

/// What a person would call it until somebody writes a title: the file's name without its ending.
std::string title_from(const std::string& file_name) {
  const auto dot = file_name.rfind('.');
  return dot == std::string::npos || dot == 0 ? file_name : file_name.substr(0, dot);
}

std::unique_ptr<BodySink> receive_document(Services& services, const Request& request, const Reply& reply) {
  const MeetingId meeting{request.number(0)};
  const auto refuse = [&](int status, const char* text_key, const std::string& detail = {}) {
    reply.problem(status, text_key, detail);
    return nullptr;
  };
  if (request.content_length > services.upload_limit)
    return refuse(413, "document.too_large", std::to_string(services.upload_limit));
  if (request.content_length == 0) return refuse(415, "document.type_forbidden", "");
  if (!scheduler::Meetings(services.store.reading()).find(meeting)) return refuse(404, "meeting.not_found");
  const auto name = request.query_value("name").value_or("");
  const auto use_text = request.query_value("use").value_or("paper");
  if (name.empty()) return refuse(400, "message.broken", "name");
  if (use_text != "paper" && use_text != "clip") return refuse(400, "message.broken", "use");
  Document document;
  document.meeting = meeting;
  document.use = use_text == "clip" ? DocumentUse::clip : DocumentUse::paper;
  document.file_name = scheduler::safe_file_name(name);
  document.form.title = title_from(document.file_name);
  document.added_by = request.account->id;
  // Before a byte of it is on our disk.
  if (scheduler::has_secrecy_stamp(document.file_name)) return refuse(422, "document.secret");
  return receive_upload(
      services, reply, document.file_name, document.use,
      [&services, reply, document](const Uploaded& uploaded) mutable {
        document.sha256 = uploaded.sha256;
        document.media_type = uploaded.media_type;
        document.size = uploaded.size;
        document.added_at = services.now();
        services.store.write<scheduler::DocumentId>(
            [document](SQLite::Database& database) { return Documents(database).add(document); },
            [&services, reply, meeting = document.meeting](Result<scheduler::DocumentId> stored) {
              if (!stored) return reply.problem(stored.error());
              const auto added = *Documents(services.store.reading()).find(*stored);
              services.log.info("document.added",
                                {{"meeting", meeting}, {"document", *stored}, {"bytes", added.size}});
              services.meeting_changed(meeting);
              reply.json(added, 201);
            });
      });
}

void answer_change(Services& services, const Request& request, const Reply& reply) {
  const auto form = body_of<scheduler::DocumentForm>(request);
  services.store.write<scheduler::DocumentId>(
      [id = DocumentId{request.number(0)}, form](SQLite::Database& database) {
        return Documents(database).change(id, form);
      },
      [&services, reply](Result<scheduler::DocumentId> stored) {
        if (!stored) return reply.problem(stored.error());
        const auto changed = *Documents(services.store.reading()).find(*stored);
        services.meeting_changed(changed.meeting);
        reply.json(changed);
      });
}

void answer_remove(Services& services, const Request& request, const Reply& reply) {
  const DocumentId id{request.number(0)};
  const auto document = Documents(services.store.reading()).find(id);
  if (!document) return reply.problem(404, "document.not_found");
  services.store.write<scheduler::DocumentId>(
      [id](SQLite::Database& database) { return Documents(database).remove(id); },
      [&services, reply, meeting = document->meeting](Result<scheduler::DocumentId> stored) {
        if (!stored) return reply.problem(stored.error());
        services.log.info("document.removed", {{"meeting", meeting}, {"document", *stored}});
        services.meeting_changed(meeting);
        reply.no_content();
      });
}

}  // namespace

void send_document(const Services& services, const Request& request, const Reply& reply,
                   const Document& document) {
  // Browsers show these by themselves; everything else is saved.
  const bool shown = document.media_type == "application/pdf" || document.media_type.starts_with("image/") ||
                     document.media_type.starts_with("video/");
  send_file(
      request, reply,
      {services.bytes.find(document.sha256), document.media_type, document.file_name,
       "\"" + document.sha256.substr(0, 32) + "\"", !shown || request.query_value("download").has_value()});
}

void add_documents_api(Router& router, Services& services) {
  const auto with = [&services](auto answer) {
    return
        [&services, answer](const Request& request, const Reply& reply) { answer(services, request, reply); };
  };
  router.add_upload("POST", "/api/meetings/#/documents", Right::edit_meetings,
                    [&services](const Request& request, const Reply& reply) {
                      return receive_document(services, request, reply);
                    });
  router.add("PUT", "/api/documents/#", Right::edit_meetings, with(answer_change));
  router.add("DELETE", "/api/documents/#", Right::edit_meetings, with(answer_remove));
  router.add("GET", "/api/documents/#/file", Right::logged_in,
             [&services](const Request& request, const Reply& reply) {
               const auto document = Documents(services.store.reading()).find(DocumentId{request.number(0)});
               if (!document) return reply.problem(404, "document.not_found");
               send_document(services, request, reply, *document);
             });
}

}  // namespace diemcau::http
