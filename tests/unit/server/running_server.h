#pragma once
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>

#include "server/auth/random.h"
#include "server/program.h"
#include "server/signaling/typescript.h"
#include "tests/free_port.h"
#include "tests/unit/server/tls_client.h"

/// The whole program on loopback ports, spoken to over TLS.
namespace diemcau::server {
namespace fs = std::filesystem;
using nlohmann::json;
using test::Answer;
using test::Headers;
using test::TlsClient;

class Server : public testing::Test {
 protected:
  Server() {
    folder_ = fs::temp_directory_path() / ("diemcau-test-" + auth::base64url(auth::random_bytes(9)));
    fs::create_directories(folder_ / "web" / "assets");
    std::ofstream(folder_ / "web" / "index.html") << "<!doctype html>office";
    std::ofstream(folder_ / "web" / "hall.html") << "<!doctype html>hall";
    std::ofstream(folder_ / "web" / "assets" / "a-1.js") << "raw";
    std::ofstream(folder_ / "web" / "assets" / "a-1.js.br") << "squeezed";
    config_.bind = "127.0.0.1";
    config_.announced = {"127.0.0.1"};
    config_.port = free_port();
    config_.media_port = free_port();
    config_.data = folder_ / "data";
    config_.web = folder_ / "web";
    config_.links = folder_ / "links.json";
    config_.upload_limit = 3 << 20;
    config_.demo = true;
  }
  // Not in the constructor: when it throws, the destructor still ends the thread.
  void SetUp() override { start(); }
  ~Server() override {
    end();
    fs::remove_all(folder_);
  }

  void start() {
    stop_ = 0;
    std::signal(SIGUSR1, [](int) {});
    fs::remove(config_.links);
    thread_ = std::thread([this] {
      try {
        serve(config_, out_, stop_);
      } catch (const std::exception& e) {
        failure_ = e.what();
        failed_ = true;
      }
    });
    // The links are written before the first connection is served.
    EXPECT_EQ(client().request("GET", "/healthz").status, 200);
    links_ = json::parse(std::ifstream(config_.links));
  }
  void end() {
    stop_ = 1;
    if (thread_.joinable()) {
      pthread_kill(thread_.native_handle(), SIGUSR1);  // as SIGTERM does in the program
      thread_.join();
    }
    EXPECT_EQ(failure_, "");
  }

  std::string authority() const { return (config_.data / "tls" / "authority.pem").string(); }
  TlsClient client() const {
    // The authority is made by the server's thread.
    while (!fs::exists(config_.data / "tls" / "server.pem") && !failed_) poll(nullptr, 0, 10);
    if (failed_) throw std::runtime_error("the server did not start: " + failure_);
    return {config_.port, authority()};
  }
  Answer ask(const std::string& method, const std::string& path, Headers headers = {},
             const std::string& body = {}) const {
    return client().request(method, path, std::move(headers), body);
  }
  std::string password(const std::string& role) const {
    for (const auto& account : links_.at("accounts"))
      if (account.at("role") == role) return account.at("password");
    return {};
  }
  Headers logged_in(const std::string& role) const {
    for (const auto& account : links_.at("accounts")) {
      if (account.at("role") != role) continue;
      const auto answer =
          ask("POST", "/api/login", {},
              json{{"user", account.at("user")}, {"password", account.at("password")}}.dump());
      EXPECT_EQ(answer.status, 200) << answer.body;
      const auto cookie = answer.headers.at("set-cookie");
      return {{"cookie", cookie.substr(0, cookie.find(';'))}};
    }
    return {};
  }
  std::string token(std::size_t hall) const {
    const std::string url = links_.at("halls").at(hall).at("url");
    return url.substr(url.rfind('/') + 1);
  }
  static json problem(const Answer& answer) {
    EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json") << answer.body;
    return json::parse(answer.body);
  }
  /// The server may remove one while they are counted.
  std::size_t files_of_documents() const {
    std::size_t count = 0;
    std::error_code gone;
    for (const auto& entry : fs::recursive_directory_iterator(config_.data / "documents"))
      if (const auto size = entry.file_size(gone); !gone && size > 0) ++count;
    return count;
  }

  /// True as soon as the condition holds; false when it does not within 20 s, however slow the machine.
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      poll(nullptr, 0, 10);
    }
    return true;
  }

  fs::path folder_;
  Config config_;
  std::ostringstream out_;
  volatile std::sig_atomic_t stop_ = 0;
  std::string failure_;  ///< read it when failed_, or when the thread has ended
  std::atomic<bool> failed_ = false;
  std::thread thread_;
  json links_;
};

/// With WebSockets.
class Signaling : public Server {
 protected:
  static json next(TlsClient& socket, const std::string& type) {
    while (const auto frame = socket.read_frame()) {
      if (frame->opcode == 9) socket.send_frame(10, frame->payload);
      if (frame->opcode != 1) continue;
      auto message = json::parse(frame->payload);
      if (message.at("type") == type) return message;
    }
    ADD_FAILURE() << "closed before " << type;
    return json::object();
  }
  static void say(TlsClient& socket, const json& message) { socket.send_frame(1, message.dump()); }
  json hello(const std::string& device) const {
    return {{"type", "hello"}, {"protocol", protocol::hash()}, {"device", device}};
  }
  json hall_hello(const std::string& device, std::size_t hall) const {
    auto message = hello(device);
    message["hall"] = token(hall);
    return message;
  }
};

}  // namespace diemcau::server
