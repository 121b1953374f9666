#include "actors/operators/geoip/database.hpp"
#include "actors/operators/geoip/settings.hpp"
#include "actors/operators/operator.hpp"
#include "actors/operators/watched_file.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

class geoip_operator final : public event_operator {
public:
  using settings = geoip_settings;

  geoip_operator(const settings& s, const plugin_context& context)
      : field_(s.field), to_(s.to), clock_(*context.clock), name_(context.node + '/' + context.component), file_(s.database) {
    for (const auto& [name, path] : s.fields.empty() ? usual_geoip_fields() : s.fields) wanted_.push_back({name, parts_of(path)});
    if (file_.has_changed(clock_.monotonic()))
      reload();
    else
      spdlog::warn("{}: geoip: {} is not there yet", name_, s.database);
  }

  void apply(const event_view& in, event_output& out) override {
    if (file_.has_changed(clock_.monotonic())) reload();
    const auto value = find_path(in.record, field_);
    auto address = std::string_view{};
    if (database_ == nullptr || !msgpack_reader{value}.str_or_bin(address)) return out.put(in);
    found_.clear();
    auto write = msgpack_writer{found_};
    const auto mark = write.open();
    const auto count = database_->find(address, wanted_, write);
    if (count == 0) return out.put(in);
    write.close_map(mark, count);
    record_.clear();
    append_with_path(record_, in.record, to_, found_.view());
    out.put(in.with(record_.view()));
  }

private:
  static auto parts_of(std::string_view path) -> std::vector<std::string> {
    auto parts = std::vector<std::string>{};
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      parts.emplace_back(path.substr(0, dot));
      path.remove_prefix(dot + 1);
    }
    parts.emplace_back(path);
    return parts;
  }

  /// One that cannot be read leaves the one before in its place.
  void reload() {
    if (auto opened = geoip::database::open(file_.path()))
      database_ = std::move(*opened);
    else
      spdlog::warn("{}: geoip: {}; what was read before, if anything, stays", name_, opened.failure().what);
  }

  std::string field_;
  std::string to_;
  const clock& clock_;
  std::string name_;
  watched_file file_;
  std::vector<geoip::wanted_value> wanted_;
  std::unique_ptr<geoip::database> database_;
  byte_buffer found_;
  byte_buffer record_;
};

const register_operator<geoip_operator> registered_geoip{"geoip", std::string{geoip_help}};

} // namespace
} // namespace weir
