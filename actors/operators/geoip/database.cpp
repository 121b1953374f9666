#include "actors/operators/geoip/database.hpp"

#include "runtime/os/owned_fd.hpp"
#include "runtime/os/whole_file.hpp"

#include <maxminddb.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace weir::geoip {
namespace {

constexpr auto geoip_path_depth_max = std::size_t{16};

class maxmind_database final : public database {
public:
  explicit maxmind_database(MMDB_s opened) : opened_(opened) {}
  maxmind_database(const maxmind_database&) = delete;
  ~maxmind_database() override { MMDB_close(&opened_); }

  auto find(std::string_view address, const std::vector<wanted_value>& wanted, msgpack_writer& out) const
      -> std::uint32_t override {
    auto target = sockaddr_storage{};
    if (!read_address(address, target)) return 0;
    auto status = MMDB_SUCCESS;
    auto found = MMDB_lookup_sockaddr(&opened_, reinterpret_cast<const sockaddr*>(&target), &status);
    if (status != MMDB_SUCCESS || !found.found_entry) return 0;
    auto count = std::uint32_t{0};
    for (const auto& w : wanted)
      if (put(found.entry, w, out)) ++count;
    return count;
  }

private:
  static auto read_address(std::string_view text, sockaddr_storage& out) -> bool {
    char written[INET6_ADDRSTRLEN + 1] = {};
    if (text.size() >= sizeof written) return false;
    std::copy(text.begin(), text.end(), written);
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    if (::inet_pton(AF_INET, written, &v4.sin_addr) == 1) return out.ss_family = AF_INET, true;
    if (::inet_pton(AF_INET6, written, &v6.sin6_addr) == 1) return out.ss_family = AF_INET6, true;
    return false;
  }

  static auto put(MMDB_entry_s& entry, const wanted_value& wanted, msgpack_writer& out) -> bool {
    const char* path[geoip_path_depth_max + 1] = {};
    if (wanted.path.size() > geoip_path_depth_max) return false;
    for (std::size_t i = 0; i < wanted.path.size(); ++i) path[i] = wanted.path[i].c_str();
    auto value = MMDB_entry_data_s{};
    if (MMDB_aget_value(&entry, &value, path) != MMDB_SUCCESS || !value.has_data) return false;
    const auto before = out.buffer().size();
    out.str(wanted.name);
    if (put_value(value, out)) return true;
    out.buffer().truncate(before);
    return false;
  }

  static auto put_value(const MMDB_entry_data_s& value, msgpack_writer& out) -> bool {
    switch (value.type) {
    case MMDB_DATA_TYPE_UTF8_STRING: return out.str({value.utf8_string, value.data_size}), true;
    case MMDB_DATA_TYPE_DOUBLE: return out.real(value.double_value), true;
    case MMDB_DATA_TYPE_FLOAT: return out.real(static_cast<double>(value.float_value)), true;
    case MMDB_DATA_TYPE_UINT16: return out.unsigned_integer(value.uint16), true;
    case MMDB_DATA_TYPE_UINT32: return out.unsigned_integer(value.uint32), true;
    case MMDB_DATA_TYPE_UINT64: return out.unsigned_integer(value.uint64), true;
    case MMDB_DATA_TYPE_INT32: return out.integer(value.int32), true;
    case MMDB_DATA_TYPE_BOOLEAN: return out.boolean(value.boolean), true;
    default: return false;
    }
  }

  MMDB_s opened_;
};

auto copy_of(const std::string& bytes) -> result<owned_fd> {
  auto made = owned_fd{::memfd_create("geoip", MFD_CLOEXEC)};
  if (!made.is_open()) return error_from_errno("memory for it", errno);
  for (std::size_t written = 0; written < bytes.size();) {
    const auto size = ::write(made.fd(), bytes.data() + written, bytes.size() - written);
    if (size < 0) return error_from_errno("memory for it", errno);
    written += static_cast<std::size_t>(size);
  }
  return made;
}

} // namespace

auto database::open(const std::string& path) -> result<std::unique_ptr<database>> {
  const auto content = read_whole(path);
  if (!content) return error{errc::failed, path + ": " + content.failure().what};
  const auto copy = copy_of(*content);
  if (!copy) return error{errc::failed, path + ": " + copy.failure().what};
  auto opened = MMDB_s{};
  const auto name = "/proc/self/fd/" + std::to_string(copy->fd());
  const auto status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &opened);
  if (status != MMDB_SUCCESS) return error{errc::failed, path + ": " + MMDB_strerror(status)};
  return std::unique_ptr<database>{std::make_unique<maxmind_database>(opened)};
}

} // namespace weir::geoip
