#include "runtime/log/record_format.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"

#include <charconv>
#include <cstdio>

namespace weir {
namespace {

constexpr auto segment_magic = std::string_view{"WEIRLOG\n"};
constexpr auto record_magic = std::uint32_t{0x63655257};
constexpr auto name_digits = std::size_t{16};
constexpr auto name_end = std::string_view{".log"};

auto seed_of(const segment_identity& of) -> std::uint32_t {
  char bytes[16];
  std::memcpy(bytes, &of.log_id, 8);
  std::memcpy(bytes + 8, &of.segment, 8);
  return crc32c({bytes, sizeof bytes});
}

auto not_a(std::string_view what) -> error { return {errc::malformed, "not a " + std::string{what}}; }

} // namespace

void put_version(std::string& out, std::string_view magic) {
  const auto begin = out.size();
  out.append(magic);
  put_number(out, log_format_version);
  put_number(out, crc32c(std::string_view{out}.substr(begin)));
}

auto check_version(std::string_view bytes, std::string_view magic) -> result<void> {
  if (bytes.size() < magic.size() + 8 || !bytes.starts_with(magic)) return not_a("file of a chunk log");
  auto read = binary_reader{bytes.substr(magic.size())};
  const auto version = read.number<std::uint32_t>();
  if (read.number<std::uint32_t>() != crc32c(bytes.substr(0, magic.size() + 4)))
    return error{errc::malformed, "the checksum of its version does not fit"};
  if (version >= 1 && version <= log_format_version) return {};
  return error{errc::rejected, "has format version " + std::to_string(version) + ", this weir knows "
                                   + std::to_string(log_format_version)};
}

auto encode(const segment_header& header) -> std::string {
  auto out = std::string{};
  put_version(out, segment_magic);
  put_number(out, header.identity.log_id);
  put_number(out, header.identity.segment);
  put_number(out, header.first);
  put_number(out, header.follows);
  put_number(out, header.durable);
  put_number(out, header.created_ns);
  put_number(out, header.unused);
  put_number(out, crc32c(out));
  return out;
}

auto decode_segment_header(std::string_view bytes) -> result<segment_header> {
  WEIR_CHECK(check_version(bytes, segment_magic));
  if (bytes.size() < segment_header_bytes) return not_a("segment header");
  auto read = binary_reader{bytes.substr(segment_magic.size() + 8)};
  auto header = segment_header{};
  header.identity.log_id = read.number<std::uint64_t>();
  header.identity.segment = read.number<std::uint64_t>();
  header.first = read.number<std::uint64_t>();
  header.follows = read.number<std::uint64_t>();
  header.durable = read.number<std::uint64_t>();
  header.created_ns = read.number<std::int64_t>();
  header.unused = read.number<std::uint32_t>();
  if (read.number<std::uint32_t>() != crc32c(bytes.substr(0, segment_header_bytes - 4)))
    return error{errc::malformed, "the checksum of its header does not fit"};
  if (header.first == 0 || header.first > record_number_max || header.follows >= header.first
      || header.unused >= header.identity.segment)
    return not_a("segment header");
  return header;
}

auto encode(const record_header& header, const segment_identity& of) -> std::string {
  auto out = std::string{};
  out.reserve(record_header_bytes);
  put_number(out, record_magic);
  put_number(out, std::uint32_t{0});
  put_number(out, header.number);
  put_number(out, header.head_bytes);
  put_number(out, header.body_bytes);
  put_number(out, header.head_crc);
  put_number(out, static_cast<std::uint32_t>(header.type));
  put_number(out, header.events);
  put_number(out, header.closed_ns);
  const auto crc = crc32c(std::string_view{out}.substr(8), seed_of(of));
  std::memcpy(out.data() + 4, &crc, sizeof crc);
  return out;
}

auto may_be_record(std::string_view bytes) -> bool {
  return bytes.size() >= record_header_bytes && std::memcmp(bytes.data(), &record_magic, 4) == 0;
}

auto decode_record_header(std::string_view bytes, const segment_identity& of) -> result<record_header> {
  if (!may_be_record(bytes)) return not_a("record");
  auto read = binary_reader{bytes.substr(4)};
  if (read.number<std::uint32_t>() != crc32c(bytes.substr(8, record_header_bytes - 8), seed_of(of)))
    return error{errc::malformed, "the checksum of a record header does not fit"};
  auto header = record_header{};
  header.number = read.number<std::uint64_t>();
  header.head_bytes = read.number<std::uint32_t>();
  header.body_bytes = read.number<std::uint32_t>();
  header.head_crc = read.number<std::uint32_t>();
  const auto type = read.number<std::uint32_t>();
  header.events = read.number<std::uint64_t>();
  header.closed_ns = read.number<std::int64_t>();
  if (header.number == 0 || header.number > record_number_max || type < 1 || type > 3) return not_a("record");
  header.type = static_cast<record_type>(type);
  return header;
}

auto segment_name(std::uint64_t segment) -> std::string {
  char name[name_digits + 1];
  std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(segment));
  return std::string{name} + std::string{name_end};
}

auto segment_of_name(std::string_view name) -> std::uint64_t {
  if (name.size() != name_digits + name_end.size() || !name.ends_with(name_end)) return 0;
  auto segment = std::uint64_t{0};
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name_digits, segment, 16);
  if (failed != std::errc{} || end != name.data() + name_digits) return 0;
  return segment_name(segment) == name ? segment : 0;
}

} // namespace weir
