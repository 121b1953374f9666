#include "runtime/ledger/file_ledger.hpp"
#include "runtime/os/own_files.hpp"
#include "topology/builder/building.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

namespace weir {
namespace {

/// What a sink writes, and what it wrote in earlier processes, which its ledger knows.
void claim_written(const building& b, const component_plan& c) {
  auto& own = own_files_here();
  const auto* known = plugin_registry<store>::find(c.type);
  if (known == nullptr) return;
  const auto written = known->claims(c.written, context_of(b, c));
  for (const auto& path : written.writes) own.claim(path);
  if (written.ledger.empty()) return;
  const auto made = made_files_of(real_file_system(), written.ledger);
  if (!made) return spdlog::warn("{}: what it wrote before is not known: {}", c.name, made.failure().what);
  for (const auto& one : *made) own.remember(one.inode, one.birth_ns, one.path);
}

} // namespace

void claim_own_files(const building& b) {
  auto& own = own_files_here();
  for (const auto fd : {STDOUT_FILENO, STDERR_FILENO}) own.add(fd);
  for (const auto* c : b.hosted) {
    if (const auto* to = std::get_if<aggregator_plan>(&c->details); to && to->buffer.type == buffer_type::disk)
      own.claim(buffer_root(*c, b.context.node) + '/');
    if (has_dead_letters(*c)) own.claim(dead_letter_path(b.plan, *c, b.context.node));
    if (c->in == tier::sink) claim_written(b, *c);
  }
}

} // namespace weir
