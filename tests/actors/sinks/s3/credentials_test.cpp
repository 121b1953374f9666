#include "actors/sinks/s3/credentials.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/http_server.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <map>

using namespace weir;
using namespace weir::test;

namespace {

using variables = std::map<std::string, std::string>;

auto chain_of(const variables& set, const class clock& clock = system_clock()) -> s3_credential_chain {
  return {s3_settings{}, clock, [set](const char* name) {
            const auto found = set.find(name);
            return found == set.end() ? std::string{} : found->second;
          }};
}

auto found_by(s3_credential_chain chain) -> std::string {
  const auto found = chain.get();
  return found ? found->access_key + ' ' + found->secret + ' ' + found->token : found.failure().what;
}

void write_text(const std::string& path, const std::string& text) { std::ofstream{path} << text; }

} // namespace

BOOST_AUTO_TEST_SUITE(s3_credential_chains)

BOOST_AUTO_TEST_CASE(settings_come_before_the_environment) {
  auto s = s3_settings{};
  s.http.auth.user = "own";
  s.http.auth.password.value = "secret";
  auto chain = s3_credential_chain{s, system_clock(), [](const char*) { return std::string{"other"}; }};
  BOOST_TEST(chain.get()->access_key == "own");
  BOOST_TEST(found_by(chain_of({{"AWS_ACCESS_KEY_ID", "k"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}})) == "k s t");
}

BOOST_AUTO_TEST_CASE(the_shared_file_has_profiles) {
  const auto folder = temporary_directory{};
  const auto path = folder / "credentials";
  write_text(path, "# mine\n[default]\naws_access_key_id = a\naws_secret_access_key=b\n\n[web]\naws_access_key_id=c\n"
                   "aws_secret_access_key = d\naws_session_token= e\n");
  BOOST_TEST(found_by(chain_of({{"AWS_SHARED_CREDENTIALS_FILE", path}})) == "a b ");
  BOOST_TEST(found_by(chain_of({{"AWS_SHARED_CREDENTIALS_FILE", path}, {"AWS_PROFILE", "web"}})) == "c d e");
  BOOST_TEST(found_by(chain_of({{"AWS_SHARED_CREDENTIALS_FILE", path}, {"AWS_PROFILE", "none"}})) == '"' + path + "\" has no keys of the profile none");
  BOOST_TEST(found_by(chain_of({{"AWS_EC2_METADATA_DISABLED", "true"}})).starts_with("no credentials: "));
}

// A double of the documented interface of the instance's metadata, version 2.
BOOST_AUTO_TEST_CASE(an_instance_has_a_role_whose_keys_are_renewed_before_they_end) {
  auto clock = manual_clock{};
  clock.set_wall_ns(second_of_iso_time("2026-01-01T00:00:00Z") * 1'000'000'000);
  auto times = 0;
  auto server = http_server{[&](const got_request& got) {
    if (got.line() == "PUT /latest/api/token HTTP/1.1")
      return http_answer_text(got.has("X-aws-ec2-metadata-token-ttl-seconds: 300") ? 200 : 400, "a-token");
    if (!got.has("X-aws-ec2-metadata-token: a-token")) return http_answer_text(401, "");
    if (got.line() == "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1") return http_answer_text(200, "writer\n");
    if (got.line() != "GET /latest/meta-data/iam/security-credentials/writer HTTP/1.1") return http_answer_text(404, "");
    ++times;
    return http_answer_text(200, R"({"Code":"Success","AccessKeyId":"k)" + std::to_string(times)
                                     + R"(","SecretAccessKey":"s","Token":"t","Expiration":"2026-01-01T01:00:00Z"})");
  }};
  auto chain = chain_of({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url()}}, clock);
  BOOST_TEST(chain.get()->access_key == "k1");
  clock.advance(std::chrono::minutes{50});
  BOOST_TEST(chain.get()->access_key == "k1");
  clock.advance(std::chrono::minutes{6});
  BOOST_TEST(chain.get()->access_key == "k2");
}

// A double of the documented interface of the Security Token Service.
BOOST_AUTO_TEST_CASE(a_web_identity_takes_a_role) {
  const auto folder = temporary_directory{};
  write_text(folder / "token", "a.b=c\n");
  auto answer = std::string{};
  auto server = http_server{[&](const auto&) { return answer; }};
  answer = http_answer_text(200, "<R><AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                                 "<Expiration>2999-01-01T00:00:00Z</Expiration></R>");
  const auto set = variables{{"AWS_WEB_IDENTITY_TOKEN_FILE", folder / "token"}, {"AWS_ROLE_ARN", "arn:aws:iam::1:role/w"}, {"AWS_ENDPOINT_URL_STS", server.url()}};
  BOOST_TEST(found_by(chain_of(set)) == "k s t");
  BOOST_TEST(server.requests().front().body
             == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fw&RoleSessionName=weir&WebIdentityToken=a.b%3Dc");
  answer = http_answer_text(403, "<Error><Code>AccessDenied</Code></Error>");
  BOOST_TEST(found_by(chain_of(set)) == "cannot take the role arn:aws:iam::1:role/w: " + server.url() + " answered 403 AccessDenied");
}

BOOST_AUTO_TEST_SUITE_END()
