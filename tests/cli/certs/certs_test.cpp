#include "cli/certs/folder.hpp"
#include "tests/cli/weir_command.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <algorithm>

using namespace weir;
using namespace weir::test;

namespace {

auto mode_of(const std::string& path) -> unsigned {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

auto read_description(const std::string& path) -> certs::description {
  const auto all = certs::certificates_of(content_of(path));
  BOOST_TEST_REQUIRE(static_cast<bool>(all), path);
  return certs::describe(*all->front());
}

auto has_its_key(const std::string& path) -> bool {
  const auto all = certs::certificates_of(content_of(path));
  const auto key = certs::key_of(content_of(cli::key_path_of(path)));
  return all && key && certs::belong_together(*all->front(), *key);
}

struct certs_fixture {
  temporary_directory at;
  std::string folder = at / "certs";

  auto certs(std::vector<std::string> words) const -> outcome {
    words.insert(words.begin(), "certs");
    words.push_back("--dir");
    words.push_back(folder);
    return weir_command(words);
  }
  void done(std::vector<std::string> words) const {
    const auto r = certs(std::move(words));
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    BOOST_TEST(r.err == "");
  }
  auto file(const std::string& name) const -> std::string { return folder + '/' + name; }
  auto names() const -> std::vector<std::string> {
    auto all = std::vector<std::string>{};
    for (const auto& entry : std::filesystem::directory_iterator{folder}) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }
  /// As if it had been made so many days ago.
  auto issued_ago(const std::string& name, int days_ago, int days) const -> std::vector<certs::issued> {
    const auto signer = cli::certificate_folder{folder}.load_authority();
    BOOST_TEST_REQUIRE(static_cast<bool>(signer));
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto valid = certs::lifetime{now - std::chrono::days{days_ago}, std::chrono::days{days}};
    auto made = signer->issue({{{name}, {}}, certs::key_algorithm::p256, valid});
    BOOST_TEST_REQUIRE(static_cast<bool>(made));
    auto all = std::vector<certs::issued>{};
    all.push_back(std::move(*made));
    return all;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(certs_command, certs_fixture)

BOOST_AUTO_TEST_CASE(init_makes_an_authority_that_nobody_else_can_read) {
  const auto former = ::umask(0);
  const auto r = certs({"init", "--name", "shop", "--days", "100"});
  ::umask(former);
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.err == "");
  BOOST_TEST(contains(r.out, file("ca.pem") + ": the authority \"shop CA\", until 2"), r.out);
  BOOST_TEST(contains(r.out, file("ca.key") + ": its key"), r.out);
  BOOST_TEST(mode_of(folder) == 0700U);
  BOOST_TEST(mode_of(file("ca.pem")) == 0644U);
  BOOST_TEST(mode_of(file("ca.key")) == 0600U);
  BOOST_TEST((names() == std::vector<std::string>{"ca.key", "ca.pem"}));
  BOOST_TEST(read_description(file("ca.pem")).algorithm == "p256");
  BOOST_TEST(has_its_key(file("ca.pem")));
}

BOOST_AUTO_TEST_CASE(what_is_there_is_never_overwritten) {
  done({"init"});
  done({"node", "edge-1"});
  const auto before = content_of(file("ca.pem")) + content_of(file("ca.key")) + content_of(file("edge-1.key"));
  const auto again = certs({"init"});
  BOOST_TEST(again.status == 1);
  BOOST_TEST(again.out == "");
  BOOST_TEST(contains(again.err, file("ca.pem") + " is there already, and is left as it is"), again.err);
  const auto node = certs({"node", "edge-2", "edge-1"});
  BOOST_TEST(node.status == 1);
  BOOST_TEST(contains(node.err, "`weir certs renew edge-1` makes a new one"), node.err);
  std::filesystem::remove(file("edge-1.pem"));
  BOOST_TEST(certs({"node", "edge-1"}).status == 1); // the key alone is reason enough
  BOOST_TEST(!std::filesystem::exists(file("edge-2.pem")));
  BOOST_TEST(content_of(file("ca.pem")) + content_of(file("ca.key")) + content_of(file("edge-1.key")) == before);
}

BOOST_AUTO_TEST_CASE(a_node_gets_a_certificate_of_its_names_and_a_key_of_its_own) {
  done({"init", "--algorithm", "ed25519"});
  const auto r = certs({"node", "core-1", "--host", "core-1.lan", "--host", "10.0.0.7"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(contains(r.out, file("core-1.pem") + ": core-1, core-1.lan, 10.0.0.7, until "), r.out);
  BOOST_TEST(mode_of(file("core-1.pem")) == 0644U);
  BOOST_TEST(mode_of(file("core-1.key")) == 0600U);
  BOOST_TEST(has_its_key(file("core-1.pem")));
  BOOST_TEST(read_description(file("core-1.pem")).algorithm == "ed25519");
  done({"node", "edge-1", "*.edge.shop", "--algorithm", "p256", "--days", "7"});
  BOOST_TEST(read_description(file("edge-1.pem")).algorithm == "p256");
  BOOST_TEST((read_description(file("_.edge.shop.pem")).names == certs::certificate_names{{"*.edge.shop"}, {}}));
}

BOOST_AUTO_TEST_CASE(wrong_use_is_told_before_anything_is_done) {
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"node", "10.0.0.7"}, "wants the name of a node, and --host 10.0.0.7 beside it"},
      {{"node", "a/b"}, "has a character that a name may not have"},
      {{"node", ""}, "a name is empty"},
      {{"node", "ca"}, "cannot be called \"ca\" here"},
      {{"node", "edge-1", "edge-1"}, "is named twice"},
      {{"node", "edge-*"}, "wants a wildcard like \"*.edge.shop\""},
      {{"node", "edge-1", "--host", "edge-1:7400"}, "without a port"},
      {{"node", "edge-1", "edge-2", "--host", "10.0.0.7"}, "--host wants one NAME"},
      {{"node"}, "names is required"},
      {{"node", "edge-1", "--days", "0"}, "--days"},
      {{"node", "edge-1", "--algorithm", "rsa"}, "--algorithm"},
      {{"init", "--name", ""}, "--name wants 1 to 60 bytes"},
      {{"renew", "../edge-1"}, "has a character"},
      {{"revoke"}, "names is required"},
  };
  for (const auto& [words, why] : wrong) {
    const auto r = certs(words);
    BOOST_TEST(r.status == 2, r.err);
    BOOST_TEST(r.out == "");
    BOOST_TEST(contains(r.err, why), r.err);
  }
  BOOST_TEST(!std::filesystem::exists(folder));
}

BOOST_AUTO_TEST_CASE(without_an_authority_there_is_a_hint) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"node", "edge-1"}, {"renew"}, {"renew", "edge-1"}, {"revoke", "edge-1"}, {"show"}}) {
    const auto r = certs(words);
    BOOST_TEST(r.status == 1);
    BOOST_TEST(contains(r.err, "`weir certs init` makes an authority"), r.err);
  }
}

