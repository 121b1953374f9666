#include "runtime/certs/authority.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <set>

using namespace weir;
using namespace weir::certs;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::sys_seconds{1'800'000'000s};
constexpr auto both = {key_algorithm::p256, key_algorithm::ed25519};

auto authority_named(const std::string& cluster, key_algorithm algorithm = key_algorithm::p256,
                     std::chrono::days length = std::chrono::days{3650}) -> authority {
  auto made = authority::make(cluster, algorithm, {now, length});
  BOOST_TEST_REQUIRE(static_cast<bool>(made));
  auto loaded = authority::load(*made);
  BOOST_TEST_REQUIRE(static_cast<bool>(loaded), (loaded ? "" : loaded.failure().what));
  return std::move(*loaded);
}

auto issue(const authority& by, certificate_names names, key_algorithm algorithm = key_algorithm::p256,
           std::chrono::days length = std::chrono::days{365}) -> issued {
  auto made = by.issue({std::move(names), algorithm, {now, length}});
  BOOST_TEST_REQUIRE(static_cast<bool>(made), (made ? "" : made.failure().what));
  return std::move(*made);
}

auto first_of(const std::string& pem) -> certificate_handle {
  auto all = certificates_of(pem);
  BOOST_TEST_REQUIRE(static_cast<bool>(all));
  return std::move(all->front());
}

struct question {
  const char* purpose = "ssl_server";
  std::chrono::sys_seconds at = now;
  X509_CRL* revoked = nullptr;
};

/// As a strict peer looks at it; the library's code, X509_V_OK if it is good.
auto verdict(const issued& one, const authority& by, const question& asked = {}) -> int {
  const auto leaf = first_of(one.files.certificate);
  auto* store = X509_STORE_new();
  X509_STORE_add_cert(store, const_cast<X509*>(&by.certificate()));
  if (asked.revoked != nullptr) X509_STORE_add_crl(store, asked.revoked);
  auto* run = X509_STORE_CTX_new();
  X509_STORE_CTX_init(run, store, leaf.get(), nullptr);
  auto* wanted = X509_STORE_CTX_get0_param(run);
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE
                                          | (asked.revoked != nullptr ? X509_V_FLAG_CRL_CHECK : 0));
  X509_VERIFY_PARAM_set_time(wanted, asked.at.time_since_epoch().count());
  X509_STORE_CTX_set_default(run, asked.purpose);
  X509_verify_cert(run);
  const auto code = X509_STORE_CTX_get_error(run);
  X509_STORE_CTX_free(run);
  X509_STORE_free(store);
  return code;
}

