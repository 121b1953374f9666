#include "cli/tell/buffers.hpp"

#include "cli/buffer/account.hpp"
#include "cli/json_text.hpp"

namespace weir::cli {
namespace {

struct disk_buffer {
  std::string component;
  std::string path;
};

auto disk_buffers_of(const reloads& of) -> std::vector<disk_buffer> {
  auto all = std::vector<disk_buffer>{};
  const auto plan = of.plan();
  for (const auto* c : components_of(*plan, of.by().classes)) {
    const auto* aggregator = std::get_if<aggregator_plan>(&c->details);
    if (aggregator == nullptr || aggregator->buffer.type != buffer_type::disk) continue;
    for (std::uint32_t i = 0; i < instances_of(*c); ++i) all.push_back({c->name, buffer_directory(*c, of.by().node, i)});
  }
  return all;
}

auto list_of(const std::vector<disk_buffer>& all) -> std::string {
  auto text = std::string{};
  for (const auto& b : all)
    text += (text.empty() ? "" : ", ") + ("{\"component\": " + json_string(b.component)) + ", \"path\": " + json_string(b.path) + '}';
  return "{\"buffers\": [" + text + "]}\n";
}

} // namespace

auto tell_buffers(const reloads& of, const question& what) -> result<std::string> {
  const auto all = disk_buffers_of(of);
  if (what.about.empty()) return list_of(all);
  WEIR_TRY(const auto with_chunks, what.yes_or_no("chunks"));
  auto text = std::string{};
  for (const auto& b : all) {
    if (b.component != what.about) continue;
    WEIR_TRY(const auto account, read_account(b.path, {false, with_chunks}));
    auto one = buffer_json(account);
    one.pop_back(); // the line feed
    text += (text.empty() ? "" : ", ") + one;
  }
  if (text.empty()) return error{errc::not_found, "this node has no disk buffer of \"" + what.about + '"'};
  return "{\"component\": " + json_string(what.about) + ", \"buffers\": [" + text + "]}\n";
}

} // namespace weir::cli