BOOST_AUTO_TEST_CASE(renew_takes_those_whose_end_is_near_with_new_keys_and_the_same_names) {
  done({"init"});
  done({"node", "core-1", "--host", "10.0.0.7", "--days", "20", "--algorithm", "ed25519"});
  done({"node", "edge-1"});
  const auto before = read_description(file("core-1.pem"));
  const auto key = content_of(file("core-1.key"));
  const auto other = content_of(file("edge-1.pem"));
  const auto r = certs({"renew"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(contains(r.out, file("core-1.pem") + ": core-1, 10.0.0.7, until "), r.out);
  const auto after = read_description(file("core-1.pem"));
  BOOST_TEST((after.names == before.names));
  BOOST_TEST(after.algorithm == "ed25519");
  BOOST_TEST((after.ends > before.ends + std::chrono::days{300}));
  BOOST_TEST(content_of(file("core-1.key")) != key);
  BOOST_TEST(has_its_key(file("core-1.pem")));
  BOOST_TEST(mode_of(file("core-1.key")) == 0600U);
  BOOST_TEST(content_of(file("edge-1.pem")) == other);
  BOOST_TEST(certs({"renew"}).out == "nothing ends within 30 days\n");
  done({"renew", "edge-1"}); // by its name, whatever its end
  BOOST_TEST(content_of(file("edge-1.pem")) != other);
  BOOST_TEST(contains(certs({"renew", "--within", "366"}).out, "core-1.pem"));
}

BOOST_AUTO_TEST_CASE(renew_mends_what_was_cut_short_between_key_and_certificate) {
  done({"init"});
  done({"node", "edge-1", "edge-2"});
  std::filesystem::copy_file(file("edge-2.key"), file("edge-1.key"), std::filesystem::copy_options::overwrite_existing);
  BOOST_TEST(contains(certs({"show"}).out, "! does not match its key " + file("edge-1.key")));
  done({"renew"});
  BOOST_TEST(has_its_key(file("edge-1.pem")));
}

BOOST_AUTO_TEST_CASE(a_key_is_in_place_before_its_certificate) {
  done({"init"});
  done({"node", "edge-1"});
  const auto key = content_of(file("edge-1.key"));
  std::filesystem::remove(file("edge-1.pem"));
  std::filesystem::create_directory(file("edge-1.pem")); // no certificate can take its place
  const auto all = issued_ago("edge-1", 0, 9);
  BOOST_TEST(!cli::certificate_folder{folder}.store(all));
  BOOST_TEST(content_of(file("edge-1.key")) != key);
  BOOST_TEST(contains(content_of(file("issued.txt")), all.front().what.serial)); // so that whatever came of it can be revoked
}

BOOST_AUTO_TEST_CASE(renew_leaves_what_is_not_of_this_authority) {
  done({"init"});
  done({"node", "edge-1", "--days", "5"});
  std::filesystem::remove(file("ca.pem"));
  std::filesystem::remove(file("ca.key"));
  done({"init"});
  const auto before = content_of(file("edge-1.pem"));
  const auto all = certs({"renew"});
  BOOST_TEST(all.status == 0);
  BOOST_TEST(contains(all.err, "edge-1.pem was not signed by the authority"), all.err);
  BOOST_TEST(certs({"renew", "edge-1"}).status == 1);
  const auto missing = certs({"renew", "edge-9"});
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(contains(missing.err, file("edge-9.pem")), missing.err);
  BOOST_TEST(content_of(file("edge-1.pem")) == before);
}

BOOST_AUTO_TEST_CASE(renew_takes_a_copy_for_nobodys_certificate) {
  done({"init"});
  done({"node", "edge-1", "--days", "5"});
  std::filesystem::rename(file("edge-1.pem"), file("copy.pem"));
  const auto r = certs({"renew"});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(contains(r.err, "copy.pem is a certificate whose place is " + file("edge-1.pem")), r.err);
  BOOST_TEST(!std::filesystem::exists(file("edge-1.pem")));
}

BOOST_AUTO_TEST_CASE(revoke_lists_older_certificates_of_the_node_too) {
  done({"init"});
  done({"node", "edge-1", "edge-2"});
  const auto first = read_description(file("edge-1.pem")).serial;
  done({"renew", "edge-1"});
  const auto second = read_description(file("edge-1.pem")).serial;
  const auto r = certs({"revoke", "edge-1"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(contains(r.out, file("crl.pem") + ": 2 certificates more are revoked"), r.out);
  BOOST_TEST(mode_of(file("crl.pem")) == 0644U);
  auto listed = certs::serials_in(*certs::crl_of(content_of(file("crl.pem"))));
  for (const auto& serial : {first, second}) BOOST_TEST(std::count(listed.begin(), listed.end(), serial) == 1);
  BOOST_TEST(contains(certs({"show"}).out, "! is revoked"));
  BOOST_TEST(contains(certs({"revoke", "edge-1"}).out, "0 certificates more"));
  const auto all = certs({"renew", "--within", "400"}); // gives no new one to whom was refused
  BOOST_TEST(contains(all.err, "edge-1.pem is revoked"), all.err);
  BOOST_TEST(read_description(file("edge-1.pem")).serial == second);
  done({"renew", "edge-1"});
  BOOST_TEST(!contains(certs({"show", file("edge-1.pem")}).out, "is revoked"));
  done({"revoke", "edge-2"});
  listed = certs::serials_in(*certs::crl_of(content_of(file("crl.pem"))));
  BOOST_TEST(std::count(listed.begin(), listed.end(), first) == 1);
  BOOST_TEST(listed.size() == 4); // edge-2 was renewed once
  const auto unknown = certs({"revoke", "edge-1", "edge-9"});
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(contains(unknown.err, "no certificate of \"edge-9\" to revoke; nothing was changed"), unknown.err);
  BOOST_TEST(certs::serials_in(*certs::crl_of(content_of(file("crl.pem")))).size() == 4);
}

BOOST_AUTO_TEST_CASE(show_tells_what_is_wrong) {
  done({"init", "--name", "shop"});
  done({"node", "core-1", "--host", "10.0.0.7"});
  const auto well = certs({"show"});
  BOOST_TEST(well.status == 0);
  BOOST_TEST(well.err == "");
  BOOST_TEST(!contains(well.out, "!"), well.out);
  for (const auto* part : {"FILE", "NOT AFTER", "authority", "shop CA", "core-1, 10.0.0.7", "p256"})
    BOOST_TEST(contains(well.out, part), part << " is not in\n" << well.out);
  BOOST_TEST((contains(well.out, " 365 ") || contains(well.out, " 364 ")), well.out); // a second may have passed
  BOOST_TEST(contains(well.out, read_description(file("core-1.pem")).fingerprint.substr(0, 16)));

  done({"node", "near", "--days", "10"});
  BOOST_TEST_REQUIRE(static_cast<bool>(cli::certificate_folder{folder}.store(issued_ago("gone", 40, 39))));
  std::filesystem::permissions(file("core-1.key"), std::filesystem::perms{0644});
  BOOST_TEST_REQUIRE(weir_command({"certs", "init", "--dir", at / "other"}).status == 0);
  BOOST_TEST_REQUIRE(weir_command({"certs", "node", "alien", "--dir", at / "other"}).status == 0);
  std::filesystem::copy_file(at / "other/alien.pem", file("alien.pem"));
  const auto r = certs({"show"});
  BOOST_TEST(r.status == 0);
  for (const auto& part : {std::string{"! expires in "}, std::string{"! expired 2"},
                           "! others may use its key " + file("core-1.key"), "! is not signed by " + file("ca.pem")})
    BOOST_TEST(contains(r.out, part), part << " is not in\n" << r.out);
  BOOST_TEST(std::count(r.out.begin(), r.out.end(), '!') == 4, r.out);
}

BOOST_AUTO_TEST_CASE(show_speaks_json_and_looks_at_any_file) {
  done({"init"});
  done({"node", "core-1", "--host", "10.0.0.7"});
  const auto json = certs({"show", "--json", file("core-1.pem")});
  BOOST_TEST(json.status == 0);
  for (const auto* part : {R"("kind":"node","common_name":"core-1","hosts":["core-1"],"addresses":["10.0.0.7"])",
                           R"("days_left":36)", R"(,"issuer":"weir CA","key":"p256")", R"("findings":[]}])"})
    BOOST_TEST(contains(json.out, part), part << " is not in\n" << json.out);
  const auto alone = weir_command({"certs", "show", file("core-1.pem"), "--dir", at / "nowhere"});
  BOOST_TEST(alone.status == 0);
  BOOST_TEST(!contains(alone.out, "!"), alone.out);
  std::ofstream{at / "x.pem"} << "nothing";
  const auto none = certs({"show", at / "x.pem", file("core-1.pem")});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(contains(none.err, "x.pem: there is no certificate in it; wants PEM"), none.err);
  BOOST_TEST(contains(none.out, "core-1.pem"));
}

BOOST_AUTO_TEST_CASE(help_reads_well) {
  const auto r = weir_command({"certs", "--help"});
  BOOST_TEST(r.status == 0);
  for (const auto* part :
       {"init", "node", "renew", "revoke", "show", "weir certs node core-1 --host", "Exit status: 0 done"})
    BOOST_TEST(contains(r.out, part), part);
  BOOST_TEST(contains(weir_command({"certs", "nod", "x"}).err, "did you mean \"node\"?"));
}

BOOST_AUTO_TEST_SUITE_END()
