/// Certificates that a test makes with the openssl command: an authority's and those of others.
#pragma once

#include "runtime/net/tls_files.hpp"
#include "tests/support/directory.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

namespace weir::test {

struct certificates {
  temporary_directory at;
  bool are_made = run("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout " + key("authority") + " -out "
                      + file("authority"));

  static auto run(const std::string& words) -> bool {
    return std::system(("openssl " + words + " >/dev/null 2>&1").c_str()) == 0;
  }
  auto file(const std::string& name) const -> std::string { return at / (name + ".pem"); }
  auto key(const std::string& name) const -> std::string { return at / (name + ".key"); }
  /// Of the name `host`, signed by `by`.
  auto make(const std::string& name, const std::string& host, const std::string& by = "authority") const
      -> net::tls_settings {
    std::ofstream{at / (name + ".ext")} << "subjectAltName=DNS:" << host << ",IP:127.0.0.1\n";
    BOOST_TEST_REQUIRE(run("req -newkey rsa:2048 -nodes -subj /CN=" + host + " -keyout " + key(name) + " -out "
                           + (at / (name + ".csr"))));
    BOOST_TEST_REQUIRE(run("x509 -req -days 2 -in " + (at / (name + ".csr")) + " -CA " + file(by) + " -CAkey " + key(by)
                           + " -CAcreateserial -extfile " + (at / (name + ".ext")) + " -out " + file(name)));
    return {file(name), key(name), file("authority")};
  }
};

inline auto context_of(const net::tls_settings& files) -> std::shared_ptr<net::tls_context> {
  auto loaded = net::tls_context::load(files);
  BOOST_TEST_REQUIRE(static_cast<bool>(loaded), (loaded ? "" : loaded.failure().what));
  return std::move(*loaded);
}

inline auto files_of(const net::tls_settings& files) -> std::shared_ptr<net::tls_files> {
  auto opened = net::tls_files::open(files);
  BOOST_TEST_REQUIRE(static_cast<bool>(opened), (opened ? "" : opened.failure().what));
  return std::move(*opened);
}

} // namespace weir::test
