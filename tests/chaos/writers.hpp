/// The threads that write the streams.
#pragma once

#include "tests/chaos/client_stream.hpp"
#include "tests/chaos/file_stream.hpp"
#include "tests/chaos/site.hpp"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace weir::chaos {

class writers {
public:
  writers(const options& given, site& at, randomness& random);
  ~writers();
  writers(const writers&) = delete;
  auto operator=(const writers&) -> writers& = delete;

  void start();
  /// Nothing new while held; clients still wait for their acks.
  void hold(bool held) { held_ = held; }
  void request_stop() { stop_.request_stop(); }
  /// Without `give_up` only when every message was acked.
  void join(bool give_up);

  auto has_failed() const -> bool { return failed_; }
  struct figures {
    std::uint64_t messages = 0; ///< of forward clients
    std::uint64_t resent = 0;
    std::uint64_t unacked = 0;
    std::uint64_t wrong_acks = 0;
  };
  auto seen() const -> figures;
  /// After join().
  auto problems() const -> std::vector<std::string>;

private:
  using job = std::function<result<void>(std::stop_token stop, std::stop_token give_up)>;
  void add(job run);

  std::vector<std::unique_ptr<file_stream>> files_;
  std::vector<std::unique_ptr<client_stream>> clients_;
  std::atomic<bool> held_{false};
  std::atomic<bool> failed_{false};
  std::stop_source stop_, give_up_;
  std::vector<std::string> problems_; ///< of each thread
  std::vector<std::thread> threads_;
};

} // namespace weir::chaos
