#include "actors/collectors/http/bodies.hpp"

#include "runtime/codec/forward_json.hpp"

#include <algorithm>

namespace weir {

auto append_text_field(msgpack_writer& to, std::string_view name, std::string_view text) -> std::uint32_t {
  if (text.empty()) return 0;
  to.str(name);
  to.str(text);
  return 1;
}

auto append_fields_of(msgpack_writer& to, std::string_view map) -> std::uint32_t {
  auto read = msgpack_reader{map};
  auto count = std::uint32_t{0};
  if (!read.map(count)) return 0;
  const auto* const begin = read.at();
  for (auto left = std::uint64_t{2} * count; left > 0; --left)
    if (!read.skip()) return 0;
  to.raw({begin, static_cast<std::size_t>(read.at() - begin)});
  return count;
}

auto text_field(std::string_view map, std::string_view name) -> std::string_view {
  auto text = std::string_view{};
  const auto value = find_field(map, name);
  if (!value.empty()) (void)msgpack_reader{value}.str_or_bin(text);
  return text;
}

auto is_msgpack_map(std::string_view value) -> bool { return msgpack_reader{value}.peek() == msgpack_type::map; }

auto for_each_map(std::string_view value, const std::function<bool(std::string_view)>& use) -> bool {
  auto read = msgpack_reader{value};
  auto count = std::uint32_t{1};
  if (read.peek() == msgpack_type::array && !read.array(count)) return false;
  for (; count > 0; --count) {
    auto one = std::string_view{};
    if (!read.value(one) || !is_msgpack_map(one) || !use(one)) return false;
  }
  return read.at_end();
}

void for_each_line(std::string_view text, const std::function<void(std::string_view)>& use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) use(line);
  }
}

auto json_sequence::next() -> result<std::string_view> {
  const auto skip_blanks = [this] {
    const auto first = rest_.find_first_not_of(is_in_list_ ? " \t\r\n," : " \t\r\n");
    rest_.remove_prefix(std::min(first, rest_.size()));
  };
  skip_blanks();
  if (!is_in_list_ && rest_.starts_with('[')) {
    is_in_list_ = true;
    rest_.remove_prefix(1);
    skip_blanks();
  }
  if (is_in_list_ && rest_.starts_with(']')) {
    is_in_list_ = false;
    rest_.remove_prefix(1);
    skip_blanks();
  }
  if (rest_.empty() && is_in_list_) return error{errc::malformed, "a list is not closed"};
  if (rest_.empty()) return std::string_view{};
  auto finder = json_document_finder{};
  if (rest_.front() != '{' || finder.resume(rest_) != json_document_finder::progress::complete)
    return error{errc::malformed, "wanted a JSON object"};
  const auto document = rest_.substr(0, finder.size());
  rest_.remove_prefix(document.size());
  return document;
}

} // namespace weir
