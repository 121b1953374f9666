#include "runtime/wire/rare_frames.hpp"

#include <msgpack.hpp>

#include <exception>

namespace weir::wire {
namespace {

template <class V> void name_fields(V& v, hello& x) {
  v("version", x.version);
  v("oldest", x.oldest);
  v("cluster", x.cluster);
  v("node", x.node);
  v("incarnation", x.incarnation);
  v("classes", x.classes);
  v("serves", x.serves);
  v("introduces", x.introduces);
}
template <class V> void name_fields(V& v, member& x) {
  v("handle", x.handle);
  v("address", x.address);
  v("component", x.component);
}
template <class V> void name_fields(V& v, welcome& x) {
  v("node", x.node);
  v("refused", x.refused);
  v("incarnation", x.incarnation);
  v("members", x.members);
  v("serves", x.serves);
  v("classes", x.classes);
}
template <class V> void name_fields(V& v, members& x) { v("all", x.all); }
template <class V> void name_fields(V& v, bye& x) { v("why", x.why); }
template <class V> void name_fields(V& v, gone& x) { v("actor", x.actor); }

struct field_counter {
  std::uint32_t count = 0;
  template <class T> void operator()(const char*, T&) { ++count; }
};
template <class T>
concept named = requires(field_counter& v, T& x) { name_fields(v, x); };

} // namespace
} // namespace weir::wire

/// Where the library looks for what it packs and unpacks.
namespace msgpack {
MSGPACK_API_VERSION_NAMESPACE(MSGPACK_DEFAULT_API_NS) {
namespace adaptor {

template <weir::wire::named T> struct pack<T> {
  template <class Stream> auto operator()(packer<Stream>& to, const T& x) const -> packer<Stream>& {
    auto& fields = const_cast<T&>(x); // only read
    auto counter = weir::wire::field_counter{};
    weir::wire::name_fields(counter, fields);
    to.pack_map(counter.count);
    const auto put = [&](const char* name, auto& value) {
      to.pack(name);
      to.pack(value);
    };
    weir::wire::name_fields(put, fields);
    return to;
  }
};

template <weir::wire::named T> struct convert<T> {
  auto operator()(const msgpack::object& from, T& x) const -> const msgpack::object& {
    if (from.type != type::MAP) throw type_error{};
    const auto& map = from.via.map;
    const auto take = [&](std::string_view name, auto& value) {
      for (auto* field = map.ptr; field != map.ptr + map.size; ++field)
        if (field->key.type == type::STR && field->key.as<std::string_view>() == name) return void(field->val.convert(value));
    };
    weir::wire::name_fields(take, x);
    return from;
  }
};

} // namespace adaptor
} // MSGPACK_API_VERSION_NAMESPACE
} // namespace msgpack

namespace weir::wire {
namespace {

constexpr auto depth_max = 8;

/// Whether what is unpacked is as large as it says, and its memory a small multiple of that: the library makes room
/// for as many values as a map or an array declares. Names are long enough for what is honest.
struct bounds : msgpack::null_visitor {
  explicit bounds(std::size_t payload_bytes) : values_max(64 + payload_bytes / 4), list_max(64 + payload_bytes / 16) {}

  auto start_array(std::uint32_t count) -> bool { return count <= list_max && ++depth <= depth_max; }
  auto end_array() -> bool { return --depth >= 0; }
  auto start_map(std::uint32_t) -> bool { return ++depth <= depth_max; }
  auto end_map() -> bool { return --depth >= 0; }
  auto start_array_item() -> bool { return ++values <= values_max; }
  auto start_map_key() -> bool { return ++values <= values_max; }
  auto start_map_value() -> bool { return ++values <= values_max; }

  std::size_t values_max;
  std::size_t list_max;
  std::size_t values = 0;
  int depth = 0;
};

auto is_within_bounds(std::string_view payload) -> bool {
  auto visitor = bounds{payload.size()};
  auto size = std::size_t{0};
  return msgpack::parse(payload.data(), payload.size(), size, visitor) && size == payload.size();
}

} // namespace

template <rare_frame T> auto pack(const T& x) -> std::string {
  auto out = msgpack::sbuffer{};
  msgpack::pack(out, x);
  return {out.data(), out.size()};
}

template <rare_frame T> auto unpack(std::string_view payload) -> result<T> {
  try {
    if (!is_within_bounds(payload)) return error{errc::malformed, "it is no map of fields"};
    const auto refers = [](msgpack::type::object_type, std::size_t, void*) { return true; };
    const auto unpacked = msgpack::unpack(payload.data(), payload.size(), refers);
    return unpacked->template as<T>();
  } catch (const std::exception&) {
    return error{errc::malformed, "a field is of another type"};
  }
}

template auto pack(const hello& x) -> std::string;
template auto pack(const welcome& x) -> std::string;
template auto pack(const members& x) -> std::string;
template auto pack(const bye& x) -> std::string;
template auto pack(const gone& x) -> std::string;
template auto unpack(std::string_view payload) -> result<hello>;
template auto unpack(std::string_view payload) -> result<welcome>;
template auto unpack(std::string_view payload) -> result<members>;
template auto unpack(std::string_view payload) -> result<bye>;
template auto unpack(std::string_view payload) -> result<gone>;

} // namespace weir::wire
