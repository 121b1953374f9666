// What WebHDFS and HttpFS say: any bytes are an answer, or are none.
#include "actors/sinks/hdfs/answers.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  (void)hdfs_boolean_of(bytes);
  (void)hdfs_file_of(bytes);
  if (const auto files = hdfs_files_of(bytes); files && files->size() > size) std::abort();
  if (hdfs_refusal_text(403, bytes, "http://host", "write").find('\n') != std::string::npos) std::abort();
  return 0;
}
