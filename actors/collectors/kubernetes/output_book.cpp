#include "actors/collectors/kubernetes/output_book.hpp"

#include "actors/collectors/kubernetes/pod_rules.hpp"

#include <filesystem>

namespace weir {
namespace {

/// More than a node has containers; behind that all are found out anew.
constexpr auto containers_known_max = std::size_t{4096};
constexpr auto parser_names_max = std::size_t{64};

} // namespace

output_book::output_book(const kubernetes_settings& settings, std::string node, metadata_feed& feed)
    : settings_(settings), wanted_(wanted_of(settings)), node_(std::move(node)), feed_(feed) {}

auto output_book::of(std::string_view path, std::string_view place) -> known_container& {
  path_.assign(path);
  auto found = all_.find(path_);
  if (found == all_.end()) {
    if (all_.size() >= containers_known_max) all_.clear();
    found = all_.try_emplace(path_).first;
    found->second.place = placed(path, place);
    refresh(found->second);
  } else if (found->second.version != feed_.cache().version()) {
    refresh(found->second);
  }
  return found->second;
}

auto output_book::placed(std::string_view path, std::string_view place) const -> pod_place {
  auto made = pod_place_of(path, place).value_or(pod_place{});
  if (!made.uid.empty()) return made;
  // Files of Docker's are behind two links, the first of which tells.
  auto problem = std::error_code{};
  const auto next = std::filesystem::read_symlink(path, problem);
  if (!problem) made = pod_place_of(path, next.string()).value_or(std::move(made));
  return made;
}

void output_book::refresh(known_container& c) {
  auto& cache = feed_.cache();
  const auto* pod = cache.find(c.place);
  c.version = cache.version();
  c.uid = pod != nullptr ? pod->uid : std::string{};
  c.tag = tag_of_container(settings_.tag, c.place, node_);
  c.fields = fields_of_container(c.place, {pod, cache.labels_of_space(c.place.space), node_, settings_.metadata}, wanted_);
  const auto none = pod_metadata{};
  for (auto i = std::size_t{0}; i < c.outputs.size(); ++i)
    c.outputs[i] = output_of(pod != nullptr ? *pod : none, c, i == 0 ? "stdout" : "stderr");
}

auto output_book::output_of(const pod_metadata& pod, const known_container& c, std::string_view stream) -> container_output {
  const auto of = output_place{c.place.container, stream};
  const auto parser = annotation_of(pod.annotations, "parser", of);
  return {is_excluded(pod.annotations, of) || (settings_.only_included && !is_included(pod.annotations)),
          parser ? parser_of(*parser) : nullptr};
}

auto output_book::parser_of(std::string_view name) -> line_parser* {
  if (const auto known = parsers_.find(name); known != parsers_.end()) return known->second.get();
  if (parsers_.size() >= parser_names_max) return nullptr;
  auto& made = parsers_[std::string{name}];
  if (const auto format = format_of_annotation(name))
    made = std::move(*make_parser({.format = *format}));
  else
    complaints_.push_back("an annotation asks for the parser \"" + std::string{name}.substr(0, 64) + "\", and there is none; its lines stay as they are");
  return made.get();
}

} // namespace weir
