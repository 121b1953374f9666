#include "actors/collectors/kubernetes/api_client.hpp"

#include "runtime/os/owned_fd.hpp"
#include "runtime/os/whole_file.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <new>
#include <system_error>
#include <vector>

namespace weir {
namespace {

auto token_of(const std::string& path) -> std::string {
  if (path.empty()) return {};
  auto token = read_whole(path);
  if (!token) return {};
  token->erase(token->find_last_not_of(" \t\r\n") + 1);
  return *token;
}

auto milliseconds_of(duration d) -> long { return static_cast<long>(d / std::chrono::milliseconds{1}); }

} // namespace

/// The sockets of all requests in one epoll, and the one timer that curl wants.
struct api_client::multi {
  CURLM* handle = nullptr;
  owned_fd epoll;
  const class clock& clock;
  std::optional<monotonic_time> timer;

  explicit multi(const class clock& time) : epoll(::epoll_create1(EPOLL_CLOEXEC)), clock(time) {
    if (!epoll.is_open()) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    static const auto is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    handle = is_ready ? curl_multi_init() : nullptr;
    if (handle == nullptr) throw std::bad_alloc{};
    curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, &multi::watch_socket);
    curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, &multi::set_timer);
    curl_multi_setopt(handle, CURLMOPT_TIMERDATA, this);
  }
  ~multi() { curl_multi_cleanup(handle); }
  multi(const multi&) = delete;
  auto operator=(const multi&) -> multi& = delete;

  static auto watch_socket(CURL*, curl_socket_t fd, int what, void* self, void*) -> int {
    const auto epoll = static_cast<multi*>(self)->epoll.fd();
    auto event = epoll_event{};
    event.data.fd = fd;
    if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    if (what == CURL_POLL_REMOVE) return ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event), 0;
    if (::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0) ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    return 0;
  }

  static auto set_timer(CURLM*, long milliseconds, void* self) -> int {
    auto& m = *static_cast<multi*>(self);
    m.timer = milliseconds < 0 ? std::nullopt : std::optional{m.clock.monotonic() + std::chrono::milliseconds{milliseconds}};
    return 0;
  }

  void drive() {
    auto running = 0;
    auto events = std::array<epoll_event, 16>{};
    const auto count = ::epoll_wait(epoll.fd(), events.data(), static_cast<int>(events.size()), 0);
    for (auto i = 0; i < count; ++i) {
      const auto& e = events[static_cast<std::size_t>(i)];
      const auto what = ((e.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) | ((e.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0)
                        | ((e.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(handle, e.data.fd, what, &running);
    }
    if (!timer || clock.monotonic() < *timer) return;
    timer.reset();
    curl_multi_socket_action(handle, CURL_SOCKET_TIMEOUT, 0, &running);
  }
};

struct api_client::transfer {
  api_watch* watch;
  multi& of;
  CURL* handle;
  curl_slist* headers = nullptr;
  bool is_running = false;
  char problem[CURL_ERROR_SIZE] = {};

  transfer(api_watch& w, multi& m) : watch(&w), of(m), handle(curl_easy_init()) {
    if (handle == nullptr) throw std::bad_alloc{};
  }
  ~transfer() {
    stop();
    curl_easy_cleanup(handle);
  }
  transfer(const transfer&) = delete;
  auto operator=(const transfer&) -> transfer& = delete;

  template <class Value> void set(CURLoption option, Value value) { curl_easy_setopt(handle, option, value); }
  void add_header(const std::string& line) {
    auto* longer = curl_slist_append(headers, line.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    headers = longer;
  }
  void stop() {
    if (std::exchange(is_running, false)) curl_multi_remove_handle(of.handle, handle);
    curl_slist_free_all(std::exchange(headers, nullptr));
  }
  auto status() const -> int {
    auto code = 0L;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }
  static auto take(char* bytes, std::size_t size, std::size_t count, void* self) -> std::size_t {
    auto& t = *static_cast<transfer*>(self);
    // What a refusal says nobody reads.
    const auto is_wanted = t.status() != 200 || t.watch->take({bytes, size * count});
    return is_wanted ? size * count : 0;
  }
};

api_client::api_client(kubernetes_api_address server, const class clock& time)
    : server_(std::move(server)), clock_(time), multi_(std::make_unique<multi>(time)) {}

api_client::~api_client() = default;

void api_client::add(api_watch& watch) { transfers_.push_back(std::make_unique<transfer>(watch, *multi_)); }

auto api_client::fd() const -> int { return multi_->epoll.fd(); }

auto api_client::wake_at() const -> std::optional<monotonic_time> {
  auto first = multi_->timer;
  for (const auto& t : transfers_)
    if (const auto due = t->watch->due(); due && (!first || *due < *first)) first = due;
  return first;
}

void api_client::ask(transfer& t, const std::string& request) {
  curl_easy_reset(t.handle);
  t.problem[0] = '\0';
  t.set(CURLOPT_URL, (server_.url + request).c_str());
  t.set(CURLOPT_ERRORBUFFER, t.problem);
  t.set(CURLOPT_PRIVATE, &t);
  t.set(CURLOPT_NOSIGNAL, 1L);
  t.set(CURLOPT_PROTOCOLS_STR, "http,https");
  t.set(CURLOPT_USERAGENT, "weir");
  t.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  t.set(CURLOPT_TCP_KEEPALIVE, 1L);
  t.set(CURLOPT_TCP_KEEPIDLE, 15L);
  t.set(CURLOPT_TCP_KEEPINTVL, 5L);
  t.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(server_.timeout));
  const auto is_watch = request.find("watch=1") != std::string::npos;
  t.set(CURLOPT_TIMEOUT_MS, milliseconds_of(server_.timeout + (is_watch ? duration{api_watch::watch_time} : duration{})));
  if (!server_.ca.empty()) t.set(CURLOPT_CAINFO, server_.ca.c_str());
  t.set(CURLOPT_WRITEFUNCTION, &transfer::take);
  t.set(CURLOPT_WRITEDATA, &t);
  t.add_header("Accept: " + std::string{t.watch->accepts()});
  if (const auto token = token_of(server_.token); !token.empty()) t.add_header("Authorization: Bearer " + token);
  t.set(CURLOPT_HTTPHEADER, t.headers);
  t.is_running = curl_multi_add_handle(multi_->handle, t.handle) == CURLM_OK;
  if (!t.is_running) throw std::bad_alloc{};
}

void api_client::finish() {
  auto left = 0;
  while (const auto* message = curl_multi_info_read(multi_->handle, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    transfer* t = nullptr;
    const auto code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
    const auto status = t->status();
    const auto problem = code == CURLE_OK ? std::string{} : std::string{t->problem[0] != '\0' ? t->problem : curl_easy_strerror(code)};
    t->stop();
    t->watch->end(status, problem, clock_.monotonic());
  }
}

void api_client::drive() {
  multi_->drive();
  finish();
  const auto now = clock_.monotonic();
  for (auto& t : transfers_)
    if (const auto request = t->watch->next_request(now)) ask(*t, *request);
}

} // namespace weir
