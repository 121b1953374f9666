// What lies in a bucket, and what its server says: any bytes are an entry, a snapshot, an answer, or are none.
#include "actors/sinks/s3/answers.hpp"
#include "actors/sinks/objects/log_entry.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  if (const auto entry = decode_entry(bytes); entry && encode(*entry) != bytes) std::abort();
  if (const auto snapshot = decode_bucket_snapshot(bytes); snapshot && decode_bucket_snapshot(encode(*snapshot)) != snapshot) std::abort();
  for (const auto& key : xml_texts_of(bytes, "Key"))
    if (key.size() > size) std::abort();
  if (s3_refusal_text(403, bytes, "http://host", "write").find('\n') != std::string::npos) std::abort();
  return 0;
}
