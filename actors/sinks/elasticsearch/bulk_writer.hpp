/// Brings the documents of a commit into the server: in requests that it takes, and again what it did not take yet.
#pragma once

#include "actors/sinks/elasticsearch/bulk_answer.hpp"
#include "actors/sinks/elasticsearch/bulk_batch.hpp"
#include "actors/sinks/elasticsearch/search_api.hpp"
#include "actors/sinks/network/overload_pace.hpp"
#include "runtime/os/clock.hpp"

#include <string>
#include <vector>

namespace weir {

struct bulk_writer_settings {
  std::string path; ///< /_bulk with its query
  compression compress = compression::gzip;
  duration patience = std::chrono::seconds{60}; ///< how long it repeats what is to come later
  bool create = true;                           ///< indices that are missing
  bool is_one_index = false;                    ///< all events go to one, which should be mended if it is not well
  rolling_indices rolling = {};                 ///< what `is_one_index` stands for, if it is a name for several
};

/// What is learned of how many bytes of a request the server takes; it lasts longer than a writer.
auto request_pace() -> overload_pace;

/// One thread's; blocks.
class bulk_writer {
public:
  bulk_writer(bulk_writer_settings settings, http_client& client, overload_pace& pace, const class clock& clock);

  /// Until each document that waits is stored, known or refused; the latter are added to `refused`. After an error
  /// some may be stored.
  auto write(bulk_batch& batch, std::vector<refusal>& refused) -> result<void>;
  /// Whether something was sent since write() began.
  auto has_sent() const -> bool { return has_sent_; }
  /// Whether the name that all go to has got another index since.
  auto is_behind_a_rollover() const -> bool { return !settings_.rolling.older.empty(); }

private:
  struct slice {
    std::size_t first; ///< of waiting_
    std::size_t end;
    std::string_view lines;
  };
  auto next_slice(const bulk_batch& batch, std::size_t first) -> slice;
  auto send_all(bulk_batch& batch) -> result<void>;
  auto pause() -> result<void>;
  auto send(bulk_batch& batch, const slice& s) -> result<void>;
  auto take_answer(bulk_batch& batch, const slice& s, const http_answer& answer) -> result<void>;
  auto take_refusal(bulk_batch& batch, const slice& s, const http_answer& answer) -> result<void>;
  auto take_items(bulk_batch& batch, const slice& s, std::span<const bulk_item_answer> items) -> result<void>;
  auto take_item(bulk_batch& batch, std::uint32_t number, const bulk_item_answer& item) -> result<void>;
  auto take_missing_index(bulk_batch& batch, std::uint32_t number, const bulk_item_answer& item) -> result<void>;
  /// Not where an event of now goes.
  auto is_of_another_time(bulk_batch& batch, const bulk_index& index) const -> bool;
  void refuse_one(bulk_batch& batch, std::uint32_t number, std::string reason);
  void repeat(const slice& s);
  void repeat_in_halves(const slice& s);
  auto take_back_what_came_twice(bulk_batch& batch) -> result<void>;

  bulk_writer_settings settings_;
  http_client& client_;
  search_api api_;
  const class clock& clock_;
  overload_pace& pace_;
  std::size_t events_max_ = 0; ///< of a request
  bulk_answer_reader reader_;
  monotonic_time deadline_{};
  bool has_sent_ = false;
  bool is_overloaded_ = false;
  std::string problem_;                ///< why something waits
  std::vector<std::uint32_t> waiting_; ///< documents by their number
  std::vector<std::uint32_t> again_;
  std::vector<std::uint32_t> moved_;   ///< that went to an index behind `rolling.newest`
  std::string moved_to_;
  std::vector<std::string> made_;      ///< indices, in this write()
  std::vector<refusal>* refused_ = nullptr;
  byte_buffer lines_;
};

} // namespace weir
