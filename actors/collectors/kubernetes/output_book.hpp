/// What the source knows of each container whose log it reads: how its records look and what is to become of them.
#pragma once

#include "actors/collectors/kubernetes/metadata_feed.hpp"
#include "actors/collectors/kubernetes/pod_place.hpp"
#include "actors/collectors/kubernetes/settings.hpp"
#include "runtime/parser/parser.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace weir {

struct container_output {
  bool is_excluded = false;
  line_parser* parser = nullptr; ///< null: the text stays what it is
};

struct known_container {
  pod_place place;
  std::string uid; ///< by which the pod is known; empty: it is not
  std::string tag;
  std::string fields; ///< the value of `kubernetes`
  std::array<container_output, 2> outputs; ///< stdout, stderr
  std::optional<monotonic_time> known_by;  ///< until then its metadata is waited for
  std::uint64_t version = 0;

  auto output(std::string_view stream) const -> const container_output& { return outputs[stream == "stderr" ? 1 : 0]; }
};

class output_book {
public:
  output_book(const kubernetes_settings& settings, std::string node, metadata_feed& feed);
  /// By the path of its link and the place of its file, as of now. Valid until the next call.
  auto of(std::string_view path, std::string_view place) -> known_container&;
  /// Names of parsers that annotations asked for and nobody has, since the last call.
  auto take_complaints() -> std::vector<std::string> { return std::exchange(complaints_, {}); }

private:
  auto placed(std::string_view path, std::string_view place) const -> pod_place;
  void refresh(known_container& c);
  auto output_of(const pod_metadata& pod, const known_container& c, std::string_view stream) -> container_output;
  auto parser_of(std::string_view name) -> line_parser*;

  kubernetes_settings settings_;
  wanted_metadata wanted_;
  std::string node_;
  metadata_feed& feed_;
  std::unordered_map<std::string, known_container> all_; ///< by path
  std::map<std::string, std::unique_ptr<line_parser>, std::less<>> parsers_; ///< null: there is none of the name
  std::string path_;
  std::vector<std::string> complaints_;
};

} // namespace weir
