/// A bucket in memory that loses requests and answers, does things late, and lets others have their turn, all from one seed.
#pragma once

#include "actors/sinks/objects/bucket.hpp"
#include "actors/sinks/objects/growing_file.hpp"
#include "runtime/os/clock.hpp"

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace weir::test {

/// Thrown in place of a step: the writer's process is killed there.
struct writer_killed {};

struct bucket_faults {
  double lost_request = 0;
  double lost_answer = 0;
  double late = 0; ///< no answer, and it is done some time later
  double killed = 0;
  double others = 0; ///< somebody else has a turn before
};

/// What all writers see.
struct bucket_content {
  explicit bucket_content(unsigned seed) : chance(seed) {}

  std::map<std::string, std::string> objects;
  std::map<std::string, std::string> unfinished; ///< what somebody who appends to one may yet write
  manual_clock time;
  std::mt19937 chance;
  std::vector<std::function<void()>> late;
  bucket_faults faults;
  std::function<void()> others = [] {};

  auto happens(double probability) -> bool { return std::uniform_real_distribution<double>{0, 1}(chance) < probability; }
  auto below(std::size_t end) -> std::size_t { return chance() % end; }
  void do_something_late() {
    if (late.empty()) return;
    const auto at = late.begin() + static_cast<std::ptrdiff_t>(below(late.size()));
    const auto work = *at;
    late.erase(at);
    work();
  }
};

class simulated_bucket final : public object_bucket, public file_appender {
public:
  explicit simulated_bucket(bucket_content& content) : content_(content) {}

  auto put(const std::string& key, std::string_view bytes, const object_form&) -> result<void> override {
    return change([&content = content_, key, text = std::string{bytes}]() -> result<void> {
      content.objects[key] = text;
      return {};
    });
  }
  auto put_if_absent(const std::string& key, std::string_view bytes) -> result<bool> override {
    return change([&content = content_, key, text = std::string{bytes}]() -> result<bool> { return content.objects.try_emplace(key, text).second; });
  }
  auto get(const std::string& key) -> result<std::string> override {
    return change([&content = content_, key]() -> result<std::string> {
      const auto found = content.objects.find(key);
      if (found == content.objects.end()) return error{errc::not_found, key};
      return found->second;
    });
  }
  auto move(const std::string& from, const std::string& to, const object_form&) -> result<void> override {
    auto copied = change([&content = content_, from, to]() -> result<void> {
      const auto found = content.objects.find(from);
      if (found == content.objects.end()) return error{errc::not_found, from};
      auto bytes = found->second;
      content.objects[to] = std::move(bytes);
      return {};
    });
    if (copied) (void)remove(from);
    return copied;
  }
  auto remove(const std::string& key) -> result<void> override {
    return change([&content = content_, key]() -> result<void> {
      content.objects.erase(key);
      return {};
    });
  }
  auto list(const std::string& prefix) -> result<std::vector<std::string>> override {
    return change([&content = content_, prefix]() -> result<std::vector<std::string>> {
      auto keys = std::vector<std::string>{};
      for (auto at = content.objects.lower_bound(prefix); at != content.objects.end() && at->first.starts_with(prefix); ++at)
        keys.push_back(at->first);
      return keys;
    });
  }

  /// Of some a part is there, and the rest comes later, wherever the file is by then.
  auto append(const std::string& path, std::string_view bytes, std::uint64_t before) -> result<bool> override {
    const auto breaks = content_.happens(content_.faults.lost_answer);
    const auto part = breaks ? content_.below(bytes.size() + 1) : bytes.size();
    auto done = change([&content = content_, path, before, text = std::string{bytes}, part]() -> result<bool> {
      const auto found = content.objects.find(path);
      if (found == content.objects.end()) return error{errc::not_found, path};
      if (content.unfinished.count(path) > 0) return error{errc::unavailable, path + " is written to"};
      if (found->second.size() != before) return error{errc::unavailable, path + " has another size"};
      found->second += text.substr(0, part);
      if (part < text.size()) content.unfinished[path] = text.substr(part);
      return true;
    });
    if (done && breaks) return error{errc::unavailable, "it broke"};
    return done;
  }
  auto finish(const growing_file& f) -> result<bool> override {
    const auto closing = f.made + ".closed";
    WEIR_TRY(const auto is_renamed, rename(f.made, closing));
    WEIR_TRY(const auto is_cut, cut(closing, f.bytes));
    if (!is_cut) return false;
    if (!*is_cut) return !is_renamed; // somebody has been here
    WEIR_CHECK(rename(closing, f.key));
    return true;
  }

private:
  auto rename(const std::string& from, const std::string& to) -> result<bool> {
    return change([&content = content_, from, to]() -> result<bool> {
      const auto found = content.objects.find(from);
      if (found == content.objects.end() || content.objects.count(to) > 0) return false;
      content.objects[to] = found->second;
      content.objects.erase(from);
      if (auto rest = content.unfinished.extract(from)) rest.key() = to, content.unfinished.insert(std::move(rest));
      return true;
    });
  }
  /// Nothing: not yet. False: there is none.
  auto cut(const std::string& path, std::uint64_t bytes) -> result<std::optional<bool>> {
    return change([&content = content_, path, bytes]() -> result<std::optional<bool>> {
      const auto found = content.objects.find(path);
      if (found == content.objects.end()) return std::optional{false};
      if (const auto rest = content.unfinished.find(path); rest != content.unfinished.end()) {
        if (content.happens(0.5)) found->second += rest->second;
        content.unfinished.erase(rest);
        return std::optional<bool>{};
      }
      if (found->second.size() < bytes) return error{errc::failed, path + " has lost something"};
      found->second.resize(bytes);
      return std::optional{true};
    });
  }
  template <class Work> auto change(Work work) -> decltype(work()) {
    const auto& f = content_.faults;
    if (content_.happens(0.3)) content_.do_something_late();
    if (content_.happens(f.others)) content_.others();
    if (content_.happens(f.killed)) throw writer_killed{};
    if (content_.happens(f.lost_request)) return error{errc::unavailable, "the request was lost"};
    if (content_.happens(f.late)) {
      content_.late.push_back([work] { (void)work(); });
      return error{errc::unavailable, "no answer yet"};
    }
    auto done = work();
    if (content_.happens(f.killed)) throw writer_killed{};
    if (content_.happens(f.lost_answer)) return error{errc::unavailable, "the answer was lost"};
    return done;
  }

  bucket_content& content_;
};

} // namespace weir::test
