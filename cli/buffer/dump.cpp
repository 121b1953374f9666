#include "cli/buffer/dump.hpp"

#include "cli/buffer/account.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/log/recovery.hpp"
#include "runtime/os/file_system.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

namespace weir::cli {
namespace {

constexpr auto flush_bytes = std::size_t{1} << 20;

class dumper {
public:
  dumper(const dump_options& options, std::ostream& out, std::uint64_t last)
      : options_(options), out_(out), last_(last), writer_(make_event_writer({options.format})) {}

  void take(const recovered_record& found) {
    if (failed_ || found.at.header.number > last_ || !is_wanted(found)) return;
    auto c = read(found);
    if (!c && c.failure().code == errc::unavailable) failed_ = c.failure();
    if (!c) ++sums_.damaged_records;
    if (c) write(**c);
  }
  auto finish(std::uint64_t damaged_records) -> result<dumped> {
    flush();
    sums_.damaged_records += damaged_records;
    if (failed_) return *failed_;
    return sums_;
  }

private:
  auto is_wanted(const recovered_record& found) const -> bool {
    if (!options_.unsettled && options_.reader.empty()) return true;
    if (found.readers.empty()) return true; // the cursors are lost: nothing is known to be settled
    return std::any_of(found.readers.begin(), found.readers.end(), [&](const reader_cursor& r) {
      return (options_.reader.empty() || r.name() == options_.reader)
             && !r.has_settled(found.at.header.number);
    });
  }
  auto read(const recovered_record& found) -> result<chunk_ptr> {
    if (path_ != found.path) {
      WEIR_TRY(file_, real_file_system().open(found.path, open_mode::read));
      path_ = found.path;
    }
    return read_chunk(*file_, found.at);
  }
  void write(const chunk& c) {
    for_each_section(c, [&](const section& s, std::string_view entries) {
      writer_->begin_section(s.tag);
      auto run = writer_->write(text_, entries, {});
      sums_.events += run.events;
      if (run.why == written_run::stop::malformed) ++sums_.damaged_records;
      if (text_.size() >= flush_bytes) flush();
    });
  }
  void flush() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

  const dump_options& options_;
  std::ostream& out_;
  std::uint64_t last_; ///< the last record to give
  std::unique_ptr<event_writer> writer_;
  std::shared_ptr<file> file_;
  std::string path_;
  byte_buffer text_;
  dumped sums_;
  std::optional<error> failed_;
};

} // namespace

auto dump_events(const dump_options& options, std::ostream& out) -> result<dumped> {
  WEIR_TRY(const auto holder, lock_holder(lock_of(options.path)));
  // Of a log that is in use, what it had at the beginning.
  auto before = std::optional<recovered_log>{};
  if (!holder.empty()) {
    WEIR_TRY(before, recover_live(options.path));
  }
  auto at_work = dumper{options, out, before ? before->last : UINT64_MAX};
  auto how = recovery_options{options.path};
  how.on_chunk = [&](const recovered_record& found) { at_work.take(found); };
  WEIR_TRY(const auto log, recover_log(real_file_system(), how));
  const auto is_known = std::any_of(log.readers.begin(), log.readers.end(),
                                    [&](const reader_cursor& r) { return r.name() == options.reader; });
  if (!options.reader.empty() && !is_known) {
    auto names = std::string{};
    for (const auto& r : log.readers) names += (names.empty() ? "" : ", ") + r.name();
    return error{errc::rejected, "no reader is called \"" + options.reader
                                     + "\"; there are: " + (names.empty() ? "none" : names)};
  }
  return at_work.finish(before ? before->damaged_records : log.damaged_records);
}

} // namespace weir::cli
