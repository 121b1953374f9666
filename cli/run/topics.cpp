#include "cli/run/topics.hpp"

#include "cli/tell/buffers.hpp"
#include "cli/tell/config.hpp"
#include "cli/tell/letters.hpp"
#include "cli/tell/logs.hpp"
#include "cli/tell/orders.hpp"
#include "cli/tell/search.hpp"
#include "cli/tell/tap_desk.hpp"
#include "cli/tell/trace.hpp"

namespace weir {

using cli::asker;
using cli::question;
using cli::told;

void add_topics(cli::teller& to, const topic_sources& from) {
  if (from.log)
    to.add({"logs", told::contents, false,
            [log = from.log](const question& what, const asker&) { return cli::tell_logs(*log, what); }});
  to.add({"log-level", told::action, false,
          [](const question& what, const asker& by) { return cli::tell_log_level(what, by.name); }});
  to.add({"config", told::contents, false,
          [&changes = from.changes](const question& what, const asker&) { return cli::tell_config(changes, what); }});
  to.add({"buffers", told::contents, true,
          [&changes = from.changes](const question& what, const asker&) { return cli::tell_buffers(changes, what); }});
  to.add({"dead-letters", told::contents, true,
          [&changes = from.changes](const question& what, const asker&) { return cli::tell_letters(changes, what); }});
  to.add({"replay", told::action, false, [&changes = from.changes](const question& what, const asker& by) {
            return cli::replay_letters(changes, what, by.name);
          }, "dead-letters/replay"});
  for (const auto* order : {"pause", "resume", "retry", "restart"})
    to.add({order, told::action, false, [&running = from.running](const question& what, const asker& by) {
              return cli::carry_out_order(*running, what, by.name);
            }});
  to.add({"tap", told::contents, false,
          [desk = std::make_shared<cli::tap_desk>(from.changes, from.running)](const question& what, const asker& by) {
            return desk->tell(what, by);
          }, {}, true});
  to.add({"events", told::contents, false,
          [&changes = from.changes, &running = from.running](const question& what, const asker& by) {
            return cli::tell_events(changes, *running, what, by);
          }});
  to.add({"trace", told::contents, false,
          [&changes = from.changes, &running = from.running, &source = from.source_node](const question& what, const asker&) {
            return cli::tell_trace({changes, *running, source}, what);
          }});
  to.add({"history", told::figures, false,
          [&kept = from.history](const question& what, const asker&) -> result<std::string> {
            if (kept) return kept->tell(what);
            return error{errc::not_found, "it keeps no history: it runs without a console"};
          }});
}

} // namespace weir
