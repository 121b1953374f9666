/// The docker source's settings.
#pragma once

#include "config/settings.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace weir {

enum class docker_start { beginning, end };

constexpr auto names_of(docker_start*) {
  return std::array<std::pair<std::string_view, docker_start>, 2>{
      {{"beginning", docker_start::beginning}, {"end", docker_start::end}}};
}

struct docker_settings {
  std::string path = "/var/lib/docker/containers";
  std::string socket = "/var/run/docker.sock";
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  config::string_map include_labels;
  config::string_map exclude_labels;
  std::vector<std::string> label_fields{"*"};
  std::string tag = "docker.{name}";
  docker_start start = docker_start::beginning;
  byte_count max_line{1 << 20};
  bool join_pieces = true;
};

template <class Visitor> void describe(Visitor& v, docker_settings& s) {
  v.field("path", s.path, "The engine's directory of containers; in each ID-json.log and config.v2.json.");
  v.field("socket", s.socket, "Where to ask the engine about a container whose config.v2.json cannot be read; empty: nowhere.");
  v.field("include", s.include, "Names of containers to read, with * and ?; default: all.");
  v.field("exclude", s.exclude, "Names of those to leave out.");
  v.field("include_labels", s.include_labels, "Only containers with all of these labels; values with * and ?.");
  v.field("exclude_labels", s.exclude_labels, "No containers with any of these.");
  v.field("label_fields", s.label_fields, "Which labels become fields, under labels; with * and ?.");
  v.field("tag", s.tag, "{name}, {id} and {image} are the container's.");
  v.field("start", s.start, "Where to begin with logs that are there at the first start.");
  v.field("max_line", s.max_line, "Longer lines of the log file are delivered in pieces, which do not parse.");
  v.field("join_pieces", s.join_pieces, "Lines that the engine has split are joined.");
}

void validate(const docker_settings& settings, config::settings_reader& reader);

} // namespace weir
