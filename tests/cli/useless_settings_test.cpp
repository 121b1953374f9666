/// `weir check` refuses what is given and does nothing, wherever that can be known.
#include "tests/cli/weir_command.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

using namespace weir;
using namespace weir::test;

namespace {

struct use {
  const char* topology;
  const char* refused; ///< the key or thing that the one finding is about
  const char* why;
};

struct fixture {
  auto check(const std::string& topology) const -> outcome {
    const auto path = folder.path() + "/t.yaml";
    std::ofstream{path, std::ios::binary} << topology;
    return weir_command({"check", path});
  }
  /// Each gives one finding, with a place, and that names what does nothing and says why.
  template <class Uses> void refuses_each(const Uses& uses, const std::string& before, const std::string& behind) const {
    for (const auto& [topology, refused, why] : uses) {
      const auto done = check(before + topology + behind);
      BOOST_TEST(done.status == 2, topology << ": " << done.out);
      BOOST_TEST(contains(done.err, "t.yaml:"), topology << ": " << done.err);
      BOOST_TEST(contains(done.err, "\n1 problem;"), topology << ": " << done.err);
      BOOST_TEST(contains(done.err, '"' + std::string{refused} + '"'), topology << ": " << done.err);
      BOOST_TEST(contains(done.err, why), topology << ": " << done.err);
    }
  }
  void takes(const std::string& topology) const {
    const auto done = check(topology);
    BOOST_TEST(done.status == 0, topology << done.err);
  }

