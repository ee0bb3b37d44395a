#include "support/scripted_llm.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace insightflow::test {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string reason_of(int status) {
  return status >= 200 && status <= 299 ? "OK" : "Scripted";
}

/// Waits until bytes can be read; false when the server ends first or the time is over.
bool await_readable(int socket, int stop, int timeout_ms) {
  pollfd waiting[2] = {{socket, POLLIN, 0}, {stop, POLLIN, 0}};
  return ::poll(waiting, 2, timeout_ms) > 0 && (waiting[1].revents & POLLIN) == 0;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::string SeenRequest::header(std::string_view name) const {
  for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    const std::size_t begin = at + 2;
    const std::size_t colon = head.find(':', begin);
    if (colon == head.npos || colon - begin != name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size(); ++i)
      same = same && lower(head[begin + i]) == lower(name[i]);
    if (!same) continue;
    const std::size_t value = head.find_first_not_of(' ', colon + 1);
    return head.substr(value, head.find("\r\n", value) - value);
  }
  return {};
}

bool SeenRequest::streamed(llm::Wire wire) const {
  if (wire == llm::Wire::gemini) return target.find(":stream") != target.npos;
  return body.find("\"stream\":true") != body.npos;
}

namespace http_bytes {

std::string head(int status, std::string_view content_type,
                 const std::vector<ScriptedHeader>& headers) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + ' ' + reason_of(status) + "\r\n";
  if (!content_type.empty()) out.append("Content-Type: ").append(content_type) += "\r\n";
  for (const ScriptedHeader& header : headers) out += header.name + ": " + header.value + "\r\n";
  return out;
}

std::string whole(int status, std::string_view content_type, std::string_view body,
                  const std::vector<ScriptedHeader>& headers) {
  return head(status, content_type, headers) + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string chunked_head(int status, std::string_view content_type,
                         const std::vector<ScriptedHeader>& headers) {
  return head(status, content_type, headers) + "Transfer-Encoding: chunked\r\n\r\n";
}

std::string chunk(std::string_view bytes) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string size;
  for (std::size_t left = bytes.size(); left > 0; left /= 16) size.insert(0, 1, hex[left % 16]);
  return size + "\r\n" + std::string(bytes) + "\r\n";
}

std::string last_chunk() {
  return "0\r\n\r\n";
}

}  // namespace http_bytes

struct ScriptedLlm::State {
  llm::Wire wire{};
  int listener = -1;
  int stop = -1;
  std::uint16_t port = 0;
  std::thread acceptor;

  mutable std::mutex mutex;
  std::vector<std::thread> connections;
  std::deque<Play> script;
  Play otherwise;
  std::vector<SeenRequest> seen;

  void accept();
  void serve(int socket);
  bool read_request(int socket, std::string& pending, SeenRequest& request) const;
  Steps steps_for(const SeenRequest& request);
  bool perform(int socket, const Step& step) const;
  void add(Play play) {
    const std::lock_guard lock(mutex);
    script.push_back(std::move(play));
  }
};

void ScriptedLlm::State::accept() {
  while (await_readable(listener, stop, -1)) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard lock(mutex);
    connections.emplace_back([this, socket] {
      serve(socket);
      ::close(socket);
    });
  }
}

bool ScriptedLlm::State::read_request(int socket, std::string& pending,
                                      SeenRequest& request) const {
  const auto more = [&] {
    char buffer[64 << 10];
    if (!await_readable(socket, stop, -1)) return false;
    const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    pending.append(buffer, static_cast<std::size_t>(count));
    return true;
  };
  std::size_t end;
  while ((end = pending.find("\r\n\r\n")) == pending.npos)
    if (!more()) return false;
  request.head = pending.substr(0, end + 2);
  pending.erase(0, end + 4);
  const std::size_t space = request.head.find(' ');
  request.method = request.head.substr(0, space);
  request.target = request.head.substr(space + 1, request.head.find(' ', space + 1) - space - 1);
  const std::size_t length = std::strtoul(request.header("Content-Length").c_str(), nullptr, 10);
  while (pending.size() < length)
    if (!more()) return false;
  request.body = pending.substr(0, length);
  pending.erase(0, length);
  return true;
}

Steps ScriptedLlm::State::steps_for(const SeenRequest& request) {
  Play play;
  {
    const std::lock_guard lock(mutex);
    seen.push_back(request);
    if (!script.empty()) {
      play = std::move(script.front());
      script.pop_front();
    } else {
      play = otherwise;
    }
  }
  if (play) return play(request);
  return refused(wire, 500, "server_error", "No script.");
}

