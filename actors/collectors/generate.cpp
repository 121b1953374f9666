#include "actors/collectors/source.hpp"
#include "runtime/codec/forward_json.hpp"

#include <charconv>

namespace weir {
namespace {

constexpr auto generated_stream = std::string_view{"!generate"};
constexpr auto save_point_bytes = std::size_t{128 * 1024};
/// At high rates several events share a wake-up.
constexpr auto pause_min = std::chrono::milliseconds{5};
constexpr auto random_bound_default = std::uint64_t{1'000'000};

constexpr auto template_default = std::string_view{
    R"({"n":"${n}","method":"${one_of:GET,GET,GET,POST,PUT}","path":"/api/v1/items/${random:100000}",)"
    R"("status":200,"bytes":"${random:50000}","client":"10.0.${random:256}.${random:256}",)"
    R"("agent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0","request_id":"${random:1000000000}-${n}",)"
    R"("message":"request served from cache in time"})"};

/// The same for the same arguments, on every machine (splitmix64).
auto mix(std::uint64_t seed, std::uint64_t n, std::uint64_t place) -> std::uint64_t {
  auto x = seed + n * 0x9e3779b97f4a7c15U + (place + 1) * 0xd1b54a32d192ed03U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// A record with gaps, taken apart once.
class record_stencil {
public:
  static auto compile(std::string_view json) -> result<record_stencil> {
    auto encoded = byte_buffer{};
    WEIR_CHECK(json_to_msgpack(json, encoded));
    auto values = msgpack_reader{encoded.view()};
    if (values.peek() != msgpack_type::map) return error{errc::malformed, "not a JSON object"};
    auto stencil = record_stencil{};
    while (!values.at_end()) WEIR_CHECK(stencil.add_value(values));
    return stencil;
  }

  void render(std::uint64_t seed, std::uint64_t n, byte_buffer& out) const {
    out.clear();
    auto write = msgpack_writer{out};
    for (const auto& p : pieces_) {
      if (p.is == kind::bytes)
        write.raw(p.text);
      else if (p.is == kind::text)
        render_text(p, seed, n, out);
      else if (p.is == kind::choice)
        write.str(p.choices[p.below(seed, n)]);
      else
        write.unsigned_integer(p.is == kind::number ? n : p.below(seed, n));
    }
  }

private:
  enum class kind { bytes, number, random, choice, text };
  struct piece {
    kind is = kind::bytes;
    std::string text;        ///< bytes: as they are
    std::uint64_t bound = 1; ///< random and choice: below this
    std::uint64_t place = 0; ///< makes its random numbers its own
    std::vector<std::string> choices;
    std::vector<piece> parts; ///< text: put together

    auto below(std::uint64_t seed, std::uint64_t n) const -> std::uint64_t {
      return mix(seed, n, place) % bound;
    }
  };

  static void render_text(const piece& text, std::uint64_t seed, std::uint64_t n, byte_buffer& out) {
    // Room for the longest header; short texts are moved to where they belong.
    const auto begin = out.size();
    out.append(std::string_view{"\xdb\0\0\0\0", 5});
    for (const auto& p : text.parts) {
      if (p.is == kind::bytes)
        out.append(p.text);
      else if (p.is == kind::choice)
        out.append(p.choices[p.below(seed, n)]);
      else {
        auto* at = out.tail(20);
        const auto number = p.is == kind::number ? n : p.below(seed, n);
        out.advance(static_cast<std::size_t>(std::to_chars(at, at + 20, number).ptr - at));
      }
    }
    const auto size = out.size() - begin - 5;
    auto* header = out.data() + begin;
    for (auto i = 0U; i < 4; ++i) header[1 + i] = static_cast<char>(size >> (24 - 8 * i));
    if (size > 255) return;
    const auto header_bytes = size < 32 ? std::size_t{1} : std::size_t{2};
    std::memmove(header + header_bytes, header + 5, size);
    header[0] = static_cast<char>(size < 32 ? 0xa0U | size : 0xd9U);
    if (size >= 32) header[1] = static_cast<char>(size);
    out.truncate(begin + header_bytes + size);
  }

  /// Takes one string, scalar or container header.
  auto add_value(msgpack_reader& values) -> result<void> {
    const auto* begin = values.at();
    auto count = std::uint32_t{0};
    auto text = std::string_view{};
    if (values.peek() == msgpack_type::str) {
      values.str(text);
      if (text.find("${") != std::string_view::npos) return add_text(text);
    } else if (!values.map(count) && !values.array(count) && !values.skip()) {
      return error{errc::malformed, "not a record"};
    }
    add_bytes(pieces_, {begin, static_cast<std::size_t>(values.at() - begin)});
    return {};
  }

  static void add_bytes(std::vector<piece>& to, std::string_view bytes) {
    if (bytes.empty()) return;
    if (to.empty() || to.back().is != kind::bytes) to.emplace_back();
    to.back().text += bytes;
  }

  auto add_text(std::string_view text) -> result<void> {
    auto whole = piece{};
    whole.is = kind::text;
    while (!text.empty()) {
      const auto open = std::min(text.find("${"), text.size());
      add_bytes(whole.parts, text.substr(0, open));
      text.remove_prefix(open);
      if (text.empty()) break;
      const auto close = text.find('}');
      if (close == std::string_view::npos) return error{errc::malformed, "\"${\" without \"}\""};
      WEIR_TRY(auto gap, gap_of(text.substr(2, close - 2)));
      whole.parts.push_back(std::move(gap));
      text.remove_prefix(close + 1);
    }
    // A value that is nothing but a number becomes one.
    const auto alone = whole.parts.size() == 1;
    pieces_.push_back(alone ? std::move(whole.parts.front()) : std::move(whole));
    return {};
  }

  auto gap_of(std::string_view name) -> result<piece> {
    auto gap = piece{};
    gap.place = places_++;
    const auto colon = std::min(name.find(':'), name.size());
    auto rest = name.substr(std::min(colon + 1, name.size()));
    if (name == "n") return gap.is = kind::number, gap;
    if (name == "random") return gap.is = kind::random, gap.bound = random_bound_default, gap;
    if (name.starts_with("random:")) {
      const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), gap.bound);
      if (problem == std::errc{} && end == rest.data() + rest.size() && gap.bound > 0)
        return gap.is = kind::random, gap;
    }
    if (name.starts_with("one_of:")) {
      for (auto more = true; more;) {
        const auto comma = rest.find(',');
        gap.choices.emplace_back(rest.substr(0, comma));
        more = comma != std::string_view::npos;
        rest.remove_prefix(more ? comma + 1 : rest.size());
      }
      return gap.is = kind::choice, gap.bound = gap.choices.size(), gap;
    }
    return error{errc::malformed, "\"${" + std::string{name}
                                      + "}\" is not one of ${n}, ${random}, ${random:100}, ${one_of:a,b}"};
  }

