#include "runtime/parser/container_piece.hpp"

#include "runtime/parser/parser_settings.hpp"

namespace weir {
namespace {

/// The word before the next blank, which goes with it.
auto take_head_word(std::string_view& line) -> std::string_view {
  const auto blank = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, blank);
  line.remove_prefix(std::min(blank + 1, line.size()));
  return word;
}

auto is_output_stream(std::string_view name) -> bool { return name == "stdout" || name == "stderr"; }

} // namespace

auto container_pieces::make(const clock& now) -> result<container_pieces> {
  WEIR_TRY(auto times, time_parser::compile("iso8601", {}, now));
  WEIR_TRY(auto json, make_parser({.format = line_format::json}, now));
  return container_pieces{std::move(times), std::move(json)};
}

auto container_pieces::split(std::string_view line) -> std::optional<container_piece> {
  return line.starts_with('{') ? split_docker(line) : split_cri(line);
}

auto container_pieces::split_cri(std::string_view line) const -> std::optional<container_piece> {
  const auto time = take_head_word(line);
  const auto stream = take_head_word(line);
  const auto flags = take_head_word(line);
  const auto flag = flags.substr(0, flags.find(':'));
  if (!is_output_stream(stream) || (flag != "F" && flag != "P")) return std::nullopt;
  const auto time_ns = times_.parse(time);
  if (!time_ns) return std::nullopt;
  return container_piece{*time_ns, stream, line, flag == "P"};
}

auto container_pieces::split_docker(std::string_view line) -> std::optional<container_piece> {
  fields_.clear();
  auto write = msgpack_writer{fields_};
  const auto parsed = json_->parse(line, write);
  auto piece = container_piece{};
  auto time = std::string_view{};
  auto read = msgpack_reader{fields_.view()};
  auto has_log = false;
  for (auto left = parsed.ok() ? parsed.fields : 0; left > 0; --left) {
    auto key = std::string_view{};
    auto text = std::string_view{};
    if (!read.str(key)) return std::nullopt;
    if (!read.str(text) && !read.skip()) return std::nullopt;
    if (key == "log") piece.text = text, has_log = true;
    if (key == "stream") piece.stream = text;
    if (key == "time") time = text;
  }
  const auto time_ns = times_.parse(time);
  if (!has_log || !time_ns || !is_output_stream(piece.stream)) return std::nullopt;
  piece.time_ns = *time_ns;
  piece.is_partial = !piece.text.ends_with('\n');
  if (!piece.is_partial) piece.text.remove_suffix(1);
  return piece;
}

} // namespace weir
