#include "runtime/codec/forward_json.hpp"

#include "runtime/codec/json_packer.hpp"
#include "runtime/event/msgpack.hpp"

namespace weir {

auto json_document_finder::step(char byte) noexcept -> progress {
  using enum progress;
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (byte == '\\')
      escaped_ = true;
    else if (byte == '"')
      in_string_ = false;
    return incomplete;
  }
  if (byte == '"')
    in_string_ = true;
  else if (byte == '{' || byte == '[')
    ++depth_;
  else if ((byte == '}' || byte == ']') && --depth_ == 0)
    return complete;
  return depth_ == 0 ? malformed : incomplete;
}

auto json_document_finder::resume(std::string_view bytes) noexcept -> progress {
  if (depth_ == 0 && offset_ > 0) return progress::complete;
  while (offset_ < bytes.size()) {
    const auto found = step(bytes[offset_++]);
    if (found != progress::incomplete) return found;
  }
  return progress::incomplete;
}

auto json_to_msgpack(std::string_view document, byte_buffer& out) -> result<void> { return json_packer{}.append(document, out); }

void append_json_ack(byte_buffer& out, std::string_view chunk) {
  auto id = std::string_view{};
  if (!msgpack_reader{chunk}.str_or_bin(id)) return;
  out.append("{\"ack\":\"");
  for (const auto byte : id) {
    if (byte == '"' || byte == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(byte) >= 0x20) {
      out.push_back(byte);
      continue;
    }
    const auto code = static_cast<unsigned char>(byte);
    out.append("\\u00");
    out.push_back("0123456789abcdef"[code >> 4]);
    out.push_back("0123456789abcdef"[code & 15]);
  }
  out.append("\"}");
}

} // namespace weir
