/// Walks the bytes of a segment, record by record, and past what is damaged.
#pragma once

#include "runtime/log/file_window.hpp"
#include "runtime/log/record_format.hpp"

#include <cstdint>
#include <string>

namespace weir {

struct scanned {
  enum class kind {
    record,       ///< header and head are intact; see body_is_intact()
    damaged_head, ///< the header is intact, the head is not
    torn,         ///< the header is intact, but the file ends inside of the record
    junk,         ///< no header; up to the next one or the end of the file
    end,          ///< nothing but zeros is left
  };
  kind what = kind::end;
  std::uint64_t offset = 0;
  std::uint64_t end = 0; ///< of junk: behind the last byte that is not zero
  record_header header;  ///< not of junk and end
};

/// Total: any bytes are a valid file. Memory is bounded by the largest head, which is no larger than the
/// file.
class segment_scanner {
public:
  struct place {
    std::uint64_t begin = 0;
    std::uint64_t end = 0; ///< of the file
  };
  segment_scanner(const file& of, const segment_identity& identity, place where, std::size_t step);

  /// Errors are the file's.
  auto next() -> result<scanned>;
  /// As next(), but the head is not read and may be damaged.
  auto next_header() -> result<scanned>;
  /// Of the record that next() returned last.
  auto head() const -> const std::string& { return head_; }
  /// Reads its body against the checksum of the chunk in its head.
  auto body_is_intact(const scanned& record) -> result<bool>;

private:
  auto skip_junk() -> result<scanned>;
  auto is_record_at(std::uint64_t offset, std::string_view bytes) const -> bool;

  file_window window_;
  segment_identity identity_;
  std::uint64_t at_;
  std::uint64_t size_;
  std::string head_;
};

} // namespace weir
