#include "server/http/problem.h"

#include <map>

#include "server/signaling/json_codec.h"

namespace diemcau::http {
namespace {
using scheduler::ErrorCode;

const std::map<std::string, const char*>& titles() {
  static const std::map<std::string, const char*> all{
      {"auth.needed", "Cần đăng nhập"},
      {"auth.forbidden", "Tài khoản này không có quyền làm việc đó"},
      {"auth.wrong", "Tên đăng nhập hoặc mật khẩu không đúng"},
      {"auth.slowed", "Thử sai quá nhiều lần, hãy đợi rồi thử lại"},
      {"auth.password_short", "Mật khẩu cần ít nhất 10 ký tự"},
      {"setup.done", "Hệ thống đã có tài khoản quản trị"},
      {"setup.wrong", "Liên kết cài đặt không đúng"},
      {"document.too_large", "Tệp quá lớn"},
      {"document.type_forbidden", "Loại tệp này không được nhận"},
      {"document.disk_full", "Ổ đĩa của máy chủ đã đầy"},
      {"document.not_found", "Không có tài liệu này"},
      {"document.secret", "Tài liệu có dấu mật không được đưa lên hệ thống"},
      {"meeting.not_found", "Không có phiên họp này"},
      {"meeting.changed_meanwhile", "Phiên họp vừa được người khác sửa"},
      {"link.wrong", "Liên kết không đúng"},
      {"link.renewed", "Liên kết đã được thay bằng liên kết mới"},
      {"link.cancelled", "Phiên họp đã hủy"},
      {"link.expired", "Liên kết đã hết hạn"},
      {"token.needed", "Cần mã truy cập"},
      {"token.wrong", "Mã truy cập không đúng"},
      {"token.other_use", "Mã truy cập này dùng cho việc khác"},
      {"hall.taken", "Một máy khác đang giữ điểm cầu này"},
      {"hall.replaced", "Một máy khác vừa giữ điểm cầu này"},
      {"session.not_open", "Phiên họp chưa mở"},
      {"session.ended", "Phiên họp đã kết thúc"},
      {"players.too_many", "Đã đủ số máy xem"},
      {"media.offer_broken", "Lời mời SDP không đúng dạng"},
      {"media.offer_too_large", "Lời mời SDP quá lớn"},
      {"media.offer_not_whole", "Có phần của lời mời SDP không nhận được"},
      {"media.peer_gone", "Kết nối cũ không còn, hãy kết nối mới"},
      {"media.no_common_codec", "Không có cách mã hóa chung"},
      {"peer.not_found", "Không có kết nối này"},
      {"message.broken", "Yêu cầu không đúng dạng"},
      {"message.too_large", "Yêu cầu quá lớn"},
      {"server.not_stored", "Máy chủ không ghi được, hãy thử lại"},
      {"server.disk_full", "Ổ đĩa của máy chủ đã đầy"},
      {"server.fault", "Lỗi của máy chủ"},
      {"http.wrong_host", "Máy chủ không nhận tên này"},
      {"http.wrong_origin", "Yêu cầu đến từ một trang khác"},
      {"http.length_required", "Thiếu độ dài của nội dung"},
  };
  return all;
}

const char* general_title(int status) {
  switch (status) {
    case 400:
      return "Yêu cầu không hợp lệ";
    case 401:
      return "Cần đăng nhập";
    case 403:
      return "Không được phép";
    case 404:
      return "Không tìm thấy";
    case 405:
      return "Cách gọi này không dùng được ở đây";
    case 406:
      return "Không có dạng trả lời được nhận";
    case 409:
      return "Dữ liệu đã thay đổi";
    case 410:
      return "Không còn nữa";
    case 412:
      return "Đã thay đổi từ lúc hỏi";
    case 413:
      return "Quá lớn";
    case 415:
      return "Loại nội dung không được nhận";
    case 422:
      return "Dữ liệu không hợp lệ";
    case 428:
      return "Thiếu điều kiện If-Match";
    case 429:
      return "Quá nhiều lần";
    default:
      return status < 500 ? "Không thực hiện được" : "Lỗi của máy chủ";
  }
}

}  // namespace

std::string problem_title(int status, const std::string& text_key) {
  const auto found = titles().find(text_key);
  return found == titles().end() ? general_title(status) : found->second;
}

int status_of(const scheduler::Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
      return 422;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::gone:
      return 410;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unsupported:
      return 415;
    case ErrorCode::too_many:
      return 429;
    case ErrorCode::unavailable:
      return error.text_key.ends_with("disk_full") ? 507 : 503;
  }
  return 500;
}

Response problem_response(int status, const std::string& text_key, const std::string& detail,
                          const std::string& request,
                          std::vector<std::pair<std::string, std::string>> headers) {
  const Problem problem{
      "about:blank#" + text_key, problem_title(status, text_key), status, text_key, detail, request};
  Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.emplace_back("content-type", "application/problem+json");
  response.headers.emplace_back("cache-control", "no-store");
  // A detail may quote what came in, and that need not be UTF-8.
  response.body = std::make_shared<const std::string>(
      protocol::encode(problem).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return response;
}

}  // namespace diemcau::http
