#include "actors/sinks/hdfs/answers.hpp"
#include "tests/support/store_contract.hpp"

using namespace weir;
using namespace weir::test;

namespace {

auto exception_body(const std::string& name, const std::string& message) -> std::string {
  return R"({"RemoteException":{"exception":")" + name + R"(","javaClassName":"a.b.)" + name + R"(","message":")" + message + "\"}}";
}

auto told_of(int status, const std::string& name, const std::string& message) -> std::string {
  return hdfs_refusal_text(status, exception_body(name, message), "http://nn:9870", "write to /logs");
}

auto problems_with(const std::vector<std::pair<std::string, config::value>>& more) -> std::string {
  return problems_of("hdfs", map_of(more));
}

} // namespace

BOOST_AUTO_TEST_SUITE(hdfs_answers)

BOOST_AUTO_TEST_CASE(what_is_said_is_read) {
  const auto refusal = hdfs_refusal_of(exception_body("AccessControlException", R"(Permission denied: user=weir.\n\tat a.b.C)"));
  BOOST_TEST(refusal.exception == "AccessControlException");
  BOOST_TEST(refusal.message == "Permission denied: user=weir");
  BOOST_TEST(*hdfs_boolean_of(R"({"boolean":true})"));
  BOOST_TEST(!*hdfs_boolean_of("{\"boolean\": false}\r\n"));
  const auto file = hdfs_file_of(R"({"FileStatus":{"length":5,"pathSuffix":"","type":"FILE"}})");
  BOOST_REQUIRE(file);
  BOOST_TEST((file->bytes == 5U && !file->is_directory && file->name.empty()));
  const auto files = hdfs_files_of(R"({"FileStatuses":{"FileStatus":[{"length":0,"pathSuffix":"a b","type":"DIRECTORY"},{"length":7,"pathSuffix":"c","type":"FILE"}]}})");
  BOOST_REQUIRE((files && files->size() == 2U));
  BOOST_TEST(((*files)[0].name == "a b" && (*files)[0].is_directory && (*files)[1].bytes == 7U));
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_none) {
  for (const auto* body : {"", "{", "<html>", "[]", "7", R"({"boolean":1})", R"({"FileStatus":{"length":-1}})", R"({"FileStatuses":{"FileStatus":[{}]}})"}) {
    BOOST_TEST(hdfs_refusal_of(body).exception == "");
    BOOST_TEST(!hdfs_boolean_of(body));
    BOOST_TEST(!hdfs_file_of(body));
    BOOST_TEST(!hdfs_files_of(body));
  }
}

BOOST_AUTO_TEST_CASE(each_refusal_is_one_line) {
  BOOST_TEST(told_of(403, "AccessControlException", "Permission denied: user=weir")
             == "http://nn:9870 does not let this user write to /logs (403 AccessControlException): Permission denied: user=weir");
  BOOST_TEST(told_of(403, "SafeModeException", "Cannot create file.") == "http://nn:9870 is in safe mode and takes no writes (403 SafeModeException): Cannot create file");
  BOOST_TEST(told_of(403, "DSQuotaExceededException", "9 > 8").starts_with("http://nn:9870 takes no more bytes: the quota of the directory is used up (403"));
  BOOST_TEST(told_of(403, "InvalidToken", "is expired").starts_with("http://nn:9870 does not take the delegation token (403 InvalidToken)"));
  BOOST_TEST(told_of(403, "IOException", "/a could only be written to 0 of the 1 minReplication nodes").starts_with("http://nn:9870 has no data node with room for it (403 IOException)"));
  BOOST_TEST(hdfs_refusal_text(401, "<html>\nwell", "http://nn:9870", "look") == "http://nn:9870 does not take who asks (401)");
  BOOST_TEST(hdfs_refusal_text(404, "<html>", "http://nn:9870", "look") == "http://nn:9870 speaks no WebHDFS (404)");
  BOOST_TEST(told_of(500, "RuntimeException", "oh").starts_with("cannot write to /logs: http://nn:9870 answered (500 RuntimeException): oh"));
}

BOOST_AUTO_TEST_CASE(what_makes_no_path_is_told) {
  BOOST_TEST(problems_with({{"path", scalar("/logs/{tag}/%Y")}}).empty());
  BOOST_TEST(problems_with({{"path", scalar("/")}}).empty());
  BOOST_TEST(problems_with({{"path", scalar("logs/")}}).find("it does not begin with a slash") != std::string::npos);
  BOOST_TEST(problems_with({{"path", scalar("/logs/%T/")}}).find("it has a colon") != std::string::npos);
  BOOST_TEST(problems_with({{"path", scalar("/logs/../x")}}).find("it has a name of dots alone") != std::string::npos);
  BOOST_TEST(problems_with({{"path", scalar("/logs//x")}}).find("two slashes") != std::string::npos);
  BOOST_TEST(problems_with({{"path", scalar("/x")}, {"permission", scalar("rw")}}).find("octal") != std::string::npos);
  const auto twice = problems_with({{"path", scalar("/x")}, {"spnego", scalar("true")}, {"auth", map_of({{"user", scalar("weir")}})}});
  BOOST_TEST(twice.find("\"spnego\" says by itself who logs in") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
