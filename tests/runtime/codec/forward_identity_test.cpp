#include "runtime/codec/forward_identity.hpp"

#include "runtime/codec/base64.hpp"
#include "runtime/codec/forward_client.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

using namespace weir;
using enum weir::forward_id_kind;

namespace {

auto digest(const forward_identity::parts& of) -> std::string {
  auto identity = forward_identity{};
  return std::string{identity.digest(of)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_identities)

BOOST_AUTO_TEST_CASE(ids_of_known_clients_are_told_by_their_form) {
  const auto is = [](std::string_view id, forward_id_kind kind) {
    BOOST_TEST((kind_of_forward_id(id) == kind), "another kind: " << id);
  };
  is("Zkd5mP0qXl3mQJ0Yx1r3Aw==\n", unique);             // Fluentd
  is("q83vASNFZ4mrze8BI0VniQ==", unique);               // fluent-logger-node
  is(make_forward_chunk_id(), unique);                  // weir cat
  is("0b6ff7e1-53e4-4b25-9a53-5d2f7d1ac0de", unique);   // Fluency
  is("0b6ff7e1-53e4-5b25-9a53-5d2f7d1ac0de", own);      // a UUID that is a hash of a name
  is(to_base64({"\x80\xa3\x1a\x65\0\0\0\0\x12\x34\x56\x78\x9a\xbc\xde\xf0", 16}), seeded); // Docker
  is("3c9909afec25354d551dae21590bb26e", hash);         // Fluent Bit
  is(std::string(40, 'a'), hash);
  is(std::string(64, '0'), hash);
  is(to_base64(std::string(20, 'x')), hash);
  is(to_base64(std::string(32, 'x')), hash);
  is(std::string(16, '\x07'), hash);
  for (const auto* id : {"", "1", "0001", "a", "message 7", "0000000100000000000000ff", "chunk", "====",
                         "a=b=", "000000010000000000000000deadbee"})
    is(id, own);
}

BOOST_AUTO_TEST_CASE(any_difference_in_any_part_makes_another_identity) {
  const auto all = std::vector<forward_identity::parts>{
      {"id", "client", "tag", 1, 2}, {"ie", "client", "tag", 1, 2}, {"id", "clienu", "tag", 1, 2},
      {"id", "client", "tah", 1, 2}, {"id", "client", "tag", 2, 2}, {"id", "client", "tag", 1, 3},
      {"i", "dclient", "tag", 1, 2}, {"id", "clientt", "ag", 1, 2}, {"id", "", "clienttag", 1, 2}};
  auto seen = std::set<std::string>{};
  for (const auto& parts : all) {
    BOOST_TEST(digest(parts).size() == 32U);
    BOOST_TEST(digest(parts) == digest(parts));
    seen.insert(digest(parts));
  }
  BOOST_TEST(seen.size() == all.size());
}

// It is in buffers and ledgers: what was stored under it has to be found again.
BOOST_AUTO_TEST_CASE(an_identity_is_the_same_in_every_version) {
  BOOST_TEST(digest({"id", "client", "tag", 1, 2}) == "48a60a66ec630c6683f4656283d1ee68");
}

BOOST_AUTO_TEST_CASE(only_an_id_that_cannot_recur_is_shared_and_only_a_hash_is_not_kept) {
  for (const auto kind : {unique, seeded, hash, own}) {
    const auto trust = trust_in(kind);
    BOOST_TEST(trust.is_shared == (kind == unique));
    BOOST_TEST(trust.may_recur == (kind == seeded || kind == hash));
    BOOST_TEST(trust.is_durable == (kind != hash));
  }
}

BOOST_AUTO_TEST_SUITE_END()
