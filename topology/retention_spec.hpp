/// How long is known what may come again, as written.
#pragma once

#include "config/settings.hpp"
#include "runtime/flow/retention.hpp"

namespace weir {

struct remember_ids_spec {
  duration age = retention{}.ids_age;
  item_count max{retention{}.ids_max};
};

template <class Visitor> void describe(Visitor& v, remember_ids_spec& s) {
  v.field("age", s.age, "An id that a client gave its message, such as the chunk of the forward protocol, is known so long.");
  v.field("max", s.max, "So many ids are known to a store; of more the oldest go. One costs 56 bytes of memory.");
}
void validate(const remember_ids_spec& spec, config::settings_reader& reader);

/// Keys of the file itself.
struct retention_spec {
  duration remember = retention{}.streams;
  remember_ids_spec remember_ids;
};

template <class Visitor> void describe(Visitor& v, retention_spec& s) {
  v.field("remember", s.remember,
          "How long what may come again is known: streams of a source from when they are gone, chunks of an earlier "
          "start of a collector from its last one.");
  v.field("remember_ids", s.remember_ids, "The same of ids of clients.");
}
void validate(const retention_spec& spec, config::settings_reader& reader);

} // namespace weir
