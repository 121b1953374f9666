#include "actors/collectors/kubernetes/pod_place.hpp"

namespace weir {
namespace {

/// What is behind the last `separator`; `text` keeps what is before it. All of it if there is none.
auto take_last(std::string_view& text, char separator) -> std::string_view {
  const auto at = text.rfind(separator);
  const auto last = at == std::string_view::npos ? text : text.substr(at + 1);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(0, at);
  return last;
}

auto is_complete(const pod_place& p) -> bool { return !p.pod.empty() && !p.space.empty() && !p.container.empty(); }

auto place_by_link(std::string_view path) -> std::optional<pod_place> {
  auto name = take_last(path, '/');
  if (!name.ends_with(".log")) return std::nullopt;
  name.remove_suffix(4);
  auto made = pod_place{};
  auto container = take_last(name, '_');
  made.container_id = take_last(container, '-');
  made.container = container;
  made.space = take_last(name, '_');
  made.pod = name;
  return is_complete(made) ? std::optional{std::move(made)} : std::nullopt;
}

auto place_by_directories(std::string_view path) -> std::optional<pod_place> {
  if (take_last(path, '/').find(".log") == std::string_view::npos) return std::nullopt;
  auto made = pod_place{};
  made.container = take_last(path, '/');
  auto directory = take_last(path, '/');
  made.uid = take_last(directory, '_');
  made.pod = take_last(directory, '_');
  made.space = directory;
  return is_complete(made) ? std::optional{std::move(made)} : std::nullopt;
}

} // namespace

auto pod_place_of(std::string_view link, std::string_view place) -> std::optional<pod_place> {
  auto by_link = place_by_link(link);
  auto by_place = place_by_directories(place.empty() ? link : place);
  if (!by_link) return by_place;
  // Docker's files lie elsewhere, under names of their own.
  const auto is_same = by_place && by_place->pod == by_link->pod && by_place->space == by_link->space;
  if (is_same) by_link->uid = by_place->uid;
  return by_link;
}

} // namespace weir