  temporary_directory folder;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(useless_settings, fixture)

BOOST_AUTO_TEST_CASE(of_collectors_are_refused) {
  constexpr use uses[] = {
      {"type: tail, path: /x, start: end, follow: false", "start: end", "reads nothing"},
      {"type: tail, path: /x, follow: false, refresh_interval: 1s", "refresh_interval", "looked at once"},
      {"type: tail, path: /x, follow: false, poll_interval: 1s", "poll_interval", "looked at once"},
      {"type: tail, path: /x, follow: false, inotify: false", "inotify", "looked at once"},
      {"type: tail, path: /x, inotify: false, refresh_interval: 1s", "refresh_interval", "\"poll_interval\""},
      {"type: forward, socket_mode: \"0660\"", "socket_mode", "unix:/path"},
      {"type: forward, resolve_hostname: true", "resolve_hostname", "source_hostname_key"},
      {"type: forward, handshake_timeout: 3s", "handshake_timeout", "\"security\""},
      {"type: forward, listen: \"unix:/run/x\", tls: {certificate: /c, key: /k}", "tls", "unix sockets"},
      {"type: forward, chunk_size_limit: 64MiB", "chunk_size_limit", "\"max_message\", 64MiB"},
      {"type: forward, chunk_size_warn_limit: 100MiB", "chunk_size_warn_limit", "\"max_message\""},
      {"type: forward, chunk_size_warn_limit: 2MiB, chunk_size_limit: 1MiB", "chunk_size_warn_limit", "is dropped"},
      {"type: forward, parse: json", "parse", "source gives events"},
      {"type: generate, parse: {format: json}", "parse", "source gives events"},
      {"type: generate, seed: 3, template: '{\"a\": 1}'", "seed", "random"},
      {"type: stdin, labels: {a..b: x}", "a..b", "none of them empty"},
      {"type: stdin, labels: {.a: x}", ".a", "none of them empty"},
  };
  refuses_each(uses, "collectors: { c: { ", " } }\nsinks: { o: { type: stdout } }\n");
  constexpr use letters[] = {{"{ type: stdin, dead_letter: p }", "dead_letter", "on_error: dead_letter"}};
  refuses_each(letters, "collectors: { c: ", " }\nsinks: { o: { type: stdout }, p: { type: stdout } }\n");
}

BOOST_AUTO_TEST_CASE(of_security_are_refused) {
  constexpr use uses[] = {
      {"user_auth: false, users: [{username: a, password: b}]", "users", "nobody is asked"},
      {"users: [{username: a, password: b}, {username: a, password: c}]", "c", "same name"},
      {"clients: [{network: 10.0.0.0/8}]", "c", "last rule does nothing"},
      {"clients: [{network: 10.0.0.0/8, shared_key: x}, {network: 10.0.0.0/8, shared_key: y}]", "c", "same clients"},
  };
  refuses_each(uses, "collectors: { c: { type: forward, security: { shared_key: k, ",
               " } } }\nsinks: { o: { type: stdout } }\n");
}

BOOST_AUTO_TEST_CASE(of_parsers_and_operators_are_refused) {
  constexpr use uses[] = {
      {"parse: {format: none, on_error: drop}", "on_error", "format none"},
      {"parse: {format: json, time_key: t, time_format: unix_ms, time_zone: local}", "time_zone", "UTC"},
      {"parse: {format: nginx, time_zone: local}", "time_zone", "its own zone"},
      {"parse: {format: json, types: \"a:integer,b:bool,a:float\"}", "a", "twice"},
      {"retag: {tag: \"${tag}\"}", "tag", "keeps the tag"},
      {"grep: {keep: {}}", "keep", "names no field"},
      {"grep: {drop: []}", "drop", "names no field"},
      {"grep: {drop: }", "drop", "names no field"},
      {"grep: {drop: [abc]}", "drop", "{field: regex}"},
      {"parse: {format: json, patterns: {A: b}}", "patterns", "format grok"},
      {"parse: {format: json, prefix: x}", "prefix", "format key_value"},
      {"parse: {format: klog, keep_time_key: true, value_separator: ':'}", "value_separator", "format key_value"},
      {"json: {to: a, remove: true}", "remove", "nothing else stays"},
      {"json: {field: a, remove: true}", "remove", "takes the field's place"},
      {"flatten: {prefix: false, separator: _}", "separator", "no prefix"},
      {"convert: {types: {a: int}, time_zone: local}", "time_zone", "no field becomes a time"},
      {"timestamp: {field: a, time_format: unix, time_zone: local}", "time_zone", "UTC"},
      {"split: {field: a, to: a}", "to", "list's place"},
      {"throttle: {events: 5, burst: 5}", "burst", "as many without it"},
      {"redact: {what: mail, hash_key: k, mask: x}", "mask", "hashes"},
      {"record: {keep: [a], remove: [b]}", "remove", "\"keep\" does not name it"},
      {"record: {keep: [a, b], remove: [b]}", "b", "under \"remove\""},
      {"record: {keep: [a, a]}", "keep", "twice"},
      {"record: {keep: [a], rename: {b: c}}", "b", "not kept"},
      {"record: {remove: [b], rename: {b: c}}", "b", "not kept"},
      {"record: {rename: {b: b}}", "b", "to itself"},
      {"record: {rename: {a: b}, add: {b: x}}", "b", "\"add\" overwrites it"},
      {"record: {add: {a: x, a-b: y, a.b: z}}", "a", "gives way to \"a.b\""},
      {"record: {rename: {a: b.}}", "b.", "none of them empty"},
      {"record: {add: {a..b: x}}", "a..b", "none of them empty"},
  };
  refuses_each(uses, "collectors: { c: { type: stdin, process: [ ", " ] } }\nsinks: { o: { type: stdout } }\n");
}

BOOST_AUTO_TEST_CASE(of_sinks_and_aggregators_are_refused) {
  constexpr use uses[] = {
      {"sinks: { o: { type: stdout, format: raw, include: [time] } }", "include", "field message alone"},
      {"sinks: { o: { type: stdout, format: csv, columns: [a], include: [] } }", "include", "\"columns\""},
      {"sinks: { o: { type: file, path: x, format: raw, include: time } }", "include", "field message alone"},
      {"sinks: { o: { type: stdout, include: [time, time] } }", "include", "twice"},
      {"sinks: { o: { type: \"null\", retry: {first: 2s} } }", "retry", "takes everything"},
      {"sinks: { o: { type: \"null\", dead_letter: p }, p: { type: stdout } }", "dead_letter", "takes everything"},
      {"dead_letters: { max_size: 0, path: x }\nsinks: { o: { type: stdout } }", "path", "no letters are kept"},
      {"dead_letters: { max_size: 0, give_up_after: 5s }\nsinks: { o: { type: stdout } }", "give_up_after",
       "no letters are kept"},
      {"source_aggregators: { a: { buffer: { path: b, sync_interval: 2s } } }\nsinks: { o: { type: stdout } }",
       "sync_interval", "sync: interval"},
      {"source_aggregators: { a: { balance: sticky } }\nsinks: { o: { type: stdout } }", "balance", "one process"},
      {"nodes: { n: { listen: 127.0.0.1:7000 } }\nsinks: { o: { type: stdout } }", "nodes", "one process"},
      {"cluster: { insecure: true }\nsinks: { o: { type: stdout } }", "insecure", "one process"},
      {"cluster: { seeds: [a:1] }\nsinks: { o: { type: stdout } }", "seeds", "one process"},
      {"cluster: { down_after: 9s }\nsinks: { o: { type: stdout } }", "down_after", "one process"},
      {"cluster: { advertise: 'a:1' }\nsinks: { o: { type: stdout } }\nplacement: { x: [c, o] }", "advertise", "listen"},
  };
  refuses_each(uses, "collectors: { c: { type: stdin } }\n", "\n");
}

BOOST_AUTO_TEST_CASE(are_not_those_that_do_something) {
  const auto collector = [](const std::string& c) {
    return "collectors: { c: { " + c + " } }\nsinks: { o: { type: stdout } }\n";
  };
  takes(collector("type: tail, path: /x, poll_interval: 1s, refresh_interval: 1s"));
  takes(collector("type: forward, listen: [\"unix:/tmp/s\", 127.0.0.1:24224], socket_mode: \"0660\""));
  takes(collector("type: forward, chunk_size_warn_limit: 1MiB, chunk_size_limit: 2MiB"));
  takes(collector("type: forward, parse: {format: json, field: log}"));
  takes(collector("type: forward, security: {shared_key: k, clients: [{network: 10.1.0.0/16}, "
                  "{network: 10.0.0.0/8, shared_key: x}]}"));
  takes(collector("type: stdin, parse: {format: none, field: a.b, on_error: drop}"));
  takes(collector("type: stdin, parse: {format: syslog, time_zone: local}"));
  takes(collector("type: stdin, labels: {a.b: x, c: y}"));
  takes(collector("type: stdin, process: [record: {keep: [a], remove: [a.b], rename: {a.c: d}, add: {e: x}}]"));
  takes(collector("type: stdin, process: [record: {add: {a: '${m}', a.b: z}}]"));
  takes("collectors: { c: { type: stdin } }\nsinks: { o: { type: stdout, format: msgpack, include: [] } }\n");
}

BOOST_AUTO_TEST_SUITE_END()
