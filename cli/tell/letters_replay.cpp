#include "cli/replay_sending.hpp"
#include "cli/status/json_object.hpp"
#include "cli/tell/letters.hpp"

#include <spdlog/spdlog.h>

#include <fstream>
#include <mutex>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto usual_collector = "127.0.0.1:24224";
constexpr auto replay_patience = 10s; // for each answer: who asks holds one of the console's threads

/// This host's alone: who may operate a node may not have it call others.
auto collector_at(const std::string& text) -> result<forward_target> {
  auto target = forward_target{};
  WEIR_TRY(target.at, parse_endpoint(text.empty() ? std::string{usual_collector} : text));
  target.timeout = replay_patience;
  if (target.at.path.empty() && !is_loopback(target.at.at.host))
    return error{errc::malformed, "\"to\" wants a forward collector of this host, 127.0.0.1:24224 or unix:PATH, not \"" + text + '"'};
  return target;
}

auto read_ids(std::string_view text) -> result<std::vector<letter_id>> {
  auto all = std::vector<letter_id>{};
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(','));
    WEIR_TRY(auto id, parse_letter_id(word));
    all.push_back(std::move(id));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return all;
}

auto replay_chosen_one(const reloads& of, const letter_id& id, forward_client& to, replay_counts& counts) -> result<void> {
  WEIR_TRY(const auto path, letters_path(of, id.component));
  WEIR_TRY(const auto letter, read_letter(path, id.offset));
  auto in = std::ifstream{path};
  auto first = std::string{};
  std::getline(in, first);
  return replay_batch_to(to, batch_of_one(letter, first, id.offset), counts);
}

auto replay_some(const reloads& of, const std::vector<letter_id>& ids, forward_client& to, replay_counts& counts) -> result<void> {
  for (const auto& id : ids) WEIR_CHECK(replay_chosen_one(of, id, to, counts));
  return {};
}

auto replay_file_of(const reloads& of, const std::string& component, forward_client& to, replay_counts& counts) -> result<void> {
  WEIR_TRY(const auto path, letters_path(of, component));
  WEIR_TRY(auto file, replay_file::open(path, false));
  return replay_rest(file, to, counts);
}

} // namespace

auto replay_letters(const reloads& of, const question& what, const std::string& by) -> result<std::string> {
  static auto one_at_a_time = std::mutex{};
  const auto lock = std::unique_lock{one_at_a_time, std::try_to_lock};
  if (!lock) return error{errc::rejected, "another replay is under way"};
  const auto component = what.word("component");
  WEIR_TRY(const auto ids, read_ids(what.word("ids")));
  if (ids.empty() && component.empty()) return error{errc::malformed, "it wants \"ids\" or \"component\""};
  WEIR_TRY(const auto target, collector_at(what.word("to")));
  WEIR_TRY(auto client, forward_client::connect(target));
  auto counts = replay_counts{};
  const auto done = ids.empty() ? replay_file_of(of, component, client, counts) : replay_some(of, ids, client, counts);
  spdlog::info("replay of {}: {} letters sent and confirmed, asked for by {}", ids.empty() ? component : "chosen letters", counts.sent, by);
  if (!done) return error{done.failure().code, done.failure().what + "; " + std::to_string(counts.sent) + " were sent before"};
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    out.count("sent", counts.sent);
    out.count("damaged", counts.damaged);
  });
}

} // namespace weir::cli