bool ScriptedLlm::State::perform(int socket, const Step& step) const {
  if (const auto* send = std::get_if<Send>(&step)) return send_all(socket, send->bytes);
  if (const auto* wait = std::get_if<Wait>(&step)) {
    pollfd waiting{stop, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(wait->time.count())) == 0;
  }
  if (std::holds_alternative<HalfClose>(step)) ::shutdown(socket, SHUT_WR);
  if (std::holds_alternative<Hang>(step) || std::holds_alternative<HalfClose>(step)) {
    char ignored[4096];
    while (await_readable(socket, stop, -1) && ::recv(socket, ignored, sizeof ignored, 0) > 0) {
    }
  }
  if (std::holds_alternative<Reset>(step)) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  return false;
}

void ScriptedLlm::State::serve(int socket) {
  std::string pending;
  for (;;) {
    SeenRequest request;
    if (!read_request(socket, pending, request)) return;
    for (const Step& step : steps_for(request))
      if (!perform(socket, step)) return;
  }
}

ScriptedLlm::ScriptedLlm(llm::Wire wire, std::uint16_t port) : state_(std::make_unique<State>()) {
  state_->wire = wire;
  state_->stop = ::eventfd(0, EFD_CLOEXEC);
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(state_->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(state_->listener, generic, size) != 0 || ::listen(state_->listener, 64) != 0 ||
      ::getsockname(state_->listener, generic, &size) != 0)
    throw std::runtime_error("the scripted server cannot listen");
  state_->port = ntohs(address.sin_port);
  state_->acceptor = std::thread([state = state_.get()] { state->accept(); });
}

ScriptedLlm::~ScriptedLlm() {
  const std::uint64_t one = 1;
  (void)!::write(state_->stop, &one, sizeof one);
  state_->acceptor.join();
  for (std::thread& connection : state_->connections) connection.join();
  ::close(state_->listener);
  ::close(state_->stop);
}

llm::Wire ScriptedLlm::wire() const {
  return state_->wire;
}
std::uint16_t ScriptedLlm::port() const {
  return state_->port;
}

std::string ScriptedLlm::url() const {
  const std::string host = "http://127.0.0.1:" + std::to_string(state_->port);
  if (state_->wire == llm::Wire::openai) return host + "/v1";
  if (state_->wire == llm::Wire::gemini) return host + "/v1beta";
  return host;
}

llm::Provider ScriptedLlm::provider(std::string name) const {
  llm::Provider provider;
  provider.name = std::move(name);
  provider.wire = state_->wire;
  provider.base_url = url();
  return provider;
}

void ScriptedLlm::answer(std::string text, llm::Usage usage, std::string finish) {
  stream({std::move(text)}, usage, std::move(finish));
}

Steps answered(llm::Wire wire, const SeenRequest& request, const std::vector<std::string>& pieces,
               const llm::Usage& usage, std::string_view finish) {
  if (!request.streamed(wire)) {
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    return {Send{
        http_bytes::whole(200, "application/json", wire_text::answer(wire, text, usage, finish))}};
  }
  Steps steps{Send{http_bytes::chunked_head(200, wire_text::stream_type(wire))}};
  for (const std::string& event : wire_text::stream(wire, pieces, usage, finish))
    steps.push_back(Send{http_bytes::chunk(event)});
  steps.push_back(Send{http_bytes::last_chunk()});
  return steps;
}

Steps refused(llm::Wire wire, int status, std::string_view type, std::string_view message,
              const std::vector<ScriptedHeader>& headers) {
  return {Send{http_bytes::whole(status, "application/json",
                                 wire_text::error(wire, status, type, message), headers)}};
}

void ScriptedLlm::stream(std::vector<std::string> pieces, llm::Usage usage, std::string finish) {
  play([wire = state_->wire, pieces = std::move(pieces), usage, finish = std::move(finish)](
           const SeenRequest& request) { return answered(wire, request, pieces, usage, finish); });
}

void ScriptedLlm::error(int status, std::string type, std::vector<ScriptedHeader> headers,
                        std::string message) {
  play(refused(state_->wire, status, type, message, headers));
}

void ScriptedLlm::embeddings(std::vector<std::vector<double>> vectors, std::int64_t tokens) {
  play({Send{http_bytes::whole(200, "application/json",
                               wire_text::embeddings(state_->wire, vectors, tokens))}});
}

void ScriptedLlm::play(Steps steps) {
  state_->add([steps = std::move(steps)](const SeenRequest&) { return steps; });
}
void ScriptedLlm::play(Play play) {
  state_->add(std::move(play));
}

void ScriptedLlm::answer_with(Text text, llm::Usage usage) {
  otherwise([wire = state_->wire, text = std::move(text), usage](const SeenRequest& request) {
    return answered(wire, request, {text(request)}, usage, {});
  });
}
void ScriptedLlm::otherwise(Play play) {
  const std::lock_guard lock(state_->mutex);
  state_->otherwise = std::move(play);
}

std::vector<SeenRequest> ScriptedLlm::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->seen;
}

std::size_t ScriptedLlm::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->connections.size();
}

}  // namespace insightflow::test
