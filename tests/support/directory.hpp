/// A directory of a test's own, and the programs that look into it.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace weir::test {

class temporary_directory {
public:
  temporary_directory() {
    auto name = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~temporary_directory() {
    auto ignored = std::error_code{};
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  auto operator=(const temporary_directory&) -> temporary_directory& = delete;
  auto operator/(const std::string& name) const -> std::string { return path_ + '/' + name; }
  auto path() const -> const std::string& { return path_; }

private:
  std::string path_;
};

inline auto content_of(const std::string& path) -> std::string {
  auto file = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// What a shell command prints on stdout.
inline auto output_of(const std::string& command) -> std::string {
  auto* pipe = ::popen(command.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  auto text = std::string{};
  char block[65536];
  for (auto size = std::fread(block, 1, sizeof block, pipe); size > 0;
       size = std::fread(block, 1, sizeof block, pipe))
    text.append(block, size);
  ::pclose(pipe);
  return text;
}

} // namespace weir::test
