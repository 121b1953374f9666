#include "actors/sinks/objects/log_entry.hpp"

#include "runtime/base/binary.hpp"

namespace weir {
namespace {

constexpr auto entry_magic = std::string_view{"weirS3L1"};
constexpr auto entry_with_files_magic = std::string_view{"weirS3L2"};
constexpr auto snapshot_magic = std::string_view{"weirS3S1"};
constexpr auto snapshot_with_files_magic = std::string_view{"weirS3S2"};

void put_objects(std::string& out, const std::vector<staged_object>& objects) {
  put_number(out, static_cast<std::uint32_t>(objects.size()));
  for (const auto& o : objects) {
    put_text(out, o.staged);
    put_text(out, o.key);
  }
}

auto take_objects(binary_reader& from) -> std::vector<staged_object> {
  auto made = std::vector<staged_object>{};
  for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) {
    auto staged = from.text();
    made.push_back({std::move(staged), from.text()});
  }
  return made;
}

void put_files(std::string& out, const std::vector<growing_file>& files) {
  put_number(out, static_cast<std::uint32_t>(files.size()));
  for (const auto& f : files) {
    put_text(out, f.made);
    put_text(out, f.key);
    for (const auto number : {f.writer.place, f.writer.run, f.writer.opening}) put_number(out, number);
    put_number(out, f.begun_s);
    put_number(out, f.bytes);
    put_number(out, static_cast<std::uint8_t>(f.is_closed));
  }
}

/// Nothing if one says something else than it may.
auto take_files(binary_reader& from) -> std::optional<std::vector<growing_file>> {
  auto made = std::vector<growing_file>{};
  for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) {
    auto f = growing_file{};
    f.made = from.text();
    f.key = from.text();
    for (auto* number : {&f.writer.place, &f.writer.run, &f.writer.opening}) *number = from.number<std::uint64_t>();
    f.begun_s = from.number<std::int64_t>();
    f.bytes = from.number<std::uint64_t>();
    const auto flag = from.number<std::uint8_t>();
    if (flag > 1) return std::nullopt;
    f.is_closed = flag == 1;
    made.push_back(std::move(f));
  }
  return made;
}

/// Whether the bytes begin with one of these, and which: the first is false.
auto take_magic(std::string_view& bytes, std::string_view plain, std::string_view with_files) -> std::optional<bool> {
  const auto has_files = bytes.starts_with(with_files);
  if (!has_files && !bytes.starts_with(plain)) return std::nullopt;
  bytes.remove_prefix(plain.size());
  return has_files;
}

} // namespace

auto encode(const bucket_entry& e) -> std::string {
  const auto has_files = !e.files.empty() || !e.finished.empty();
  auto out = std::string{has_files ? entry_with_files_magic : entry_magic};
  put_number(out, e.writer);
  put_number(out, e.base);
  put_objects(out, e.objects);
  put_number(out, static_cast<std::uint32_t>(e.done.size()));
  for (const auto number : e.done) put_number(out, number);
  put_text(out, e.record);
  if (!has_files) return out;
  put_files(out, e.files);
  put_number(out, static_cast<std::uint32_t>(e.finished.size()));
  for (const auto& made : e.finished) put_text(out, made);
  return out;
}

auto encode(const bucket_snapshot& s) -> std::string {
  auto out = std::string{s.files.empty() ? snapshot_magic : snapshot_with_files_magic};
  put_number(out, static_cast<std::uint32_t>(s.open.size()));
  for (const auto& [number, objects] : s.open) {
    put_number(out, number);
    put_objects(out, objects);
  }
  put_text(out, s.record);
  if (!s.files.empty()) put_files(out, s.files);
  return out;
}

auto decode_entry(std::string_view bytes) -> std::optional<bucket_entry> {
  const auto has_files = take_magic(bytes, entry_magic, entry_with_files_magic);
  if (!has_files) return std::nullopt;
  auto from = binary_reader{bytes};
  auto made = bucket_entry{};
  made.writer = from.number<std::uint64_t>();
  made.base = from.number<std::uint64_t>();
  made.objects = take_objects(from);
  for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) made.done.push_back(from.number<std::uint64_t>());
  made.record = from.text();
  if (*has_files) {
    auto files = take_files(from);
    if (!files) return std::nullopt;
    made.files = std::move(*files);
    for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) made.finished.push_back(from.text());
    if (made.files.empty() && made.finished.empty()) return std::nullopt;
  }
  if (from.failed() || !from.at_end()) return std::nullopt;
  return made;
}

auto decode_bucket_snapshot(std::string_view bytes) -> std::optional<bucket_snapshot> {
  const auto has_files = take_magic(bytes, snapshot_magic, snapshot_with_files_magic);
  if (!has_files) return std::nullopt;
  auto from = binary_reader{bytes};
  auto made = bucket_snapshot{};
  for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) {
    const auto number = from.number<std::uint64_t>();
    made.open[number] = take_objects(from);
  }
  made.record = from.text();
  if (*has_files) {
    auto files = take_files(from);
    if (!files) return std::nullopt;
    made.files = std::move(*files);
  }
  if (from.failed() || !from.at_end()) return std::nullopt;
  return made;
}

} // namespace weir
