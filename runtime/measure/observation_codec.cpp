#include "runtime/measure/observation_codec.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/fields.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

constexpr auto actors_max = std::size_t{100'000};
constexpr auto problems_max = std::size_t{1000};

enum part : std::uint16_t { said = 1, figure, spread, counts, problem, sender, file, link };
constexpr auto an_actor = std::uint16_t{1};

struct named_text {
  std::string_view name;
  std::string observation::*text;
};
const named_text texts[] = {
    {"address", &observation::address}, {"component", &observation::component}, {"tier", &observation::tier},
    {"type", &observation::type},       {"state", &observation::state},         {"detail", &observation::detail},
    {"last_error", &observation::last_error}, {"busy_with", &observation::busy_with}};

/// Numbers of which there is no measure.
template <class Visitor> void for_each_number(observation& o, Visitor&& visit) {
  visit("answers", o.answers);
  visit("seen_ns", o.seen_ns);
  visit("last_error_ns", o.last_error_ns);
  visit("files_left_out", o.files_left_out);
  visit("senders_left_out", o.senders_left_out);
  visit("links_left_out", o.links_left_out);
  visit("busy_with_ns", o.busy_with_ns);
}

/// One field whose bytes are these values.
class part_writer {
public:
  part_writer(std::string& out, part type) : out_(out), type_(type) {}
  ~part_writer() { put_field(out_, type_, bytes_); }
  part_writer(const part_writer&) = delete;
  auto operator=(const part_writer&) -> part_writer& = delete;

  auto text(std::string_view t) -> part_writer& { return put_text(bytes_, t), *this; }
  template <class T> auto number(T n) -> part_writer& { return put_number(bytes_, n), *this; }

private:
  std::string& out_;
  part type_;
  std::string bytes_;
};

void put_figures(std::string& out, const observation& o) {
  for (const auto& m : measures_of(o.tier)) {
    if (m.value != nullptr) {
      part_writer{out, figure}.text(m.name).number(o.*m.value);
      continue;
    }
    auto to = part_writer{out, spread};
    to.text(m.name);
    for (const auto w : (o.*m.spread).words()) to.number(w);
  }
  for (const auto& c : counts_measures) {
    auto to = part_writer{out, counts};
    to.text(c.name);
    for (const auto& [name, count] : o.*c.counts) to.text(name).number(count);
  }
}

auto bytes_of(const observation& o) -> std::string {
  auto out = std::string{};
  for (const auto& t : texts) part_writer{out, said}.text(t.name).text(o.*t.text);
  for_each_number(const_cast<observation&>(o), [&](std::string_view name, auto& number) { // only read
    part_writer{out, figure}.text(name).number(static_cast<std::uint64_t>(number));
  });
  put_figures(out, o);
  for (const auto& p : o.problems) part_writer{out, problem}.text(p);
  for (const auto& s : o.senders) part_writer{out, sender}.text(s);
  for (const auto& l : o.links)
    part_writer{out, link}.text(l.peer).number(l.credit_bytes).number(l.in_flight_bytes).number(l.sent_chunks);
  for (const auto& f : o.files)
    part_writer{out, file}.text(f.path).number(f.offset).number(f.size).number(f.last_event_ns).text(f.problem);
  return out;
}

void take_text(observation& o, binary_reader& from) {
  const auto name = from.view();
  for (const auto& t : texts)
    if (t.name == name) o.*t.text = from.text();
}

void take_figure(observation& o, binary_reader& from) {
  const auto name = from.view();
  const auto value = from.number<std::uint64_t>();
  if (const auto* m = find_measure(name); m != nullptr && m->value != nullptr) o.*m->value = value;
  for_each_number(o, [&]<class T>(std::string_view known, T& number) {
    if (known == name) number = static_cast<T>(value);
  });
}

void take_spread(observation& o, binary_reader& from) {
  const auto* m = find_measure(from.view());
  if (m == nullptr || m->spread == nullptr) return;
  for (auto& w : (o.*m->spread).words())
    if (!from.at_end()) w = from.number<std::uint64_t>();
}

void take_counts(observation& o, binary_reader& from) {
  const auto list = from.view();
  for (const auto& c : counts_measures) {
    if (c.name != list) continue;
    auto& to = o.*c.counts;
    while (!from.at_end() && to.size() < count_rows::rows_max) {
      auto name = from.text();
      const auto count = from.number<std::uint64_t>();
      if (from.failed()) return;
      to.insert_or_assign(std::move(name), count);
    }
  }
}

void take_file(observation& o, binary_reader& from) {
  auto f = file_figures{};
  f.path = from.text();
  f.offset = from.number<std::uint64_t>();
  f.size = from.number<std::uint64_t>();
  f.last_event_ns = from.number<std::int64_t>();
  f.problem = from.text();
  if (o.files.size() < files_told_max) o.files.push_back(std::move(f));
}

void take_link(observation& o, binary_reader& from) {
  auto l = link_figures{};
  l.peer = from.text();
  l.credit_bytes = from.number<std::uint64_t>();
  l.in_flight_bytes = from.number<std::uint64_t>();
  l.sent_chunks = from.number<std::uint64_t>();
  if (o.links.size() < links_told_max) o.links.push_back(std::move(l));
}

void take_line(std::vector<std::string>& to, binary_reader& from, std::size_t most) {
  if (auto line = from.text(); to.size() < most) to.push_back(std::move(line));
}

/// False for a part that is not known.
auto take_part(observation& o, std::uint16_t type, binary_reader& from) -> bool {
  switch (type) {
  case said: return take_text(o, from), true;
  case figure: return take_figure(o, from), true;
  case spread: return take_spread(o, from), true;
  case counts: return take_counts(o, from), true;
  case problem: return take_line(o.problems, from, problems_max), true;
  case sender: return take_line(o.senders, from, senders_told_max), true;
  case file: return take_file(o, from), true;
  case link: return take_link(o, from), true;
  }
  return false;
}

auto read_actor(std::string_view bytes) -> std::optional<observation> {
  auto o = observation{};
  auto is_cut = false;
  auto all = binary_reader{bytes};
  const auto done = read_fields(all, [&](std::uint16_t type, std::string_view part) {
    auto from = binary_reader{part};
    const auto is_known = take_part(o, type, from);
    is_cut = is_cut || from.failed();
    return is_known;
  });
  return done && !is_cut ? std::optional{std::move(o)} : std::nullopt;
}

} // namespace

auto encode_observations(const std::vector<observation>& all) -> std::string {
  auto out = std::string{};
  for (const auto& o : all) put_field(out, an_actor, bytes_of(o));
  return out;
}

auto decode_observations(std::string_view bytes) -> std::optional<std::vector<observation>> {
  auto all = std::vector<observation>{};
  auto is_cut = false;
  auto from = binary_reader{bytes};
  const auto done = read_fields(from, [&](std::uint16_t type, std::string_view actor) {
    if (type != an_actor) return false;
    auto o = read_actor(actor);
    is_cut = is_cut || !o;
    if (o && all.size() < actors_max) all.push_back(std::move(*o));
    return true;
  });
  if (!done || is_cut) return std::nullopt;
  return all;
}

} // namespace weir
