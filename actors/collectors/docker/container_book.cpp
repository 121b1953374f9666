#include "actors/collectors/docker/container_book.hpp"

#include "runtime/os/whole_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto engine_patience = 2s;
constexpr auto look_interval = 10s; // for another name or other labels, or what could not be read before
constexpr auto containers_max = std::size_t{4096};

} // namespace

auto container_id_of(std::string_view dotted_path) -> std::string_view {
  const auto id = dotted_path.substr(0, dotted_path.rfind("-json.log"));
  return id.substr(id.rfind('.') + 1);
}

auto container_book::unknown() const -> std::size_t {
  return static_cast<std::size_t>(std::count_if(known_.begin(), known_.end(), [](const auto& e) { return !e.second.is_known; }));
}

auto container_book::find(std::string_view id) -> const container* {
  auto at = known_.find(id);
  if (at == known_.end()) {
    if (known_.size() >= containers_max) known_.erase(known_.begin()); // it is read again when it is met
    at = known_.emplace(std::string{id}, entry{}).first;
  }
  auto& e = at->second;
  if (clock_.monotonic() < e.look_again) return &e.what;
  return look(at->first, e) ? &e.what : nullptr;
}

/// False: it is being asked for.
auto container_book::look(const std::string& id, entry& e) -> bool {
  if (asked_ == id) return ask(id, e);
  const auto read = look_at_file(id, e);
  if (read) {
    e.look_again = clock_.monotonic() + look_interval;
    return true;
  }
  if (settings_.socket.empty() || e.is_known) return give_up(id, e, read.failure().what), true;
  inquiry_.emplace(id);
  asked_ = id;
  patience_ends_ = clock_.monotonic() + engine_patience;
  if (const auto begun = inquiry_->begin(settings_.socket); !begun)
    return give_up(id, e, read.failure().what + "; " + begun.failure().what), true;
  return ask(id, e);
}

auto container_book::look_at_file(const std::string& id, entry& e) -> result<void> {
  const auto path = settings_.path + '/' + id + "/config.v2.json";
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return error_from_errno(path, errno);
  const auto written_ns = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
  if (e.is_known && written_ns == e.written_ns) return {};
  WEIR_TRY(const auto json, read_whole(path));
  auto made = read_container(settings_, id, json);
  if (!made) return error{errc::malformed, path + ": " + made.failure().what};
  e.what = std::move(*made);
  e.written_ns = written_ns;
  e.is_known = true;
  return {};
}

auto container_book::ask(const std::string& id, entry& e) -> bool {
  auto answer = inquiry_->step();
  if (!answer) return give_up(id, e, answer.failure().what), true;
  if (!*answer) {
    if (clock_.monotonic() < patience_ends_) return false;
    return give_up(id, e, "the engine does not answer"), true;
  }
  auto made = read_container(settings_, id, **answer);
  if (!made) return give_up(id, e, "the engine's answer: " + made.failure().what), true;
  e.what = std::move(*made);
  e.is_known = true;
  e.look_again = clock_.monotonic() + look_interval;
  inquiry_.reset();
  asked_.clear();
  return true;
}

/// Its lines go on under its id; what was known of it before still counts.
void container_book::give_up(const std::string& id, entry& e, const std::string& why) {
  if (!e.is_known && e.what.name.empty()) {
    e.what = unknown_container(settings_, id);
    complaints_.push_back("container " + id.substr(0, 12) + ": nothing is known of it but its id: " + why);
  }
  e.look_again = clock_.monotonic() + look_interval;
  inquiry_.reset();
  asked_.clear();
}

} // namespace weir