  std::vector<piece> pieces_;
  std::uint64_t places_ = 0;
};

class generate_source final : public source {
public:
  static constexpr bool gives_events = true;
  struct settings {
    std::uint64_t rate = 0;
    std::uint64_t count = 0;
    std::string text{template_default};
    std::string tag = "generate";
    std::uint64_t seed = 1;
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> { return {exact_tag(s.tag)}; }

  generate_source(settings s, const plugin_context& context)
      : settings_(std::move(s)), clock_(*context.clock) {}

  auto open(const resume_info& resume) -> result<void> override {
    WEIR_TRY(stencil_, record_stencil::compile(settings_.text));
    for (const auto& position : resume.covered)
      if (position.stream == generated_stream) next_ = position.end;
    begun_at_ = clock_.monotonic();
    return {};
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    const auto now_ns = clock_.wall_ns();
    const auto end = next_ + due();
    auto done = std::size_t{0};
    while (next_ < end && done < budget)
      done += give_some(out, now_ns, end, std::min(budget - done, save_point_bytes));
    if (settings_.count > 0 && next_ >= settings_.count) return read_status::finished;
    return next_ < end || settings_.rate == 0 ? read_status::more : read_status::idle;
  }

  auto wake_at() const -> std::optional<monotonic_time> override {
    if (settings_.rate == 0) return std::nullopt;
    const auto next = begun_at_ + time_of(since_begun_ + 1);
    return std::max(next, looked_at_ + pause_min);
  }

private:
  auto time_of(std::uint64_t events) const -> std::chrono::nanoseconds {
    const auto seconds = events / settings_.rate;
    const auto ns = (events % settings_.rate) * 1'000'000'000 / settings_.rate;
    return std::chrono::seconds{seconds} + std::chrono::nanoseconds{ns + 1};
  }