auto is_good_for(const issued& one, const std::string& host) -> bool {
  return X509_check_host(first_of(one.files.certificate).get(), host.c_str(), host.size(), 0, nullptr) == 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(a_strict_peer_takes_a_node_for_either_end_whatever_the_keys) {
  for (const auto of_authority : both)
    for (const auto of_node : both) {
      const auto ca = authority_named("shop", of_authority);
      const auto node = issue(ca, {{"edge-1"}, {"10.0.0.7", "fd00::7"}}, of_node);
      for (const auto* purpose : {"ssl_server", "ssl_client"}) BOOST_TEST(verdict(node, ca, {purpose}) == X509_V_OK);
      BOOST_TEST(node.what.algorithm == (of_node == key_algorithm::p256 ? "p256" : "ed25519"));
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_is_good_for_its_names_and_no_other) {
  const auto ca = authority_named("shop");
  const auto node = issue(ca, {{"edge-1", "edge-1.shop.lan"}, {"10.0.0.7"}});
  BOOST_TEST(is_good_for(node, "edge-1"));
  BOOST_TEST(is_good_for(node, "edge-1.shop.lan"));
  BOOST_TEST(!is_good_for(node, "edge-2"));
  BOOST_TEST(X509_check_ip_asc(first_of(node.files.certificate).get(), "10.0.0.7", 0) == 1);
  BOOST_TEST(X509_check_ip_asc(first_of(node.files.certificate).get(), "10.0.0.8", 0) == 0);
  const auto pods = issue(ca, {{"*.edge.shop"}, {}});
  BOOST_TEST(is_good_for(pods, "pod-7.edge.shop"));
  BOOST_TEST(!is_good_for(pods, "edge.shop"));
  BOOST_TEST(!is_good_for(pods, "a.pod-7.edge.shop"));
}

BOOST_AUTO_TEST_CASE(what_is_written_in_it_can_be_read) {
  const auto ca = authority_named("shop");
  BOOST_TEST(ca.what().is_authority);
  BOOST_TEST(ca.what().common_name == "shop CA");
  const auto node = issue(ca, {{"edge-1", "edge-1.lan"}, {"10.0.0.7", "fd00::7"}});
  BOOST_TEST((node.what.names == certificate_names{{"edge-1", "edge-1.lan"}, {"10.0.0.7", "fd00::7"}}));
  BOOST_TEST(node.what.common_name == "edge-1");
  BOOST_TEST(node.what.issuer == "shop CA");
  BOOST_TEST(!node.what.is_authority);
  BOOST_TEST((node.what.begins == now - 5min));
  BOOST_TEST((node.what.ends == now + std::chrono::days{365}));
  BOOST_TEST(node.what.fingerprint.size() == 64);
  BOOST_TEST(node.what.serial.size() == 32);
  const auto key = key_of(node.files.key);
  BOOST_TEST_REQUIRE(key != nullptr);
  const auto certificate = first_of(node.files.certificate);
  BOOST_TEST(belong_together(*certificate, *key));
  BOOST_TEST(!belong_together(ca.certificate(), *key));
  BOOST_TEST(is_signed_by(*certificate, ca.certificate()));
  BOOST_TEST(!is_signed_by(*certificate, *certificate));
}

BOOST_AUTO_TEST_CASE(a_certificate_is_for_what_it_is_made_for_and_nothing_else) {
  const auto ca = authority_named("shop");
  const auto node = first_of(issue(ca, {{"edge-1"}, {}}).files.certificate);
  BOOST_TEST(X509_get_key_usage(node.get()) == std::uint32_t{KU_DIGITAL_SIGNATURE});
  BOOST_TEST(X509_get_extended_key_usage(node.get()) == std::uint32_t{XKU_SSL_SERVER | XKU_SSL_CLIENT});
  auto* signer = const_cast<X509*>(&ca.certificate());
  BOOST_TEST(X509_get_key_usage(signer) == std::uint32_t{KU_KEY_CERT_SIGN | KU_CRL_SIGN});
  BOOST_TEST(X509_get_pathlen(signer) == 0);
  for (auto* one : {node.get(), signer})
    for (const auto kind : {NID_basic_constraints, NID_key_usage})
      BOOST_TEST(X509_EXTENSION_get_critical(X509_get_ext(one, X509_get_ext_by_NID(one, kind, -1))) == 1);
}

BOOST_AUTO_TEST_CASE(a_name_too_long_for_a_subject_is_among_the_names_alone) {
  const auto ca = authority_named("shop");
  const auto name = std::string(100, 'n') + ".shop";
  const auto node = issue(ca, {{name}, {}});
  BOOST_TEST(node.what.common_name == "");
  BOOST_TEST(verdict(node, ca) == X509_V_OK);
  BOOST_TEST(is_good_for(node, name));
}

BOOST_AUTO_TEST_CASE(another_authority_of_the_same_name_is_another_one) {
  const auto ca = authority_named("shop");
  const auto other = authority_named("shop");
  const auto node = issue(ca, {{"edge-1"}, {}});
  BOOST_TEST(verdict(node, other) != X509_V_OK);
  BOOST_TEST(!is_signed_by(*first_of(node.files.certificate), other.certificate()));
}

BOOST_AUTO_TEST_CASE(a_node_signs_nobody) {
  const auto ca = authority_named("shop");
  const auto node = issue(ca, {{"edge-1"}, {}});
  const auto loaded = authority::load(node.files);
  BOOST_TEST_REQUIRE(!loaded);
  BOOST_TEST(loaded.failure().what == "the certificate is not that of an authority");
}

BOOST_AUTO_TEST_CASE(a_certificate_ends_no_later_than_its_authority) {
  const auto ca = authority_named("shop", key_algorithm::p256, std::chrono::days{10});
  const auto node = issue(ca, {{"edge-1"}, {}});
  BOOST_TEST(node.is_cut);
  BOOST_TEST((node.what.ends == ca.what().ends));
  BOOST_TEST(verdict(node, ca, {"ssl_server", now + std::chrono::days{11}}) == X509_V_ERR_CERT_HAS_EXPIRED);
  const auto after = lifetime{now + std::chrono::days{10}, std::chrono::days{1}};
  const auto late = ca.issue({{{"edge-2"}, {}}, key_algorithm::p256, after});
  BOOST_TEST_REQUIRE(!late);
  BOOST_TEST(late.failure().what == "the authority has ended; wants a new one");
}

BOOST_AUTO_TEST_CASE(times_behind_2050_are_kept) {
  const auto ca = authority_named("shop", key_algorithm::p256, std::chrono::days{36'500});
  BOOST_TEST((ca.what().ends == now + std::chrono::days{36'500}));
  BOOST_TEST(verdict(issue(ca, {{"edge-1"}, {}}), ca) == X509_V_OK);
}

BOOST_AUTO_TEST_CASE(serial_numbers_are_positive_and_differ) {
  const auto ca = authority_named("shop");
  auto seen = std::set<std::string>{ca.what().serial};
  for (auto i = 0; i < 50; ++i) BOOST_TEST(seen.insert(issue(ca, {{"edge-1"}, {}}).what.serial).second);
  for (const auto& serial : seen) BOOST_TEST(!serial.starts_with('-'));
}

BOOST_AUTO_TEST_CASE(what_is_revoked_stays_so_with_each_new_list) {
  const auto ca = authority_named("shop", key_algorithm::ed25519);
  const auto first = issue(ca, {{"edge-1"}, {}});
  const auto second = issue(ca, {{"edge-2"}, {}});
  const auto third = issue(ca, {{"edge-3"}, {}});
  auto text = ca.revoke(nullptr, {first.what.serial}, now);
  BOOST_TEST_REQUIRE(static_cast<bool>(text));
  auto list = crl_of(*text);
  BOOST_TEST_REQUIRE(list != nullptr);
  BOOST_TEST(verdict(first, ca, {"ssl_client", now, list.get()}) == X509_V_ERR_CERT_REVOKED);
  BOOST_TEST(verdict(second, ca, {"ssl_client", now, list.get()}) == X509_V_OK);
  text = ca.revoke(list.get(), {second.what.serial}, now + 1h);
  BOOST_TEST_REQUIRE(static_cast<bool>(text));
  list = crl_of(*text);
  const auto later = now + std::chrono::days{300};
  for (const auto* one : {&first, &second})
    BOOST_TEST(verdict(*one, ca, {"ssl_client", later, list.get()}) == X509_V_ERR_CERT_REVOKED);
  BOOST_TEST(verdict(third, ca, {"ssl_client", later, list.get()}) == X509_V_OK);
  BOOST_TEST(serials_in(*list).size() == 2);
  BOOST_TEST(is_signed_by(*list, ca.certificate()));
  BOOST_TEST(!is_signed_by(*list, authority_named("shop").certificate()));
}

BOOST_AUTO_TEST_CASE(what_is_no_authority_is_refused_with_the_reason) {
  const auto one = authority::make("shop", key_algorithm::p256, {now, std::chrono::days{1}});
  const auto other = authority::make("shop", key_algorithm::p256, {now, std::chrono::days{1}});
  const std::pair<pem_pair, std::string> wrong[] = {
      {{"", one->key}, "there is no certificate in it; wants PEM"},
      {{one->certificate.substr(0, 300), one->key}, "a certificate in it is broken"},
      {{one->certificate, ""}, "there is no key of the authority; wants PEM without a password"},
      {{one->certificate, other->key}, "the key of the authority is not that of its certificate"},
  };
  for (const auto& [files, why] : wrong) {
    const auto loaded = authority::load(files);
    BOOST_TEST_REQUIRE(!loaded);
    BOOST_TEST(loaded.failure().what.starts_with(why), loaded.failure().what);
  }
}

BOOST_AUTO_TEST_SUITE_END()
