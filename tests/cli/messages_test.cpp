/// What `weir check` says, and what it must not: secrets, and lines of files that are no topology.
#include "tests/cli/weir_command.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>

using namespace weir;
using namespace weir::test;

namespace {

struct fixture {
  auto write(const std::string& name, const std::string& text) const -> std::string {
    const auto path = folder.path() + '/' + name;
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }
  /// What is said of a topology whose collector has this under "security:".
  auto check_security(const std::string& text) const -> outcome {
    return weir_command({"check", write("t.yaml", "collectors:\n  in: { type: forward, security: " + text
                                                      + " }\nsinks: { out: { type: stdout } }\n")});
  }

  temporary_directory folder;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, fixture)

BOOST_AUTO_TEST_CASE(quote_nothing_that_stands_under_security) {
  ::setenv("WEIR_TEST_KEY", "hunter2", 1);
  const auto wrong = {
      "hunter2",
      "[hunter2]",
      "{ hunter2 }",
      "{ shared_key hunter2 }",
      "{ shared_key: [hunter2] }",
      "{ shared_key: {file: hunter2} }",
      "{ shared_key: {path: hunter2} }",
      "{ shared_key: k, user_auth: hunter2 }",
      "{ shared_key: k, user_auth: \"${WEIR_TEST_KEY}\" }",
      "{ shared_key: k, allow_anonymous_source: hunter2 }",
      "{ shared_key: k, users: hunter2 }",
      "{ shared_key: k, users: [hunter2] }",
      "{ shared_key: k, users: [\"${WEIR_TEST_KEY}\"] }",
      "{ shared_key: k, users: [{username: a, password: [hunter2]}] }",
      "{ shared_key: k, users: [{username: a, hunter2: b}] }",
      "{ shared_key: k, users: [{username: a, password: b}], clients: [{host: localhost, users: [hunter2]}] }",
      "{ shared_key: k, clients: [{network: hunter2}] }",
      "{ shared_key: k, clients: [{network: \"${WEIR_TEST_KEY}\"}] }",
      "{ shared_key: k, clients: [{host: \"hunter2..\"}] }",
      "{ shared_key: !hunter2 }",
      "{ shared_key: *hunter2 }",
      "{ shared_key: \"\\hunter2\" }",
      "{ shared_key: 'hunter2 }",
      "{ <<: hunter2 }",
  };
  for (const auto* text : wrong) {
    const auto done = check_security(text);
    BOOST_TEST(done.status == 2, text << ": " << done.out);
    BOOST_TEST(!contains(done.err, "hunter2"), text << ": " << done.err);
    BOOST_TEST(contains(done.err, "t.yaml:"), text << ": " << done.err);
  }
  BOOST_TEST(contains(check_security("{ shared_kye: hunter2 }").err, "did you mean \"shared_key\"?"));
  BOOST_TEST(check_security("{ shared_key: hunter2 }").status == 0);
}

BOOST_AUTO_TEST_CASE(quote_no_line_of_a_file_that_is_no_topology) {
  const auto files = {
      "root:$6$hunter2$abc:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n",
      "hunter2\n",
      "hunter2: 1\nhunter2: 2\n",
      "PASSWORD: hunter2\nPASSWORD: !hunter2 again\n",
      "- hunter2\n",
      "password: *hunter2\n",
      "key: \"\\hunter2\"\n",
      "a: { hunter2: 1, hunter2: 2 }\n: : hunter2 : [\n",
      "PASSWORD: ${hunter2}\n",
      "-----BEGIN KEY-----\nhunter2==\n-----END KEY-----\n",
  };
  for (const auto* text : files) {
    const auto secret = write("secret", text);
    const auto including = write("t.yaml", "include: secret\ncollectors: { in: { type: stdin } }\n"
                                           "sinks: { out: { type: stdout } }\n");
    for (const auto& path : {secret, including}) {
      const auto done = weir_command({"check", path});
      BOOST_TEST(done.status == 2, text);
      BOOST_TEST(!contains(done.err, "hunter2"), done.err);
      BOOST_TEST(contains(done.err, "secret:"), done.err);
    }
  }
}

BOOST_AUTO_TEST_CASE(are_fifty_at_most_errors_first_and_the_rest_is_counted) {
  auto text = std::string{"collectors: { in: { type: stdin } }\nsinks:\n"};
  for (auto i = 0; i < 120; ++i) text += "  s" + std::to_string(i) + ": { type: nothing }\n";
  const auto done = weir_command({"check", write("t.yaml", text)});
  BOOST_TEST(done.status == 2);
  auto shown = std::size_t{0};
  for (auto at = done.err.find("t.yaml:"); at != std::string::npos; at = done.err.find("t.yaml:", at + 1)) ++shown;
  BOOST_TEST(shown == 50U);
  BOOST_TEST(contains(done.err, "\nand 70 more\n120 problems; nothing was started\n"), done.err);
}

BOOST_AUTO_TEST_CASE(say_of_a_secret_file_that_cannot_be_had_why) {
  const auto large = write("large", std::string(70'000, 'x'));
  BOOST_TEST(contains(check_security("{ shared_key: {file: " + folder.path() + "/none} }").err,
                      "cannot read the secret file of \"shared_key\": No such file or directory"));
  BOOST_TEST(contains(check_security("{ shared_key: {file: " + large + "} }").err, "it has more than 64 KiB"));
  BOOST_TEST(contains(check_security("{ shared_key: {file: " + folder.path() + "} }").err, "Is a directory"));
  BOOST_TEST(check_security("{ shared_key: {file: " + write("key", "k\n") + "} }").status == 0);
}

BOOST_AUTO_TEST_CASE(say_nothing_that_a_terminal_would_obey) {
  const auto done = weir_command({"check", write("t.yaml", "collectors: { c: { type: \"\\e[31mred\\n\" } }\n"
                                                            "sinks: { o: { type: stdout } }\n")});
  BOOST_TEST(contains(done.err, "unknown type \"?[31mred?\""), done.err);
}

BOOST_AUTO_TEST_CASE(complain_once_of_a_secret_that_cannot_be_read) {
  const auto done = check_security("{ shared_key: {file: /no/such/file} }");
  BOOST_TEST(contains(done.err, "cannot read the secret file"), done.err);
  BOOST_TEST(contains(done.err, "\n1 problem;"), done.err);
}

BOOST_AUTO_TEST_SUITE_END()
