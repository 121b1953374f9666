#include "cli/replay_file.hpp"

#include "runtime/base/crc32c.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace weir::cli {
namespace {

constexpr auto batch_bytes_max = std::size_t{512} << 10;

/// The letter as one entry; empty if its bytes are none.
auto entry_of(const dead_letter& letter) -> std::string {
  if (!letter.is_line) {
    auto reader = entry_reader{letter.bytes};
    auto e = entry{};
    return reader.next(e) && reader.rest().empty() ? letter.bytes : std::string{};
  }
  auto out = byte_buffer{};
  write_entry_head(out.tail(entry_head_bytes), letter.time_ns);
  out.advance(entry_head_bytes);
  auto write = msgpack_writer{out};
  write.map(1);
  write.str("message");
  write.str(letter.bytes);
  return std::string{out.view()};
}

auto first_line(std::string_view text) -> std::uint32_t { return crc32c(text.substr(0, text.find('\n'))); }

auto id_of(std::uint32_t file, std::string_view entries, std::uint64_t offset) -> std::string {
  char id[64];
  std::snprintf(id, sizeof id, "weir-replay-%08x-%08x-%llu", file, crc32c(entries), static_cast<unsigned long long>(offset));
  return id;
}

} // namespace

auto batch_of_one(const dead_letter& letter, std::string_view line, std::uint64_t offset) -> replay_batch {
  auto batch = replay_batch{letter.tag, entry_of(letter), 1, 0, {}, offset};
  if (batch.entries.empty()) batch.count = 0, batch.damaged = 1;
  batch.id = id_of(first_line(line), batch.entries, offset);
  return batch;
}

auto replay_file::open(const std::string& path, bool again) -> result<replay_file> {
  auto failure = std::error_code{};
  if (std::filesystem::is_directory(path, failure))
    return error{errc::rejected, "cannot read " + path + ": it is a directory"};
  auto in = std::ifstream{path, std::ios::binary};
  if (!in) return error_from_errno("cannot read " + path, errno);
  auto text = std::string{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return error_from_errno("cannot read " + path, errno);
  text.resize(text.rfind('\n') + 1); // the last line may be on its way still; npos + 1 is 0
  auto opened = replay_file{path, std::move(text)};
  if (!again) opened.recall();
  return opened;
}

void replay_file::recall() {
  auto in = std::ifstream{path_ + ".replayed"};
  auto done = std::uint64_t{0};
  auto sending = std::uint64_t{0};
  auto line = std::uint32_t{0};
  if (!(in >> done >> sending >> line)) return;
  if (line != first_line(text_) || done > text_.size() || sending > text_.size()) return; // another file
  done_ = done;
  if (sending > done) sending_ = sending;
}

auto replay_file::next() -> std::optional<replay_batch> {
  auto batch = replay_batch{};
  auto reader = dead_letter_reader{};
  auto rest = std::string_view{text_}.substr(done_);
  while (!rest.empty() && batch.entries.size() < batch_bytes_max) {
    if (sending_ > 0 && offset_of(rest) >= sending_) break;
    const auto line = rest.substr(0, rest.find('\n'));
    const auto letter = reader.read(line);
    auto entry = letter ? entry_of(*letter) : std::string{};
    if (entry.empty())
      ++batch.damaged;
    else if (batch.count > 0 && letter->tag != batch.tag)
      break;
    else {
      batch.tag = letter->tag;
      batch.entries += entry;
      ++batch.count;
    }
    rest.remove_prefix(line.size() + 1);
  }
  batch.end = offset_of(rest);
  if (batch.end == done_) return std::nullopt;
  batch.id = id_of(first_line(text_), batch.entries, done_);
  return batch;
}

auto replay_file::begin(const replay_batch& batch) -> result<void> { return save(batch.end); }

auto replay_file::finish(const replay_batch& batch) -> result<void> {
  done_ = batch.end;
  sending_ = 0;
  return save(batch.end);
}

auto replay_file::save(std::uint64_t sending) -> result<void> {
  const auto path = path_ + ".replayed";
  auto out = std::ofstream{path + ".new", std::ios::trunc};
  out << done_ << ' ' << sending << ' ' << first_line(text_) << '\n';
  out.close();
  if (!out || std::rename((path + ".new").c_str(), path.c_str()) != 0)
    return error_from_errno("cannot write " + path, errno);
  return {};
}

} // namespace weir::cli
