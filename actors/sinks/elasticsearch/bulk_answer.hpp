/// What _bulk answers: one outcome for each document, in the order of the request.
#pragma once

#include "runtime/base/result.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct bulk_item_answer {
  int status = 0;          ///< 0: it says none
  std::string_view type;   ///< of the error; empty: there is none
  std::string_view reason; ///< of the error
  std::string_view index;  ///< where it went; empty if that was not asked for
};

/// The parts of an answer that are looked at: no request needs more, and positions stay.
inline constexpr auto bulk_filter = std::string_view{"errors,items.*.status,items.*.error.type,items.*.error.reason"};

/// Keeps its memory from one answer to the next.
class bulk_answer_reader {
public:
  bulk_answer_reader();
  ~bulk_answer_reader();

  /// Until the next call. Total: errc::malformed for what is no answer of _bulk.
  auto read(std::string_view body) -> result<std::span<const bulk_item_answer>>;

private:
  struct memory;
  std::unique_ptr<memory> memory_;
  std::vector<bulk_item_answer> items_;
};

/// The error of a whole request, as "type: reason"; what the body begins with if it is none of these.
auto error_text_of(std::string_view body) -> std::string;

enum class bulk_outcome {
  stored,
  known,         ///< it was stored by an earlier write
  refused,       ///< this document is never taken
  later,         ///< the server has too much to do, or a part of it is away
  blocked,       ///< nothing is taken until somebody does something: a full disk, a limit of the cluster
  write_blocked, ///< somebody has made the index read-only
  no_index,      ///< it is missing, and not made by itself, or closed
  stopped,       ///< settings are wrong: rights, a pipeline
  unknown,       ///< it says nothing that is understood
};

auto outcome_of(const bulk_item_answer& item) -> bulk_outcome;

/// "type: reason" without what is of one document alone, so that reasons stay few.
auto reason_of(const bulk_item_answer& item) -> std::string;

} // namespace weir
