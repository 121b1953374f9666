#include "actors/sinks/objects/log_entry.hpp"

#include "runtime/base/binary.hpp"

namespace weir {
namespace {

constexpr auto entry_magic = std::string_view{"weirS3L1"};
constexpr auto snapshot_magic = std::string_view{"weirS3S1"};

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

} // namespace

auto encode(const bucket_entry& e) -> std::string {
  auto out = std::string{entry_magic};
  put_number(out, e.writer);
  put_number(out, e.base);
  put_objects(out, e.objects);
  put_number(out, static_cast<std::uint32_t>(e.done.size()));
  for (const auto number : e.done) put_number(out, number);
  put_text(out, e.record);
  return out;
}

auto encode(const bucket_snapshot& s) -> std::string {
  auto out = std::string{snapshot_magic};
  put_number(out, static_cast<std::uint32_t>(s.open.size()));
  for (const auto& [number, objects] : s.open) {
    put_number(out, number);
    put_objects(out, objects);
  }
  put_text(out, s.record);
  return out;
}

auto decode_entry(std::string_view bytes) -> std::optional<bucket_entry> {
  if (!bytes.starts_with(entry_magic)) return std::nullopt;
  auto from = binary_reader{bytes.substr(entry_magic.size())};
  auto made = bucket_entry{};
  made.writer = from.number<std::uint64_t>();
  made.base = from.number<std::uint64_t>();
  made.objects = take_objects(from);
  for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) made.done.push_back(from.number<std::uint64_t>());
  made.record = from.text();
  if (from.failed() || !from.at_end()) return std::nullopt;
  return made;
}

auto decode_bucket_snapshot(std::string_view bytes) -> std::optional<bucket_snapshot> {
  if (!bytes.starts_with(snapshot_magic)) return std::nullopt;
  auto from = binary_reader{bytes.substr(snapshot_magic.size())};
  auto made = bucket_snapshot{};
  for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) {
    const auto number = from.number<std::uint64_t>();
    made.open[number] = take_objects(from);
  }
  made.record = from.text();
  if (from.failed() || !from.at_end()) return std::nullopt;
  return made;
}

} // namespace weir
