#include "runtime/cluster/gossip_codec.hpp"

#include "runtime/base/binary.hpp"

#include <type_traits>
#include <utility>

namespace weir {
namespace {

template <class F> void fields(F& f, member_version& x) { f(x.incarnation, x.version); }
template <class F> void fields(F& f, member_known& x) { f(x.node, x.version, x.state); }
template <class F> void fields(F& f, member& x) {
  f(x.node, x.version, x.state, x.since_ns, x.address, x.classes, x.zone, x.components, x.serves, x.program,
    x.protocol, x.topology);
}
template <class F> void fields(F& f, gossip& x) {
  f(x.digest, x.differing, x.known, x.wanted, x.members, x.clock_ns);
}

template <class T>
inline constexpr auto is_plain = std::is_integral_v<T> && !std::is_same_v<T, bool>;

struct gossip_writer {
  std::string& out;

  template <class... Ts> void operator()(const Ts&... values) { (put(values), ...); }
  void put(const std::string& text) { put_text(out, text); }
  void put(bool x) { put_number(out, static_cast<std::uint8_t>(x)); }
  void put(member_state x) { put_number(out, static_cast<std::uint8_t>(x)); }
  template <class T> void put(const std::vector<T>& list) {
    put_number(out, static_cast<std::uint32_t>(list.size()));
    for (const auto& x : list) put(x);
  }
  template <class T> void put(const T& x) {
    if constexpr (is_plain<T>)
      put_number(out, x);
    else
      fields(*this, const_cast<T&>(x)); // only read
  }
};

struct gossip_reader {
  binary_reader from;

  template <class... Ts> void operator()(Ts&... values) { (get(values), ...); }
  void get(std::string& text) { text = from.text(); }
  void get(bool& x) { x = from.number<std::uint8_t>() != 0; }
  void get(member_state& x) { x = static_cast<member_state>(from.number<std::uint8_t>()); }
  template <class T> void get(std::vector<T>& list) {
    for (auto left = from.number<std::uint32_t>(); left > 0 && !from.failed(); --left) {
      auto x = T{};
      get(x);
      if (!from.failed()) list.push_back(std::move(x));
    }
  }
  template <class T> void get(T& x) {
    if constexpr (is_plain<T>)
      x = from.number<T>();
    else
      fields(*this, x);
  }
};

} // namespace

auto encode_gossip(const gossip& g) -> std::string {
  auto out = std::string{};
  gossip_writer{out}.put(g);
  return out;
}

auto decode_gossip(std::string_view bytes) -> result<gossip> {
  auto read = gossip_reader{binary_reader{bytes}};
  auto g = gossip{};
  read.get(g);
  if (read.from.failed()) return error{errc::malformed, "its fields are cut"};
  return g;
}

} // namespace weir