  /// How many events should have been given by now and were not.
  auto due() -> std::uint64_t {
    const auto left =
        settings_.count > 0 ? settings_.count - std::min(next_, settings_.count) : UINT64_MAX - next_;
    if (settings_.rate == 0) return left;
    looked_at_ = clock_.monotonic();
    const auto passed = static_cast<std::uint64_t>(std::chrono::nanoseconds{looked_at_ - begun_at_}.count());
    const auto wanted =
        passed / 1'000'000'000 * settings_.rate + passed % 1'000'000'000 * settings_.rate / 1'000'000'000;
    // What could not be taken for more than a second is not made up for: a rate is no burst.
    if (wanted > since_begun_ + settings_.rate) {
      begun_at_ = looked_at_ - time_of(settings_.rate);
      since_begun_ = 0;
      return std::min(left, settings_.rate);
    }
    return std::min(left, wanted > since_begun_ ? wanted - since_begun_ : 0);
  }

  auto give_some(intake& out, std::int64_t now_ns, std::uint64_t end, std::size_t bytes) -> std::size_t {
    const auto begin = next_;
    auto done = std::size_t{0};
    for (; next_ < end && done < bytes; ++next_) {
      stencil_.render(settings_.seed, next_, record_);
      out.event({settings_.tag, now_ns, record_.view(), true});
      done += record_.size();
    }
    since_begun_ += next_ - begin;
    out.covered(generated_stream, begin, next_);
    return done;
  }

  settings settings_;
  const class clock& clock_;
  record_stencil stencil_;
  byte_buffer record_;
  std::uint64_t next_ = 0;        ///< number of the next event; the position
  std::uint64_t since_begun_ = 0; ///< events given since begun_at_
  monotonic_time begun_at_;
  monotonic_time looked_at_;
};

template <class Visitor> void describe(Visitor& v, generate_source::settings& s) {
  v.field("rate", s.rate, "Events per second; 0: as fast as they are taken.");
  v.field("count", s.count, "How many in all; 0: without end.");
  v.field("template", s.text,
          "The record as JSON; strings may hold ${n}, ${random}, ${random:100}, ${one_of:a,b}.");
  v.field("tag", s.tag, "Tag of the events.");
  v.field("seed", s.seed, "Another seed gives other random values.");
}

void validate(const generate_source::settings& s, config::settings_reader& reader) {
  if (const auto compiled = record_stencil::compile(s.text); !compiled)
    reader.complain("template", "\"template\": " + compiled.failure().what);
  if (s.text.find("${random") == std::string::npos && s.text.find("${one_of") == std::string::npos)
    reader.refuse_useless("seed", "nothing in \"template\" is random");
  if (s.rate > 1'000'000'000) reader.complain("rate", "\"rate\" wants at most 1000000000 events per second");
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
}

const register_source<generate_source> registered_generate{"generate",
                                                  "Makes events, for trying out and for measuring."};

} // namespace
} // namespace weir
