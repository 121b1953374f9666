#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/store.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace weir {
namespace {

/// What a pipe has taken cannot be taken back: after an error a part of the batch may be out. The program
/// must ignore SIGPIPE.
class stdout_store final : public store {
public:
  struct settings {
    format_settings format;
  };
  static auto promise(const settings&) -> store_promise {
    return {.why_not_more = "the lines of several would be mixed up"};
  }
  static auto claims(const settings&, const plugin_context&) -> plugin_claims { return {.prints = true}; }
  stdout_store(settings s, const plugin_context&)
      : format_(make_event_writer(options_of(s.format))),
        header_(s.format.header ? csv_header(s.format.columns) : std::string{}) {}

  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override;

private:
  auto write_pending(committed& done) -> result<void>;

  std::unique_ptr<event_writer> format_;
  std::string header_; ///< until it is written
  byte_buffer pending_;
};

constexpr auto written_at_once = std::size_t{256} << 10;

auto stdout_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  auto state = result<void>{};
  pending_.clear();
  pending_.append(header_);
  for_each_run(batch, [&](const event_run& run) {
    auto entries = run.entries;
    auto written = written_run{0, written_run::stop::full};
    auto seen = std::uint64_t{0};
    format_->begin_section(run.tag);
    while (state && written.why == written_run::stop::full) {
      written = format_->write(pending_, entries, {.bytes_max = written_at_once});
      seen += written.events;
      if (written.why == written_run::stop::full) state = write_pending(done);
    }
    done.events += seen;
    if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  });
  if (state) state = write_pending(done);
  if (!state) return state.failure();
  header_.clear();
  return done;
}

auto stdout_store::write_pending(committed& done) -> result<void> {
  auto bytes = pending_.view();
  while (!bytes.empty()) {
    const auto count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      done.bytes += static_cast<std::uint64_t>(count);
    } else if (errno == EAGAIN) {
      auto ready = pollfd{STDOUT_FILENO, POLLOUT, 0};
      (void)::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return error{errc::unavailable, "cannot write to the standard output: " + describe_errno(errno)};
    }
  }
  pending_.clear();
  return {};
}

template <class Visitor> void describe(Visitor& v, stdout_store::settings& s) { describe(v, s.format); }

void validate(const stdout_store::settings& s, config::settings_reader& reader) {
  validate(s.format, reader);
}

const register_store<stdout_store> registered_stdout{"stdout", "Writes events to the standard output."};

} // namespace
} // namespace weir
