/// Brings the events of a commit to a server that takes or refuses a request as a whole.
//
//  A request that is refused is sent again in halves, until the events that are to blame stand alone: these are refused, with what
//  the server said of them. A request that is too large is sent in halves too, and none is as large again. One that is to come
//  later comes again after a pause, smaller if the server has too much to do, as long as patience lasts.
#pragma once

#include "actors/sinks/http/client.hpp"
#include "actors/sinks/http/event_pile.hpp"
#include "actors/sinks/network/overload_pace.hpp"
#include "actors/sinks/network/stored_before.hpp"
#include "runtime/os/clock.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A request as its store makes it; its memory is used again.
struct event_request {
  std::string path;
  std::string_view content_type;
  std::vector<std::string> headers;
  byte_buffer body;
};

struct answer_verdict {
  enum class meaning {
    stored,
    refused,   ///< some event of it will never be taken
    too_large, ///< fewer of its events may be taken
    later,     ///< the server has too much to do
    stopped,   ///< nothing is taken until somebody does something, or until a while has passed
  };
  meaning is = meaning::stopped;
  std::string why = {}; ///< unless stored; of a refusal: without what is of one event alone
  std::uint64_t lost = 0; ///< of what is stored: so many events are refused, and nobody knows which
};

/// Of an answer that is neither success nor the fault of an event: later, if the server has too much to do, else stopped. `said`: by
/// the server, in a few words.
auto verdict_of_failure(const http_answer& answer, std::string_view said) -> answer_verdict;

/// What a store knows of its server's requests and answers.
class request_form {
public:
  virtual ~request_form() = default;
  /// `digits`: what a repetition of the request has again.
  virtual void make(const event_pile& pile, piece_numbers pieces, const std::string& digits, event_request& out) = 0;
  virtual auto judge(const http_answer& answer) -> answer_verdict = 0;
};

/// A request without events, to each endpoint: a sentence for each that does not take it. For servers that such a request changes
/// nothing of, and that want the same rights for it as for any.
auto problems_of_empty_request(http_client& client, request_form& form) -> std::vector<std::string>;

struct event_delivery_settings {
  std::string_view method = "POST";
  compression compress = compression::none;
  duration patience = std::chrono::seconds{60}; ///< how long it repeats what is to come later
  std::uint64_t bytes_max = std::uint64_t{4} << 20; ///< of a request's events
  /// Requests are cut the same way whenever their events come again, also by another process: none has events of several chunks,
  /// and an overload makes none smaller.
  bool keeps_cuts = false;
};

/// Its patience is that for one answer.
auto delivery_settings_of(const http_settings& s, compression compress, byte_count bytes_max) -> event_delivery_settings;

/// One thread's; blocks. It outlives the commits of its store.
class event_delivery {
public:
  event_delivery(const event_delivery_settings& settings, http_client& client, request_form& form, const class clock& clock);

  /// Until each event of the piles is stored or refused. After an error some may be stored: they are known when their chunks come
  /// again.
  auto deliver(const commit_batch& batch, std::span<const event_pile> piles, committed& done) -> result<void>;

  /// What requests have lost since this was asked last.
  struct loss {
    std::uint64_t events = 0;
    std::string why; ///< of the last one
  };
  auto take_lost() -> loss { return std::exchange(lost_, {}); }

private:
  auto deliver_all(std::span<const event_pile> piles) -> result<void>;
  auto deliver_pile(const event_pile& pile) -> result<void>;
  auto end_of_part(const event_pile& pile, std::size_t first) const -> std::size_t;
  auto send(const event_pile& pile, piece_numbers pieces) -> result<void>;
  auto send_halves(const event_pile& pile, piece_numbers pieces) -> result<void>;
  auto ask(const event_pile& pile, piece_numbers pieces) -> result<http_answer>;
  auto take(const event_pile& pile, piece_numbers pieces, const http_answer& answer) -> result<answer_verdict>;
  /// What an earlier commit that failed had stored, all of it.
  auto is_known(const event_pile& pile, piece_numbers pieces) const -> bool;
  void note_stored(const event_pile& pile, piece_numbers pieces, const answer_verdict& verdict);
  void refuse_all(const event_pile& pile, piece_numbers pieces, const std::string& why);
  auto pause() -> result<void>;

  event_delivery_settings settings_;
  http_client& client_;
  request_form& form_;
  const class clock& clock_;
  overload_pace pace_;
  stored_before before_;
  std::vector<event_ref> stored_; ///< in this commit
  event_request request_;
  monotonic_time deadline_{};
  std::string problem_; ///< why something waits
  loss lost_;
  std::vector<std::uint32_t> waiting_;
  std::vector<event_ref> events_;
  const commit_batch* batch_ = nullptr;
  committed* done_ = nullptr;
};

} // namespace weir
