/// Whatever happens to the files: no crash, no event that was not appended, the damage counted.
#include "runtime/base/crc32c.hpp"
#include "runtime/log/record_format.hpp"
#include "runtime/log/recovery.hpp"
#include "tests/runtime/log/log_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

#include <boost/test/data/test_case.hpp>
#include <spdlog/spdlog.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

const auto cursors = std::string{log_path} + "/cursors";

auto segment_path(std::uint64_t segment) -> std::string {
  return std::string{log_path} + '/' + segment_name(segment);
}

/// What an opened log handed out, checked against what was appended.
struct outcome {
  std::set<std::uint64_t> handed_out;
  chunk_log_figures figures;
};

struct damage_fixture : log_fixture {
  std::uint64_t last = 0;

  damage_fixture() { spdlog::set_level(spdlog::level::off); }
  ~damage_fixture() { spdlog::set_level(spdlog::level::info); }

  /// A log of so many chunks in some segments, all on the device and closed.
  void make_log(std::uint64_t chunks, std::size_t bytes = 100, std::size_t segment_bytes = 4096) {
    auto settings = log_settings();
    settings.segment_bytes = segment_bytes;
    open(settings);
    append_synced(1, chunks, bytes);
    last = chunks;
    log.reset();
  }
  auto segments() const -> std::vector<std::string> {
    auto all = files.paths();
    std::erase_if(all, [](const std::string& path) { return !path.ends_with(".log"); });
    return all;
  }

  /// Opens a copy of the directory after `damage`, reads it, appends, opens again, and compares.
  auto try_with(const std::function<void(memory_file_system&)>& damage) -> outcome {
    const auto copy = files.copy();
    damage(*copy);
    auto seen = outcome{};
    open(*copy, log_settings());
    for (const auto& c : drain()) {
      BOOST_REQUIRE(c->id.sequence <= last);
      BOOST_REQUIRE(bytes_of(*c) == bytes_of(*make_chunk(c->id.sequence, c->body.size())));
      BOOST_REQUIRE(log->seen().contains(c->id));
      BOOST_REQUIRE(seen.handed_out.insert(c->id.sequence).second);
    }
    seen.figures = log->figures();
    BOOST_REQUIRE(seen.figures.unsettled_chunks == seen.handed_out.size());
    append(last + 1);
    sync();
    copy->crash(1, memory_file_system::survival::lose);
    open(*copy, log_settings());
    auto again = std::set<std::uint64_t>{};
    for (const auto& c : drain()) again.insert(c->id.sequence);
    auto expected = seen.handed_out;
    expected.insert(last + 1);
    BOOST_REQUIRE(again == expected);
    log.reset();
    return seen;
  }
  auto lost(const outcome& seen) const -> std::uint64_t { return last - seen.handed_out.size(); }
};

auto with_flipped_bit(std::string bytes, std::size_t at) -> std::string {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
  return bytes;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(damage_suite, damage_fixture)

BOOST_AUTO_TEST_CASE(an_unharmed_log_is_handed_out_whole) {
  make_log(40);
  const auto seen = try_with([](auto&) {});
  BOOST_TEST(lost(seen) == 0);
  BOOST_TEST(seen.figures.damaged_records == 0);
  BOOST_TEST(seen.figures.cut_tails == 0);
}

BOOST_AUTO_TEST_CASE(the_last_record_cut_at_any_byte_is_the_only_one_lost) {
  make_log(5);
  const auto path = segments().back();
  const auto whole = files.content(path);
  const auto end = whole.find_last_not_of('\0') + 1;
  const auto begin = whole.rfind("WRec");
  BOOST_REQUIRE(begin != std::string::npos);
  for (auto size = begin; size < end; ++size) {
    const auto seen = try_with([&](auto& on) { on.set_content(path, whole.substr(0, size)); });
    BOOST_TEST(lost(seen) == 1);
    BOOST_TEST(seen.figures.cut_tails == (size == begin ? 0 : 1));
    BOOST_TEST(seen.figures.damaged_records == 0);
  }
  // As after a power cut: the rest of the file is zeros.
  for (auto size = begin; size < end; size += 7) {
    const auto seen = try_with([&](auto& on) {
      on.set_content(path, whole.substr(0, size) + std::string(whole.size() - size, '\0'));
    });
    BOOST_TEST(lost(seen) == 1);
    BOOST_TEST(seen.figures.cut_tails == (size == begin ? 0 : 1));
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_costs_at_most_the_record_it_is_in) {
  make_log(60, 50);
  BOOST_TEST(segments().size() > 2);
  for (const auto& path : segments()) {
    const auto whole = files.content(path);
    const auto end = whole.find_last_not_of('\0') + 1;
    for (auto at = std::size_t{0}; at < std::min(end + 16, whole.size()); ++at) {
      const auto seen = try_with([&](auto& on) { on.set_content(path, with_flipped_bit(whole, at)); });
      BOOST_TEST_CONTEXT(path << " byte " << at) {
        BOOST_REQUIRE(lost(seen) <= 1);
        BOOST_REQUIRE(lost(seen) <= seen.figures.damaged_records + seen.figures.cut_tails);
        BOOST_REQUIRE(seen.figures.damaged_records + seen.figures.cut_tails <= 1);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_the_cursors_only_sends_again) {
  make_log(5);
  open();
  log->settle(0, 1);
  log.reset();
  const auto whole = files.content(cursors);
  for (auto at = std::size_t{0}; at < whole.size(); ++at) {
    const auto seen = try_with([&](auto& on) { on.set_content(cursors, with_flipped_bit(whole, at)); });
    BOOST_TEST(lost(seen) == 0);
  }
  for (auto size = std::size_t{0}; size < whole.size(); ++size) {
    const auto seen = try_with([&](auto& on) { on.set_content(cursors, whole.substr(0, size)); });
    BOOST_TEST(lost(seen) == 0);
  }
}

BOOST_AUTO_TEST_CASE(pages_of_zeros_cost_the_records_in_them) {
  make_log(60, 50);
  constexpr auto page = std::size_t{512};
  for (const auto& path : segments()) {
    const auto whole = files.content(path);
    for (auto at = std::size_t{0}; at < whole.size(); at += page) {
      auto zeroed = whole;
      zeroed.replace(at, page, std::min(page, whole.size() - at), '\0');
      const auto seen = try_with([&](auto& on) { on.set_content(path, zeroed); });
      BOOST_TEST_CONTEXT(path << " page at " << at) {
        BOOST_REQUIRE(lost(seen) <= 4);
        if (lost(seen) > 0) BOOST_REQUIRE(seen.figures.damaged_records + seen.figures.cut_tails > 0);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(random_bytes_over_a_log_never_invent_an_event) {
  make_log(60, 50);
  auto dice = std::uint64_t{1};
  const auto roll = [&] { return dice = dice * 6364136223846793005U + 1442695040888963407U, dice >> 33; };
  for (auto round = 0; round < 300; ++round) {
    try_with([&](auto& on) {
      for (const auto& path : segments()) {
        auto bytes = files.content(path);
        for (auto hits = roll() % 4; hits > 0; --hits)
          for (auto at = roll() % bytes.size(), left = roll() % 200; left > 0 && at < bytes.size(); --left)
            bytes[at++] = static_cast<char>(roll());
        on.set_content(path, bytes);
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_set_aside_with_its_bytes) {
  make_log(10, 300, 65536);
  const auto path = segments().front();
  const auto whole = files.content(path);
  const auto body = whole.find(std::string{make_chunk(4, 300)->body.view()});
  BOOST_REQUIRE(body != std::string::npos);
  const auto damaged = with_flipped_bit(whole, body + 50);
  files.set_content(path, damaged);
  open();
  BOOST_TEST(log->figures().damaged_records == 1);
  BOOST_TEST(!log->seen().contains({7, 4})); // so that a collector that can still read it sends it again
  const auto paths = files.paths();
  const auto aside = std::find_if(paths.begin(), paths.end(), [](const std::string& p) {
    return p.find("/quarantine/") != std::string::npos;
  });
  BOOST_REQUIRE(aside != paths.end());
  const auto kept = files.content(*aside);
  BOOST_TEST(kept.find(damaged.substr(body, 300)) != std::string::npos);
  auto left = range(1, 10);
  std::erase(left, 4);
  BOOST_TEST(sequences() == left, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_damaged_record_stays_unseen_over_any_number_of_starts) {
  make_log(10, 300, 65536);
  const auto path = segments().front();
  const auto whole = files.content(path);
  files.set_content(path, with_flipped_bit(whole, whole.find(make_chunk(4, 300)->body.view()) + 50));
  for (auto start = 0; start < 3; ++start) {
    open();
    BOOST_TEST(!log->seen().contains({7, 4}));
    for (auto n = record_number{1}; n <= 3; ++n) log->settle(0, n);
    log.reset();
  }
}

BOOST_AUTO_TEST_CASE(what_is_damaged_at_the_very_beginning_is_not_remembered_by_later_segments) {
  make_log(60, 100);
  const auto path = segments().front();
  auto bytes = files.content(path);
  const auto body = bytes.find(make_chunk(1, 100)->body.view());
  bytes.replace(0, body, body, 'x'); // header, snapshot, and the head of the first record
  bytes[body + 50] = static_cast<char>(~bytes[body + 50]);
  files.set_content(path, bytes);
  open();
  BOOST_TEST(!log->seen().contains({7, 1}));
  BOOST_TEST(log->seen().contains({7, 2}));
  BOOST_TEST(sequences() == range(2, 60), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_damaged_record_that_all_have_passed_still_counts_as_seen) {
  make_log(10, 300, 65536);
  auto settings = log_settings();
  open();
  for (auto n = record_number{1}; n <= 5; ++n) log->settle(0, n);
  log.reset();
  const auto path = segments().front();
  const auto whole = files.content(path);
  const auto body = whole.find(std::string{make_chunk(4, 300)->body.view()});
  files.set_content(path, with_flipped_bit(whole, body + 50));
  open();
  BOOST_TEST(log->seen().contains({7, 4}));
  BOOST_TEST(sequences() == range(6, 10), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(damage_found_while_reading_is_set_aside_and_counted) {
  auto settings = log_settings({"a", "b"});
  open(settings);
  append_synced(1, 5, 300);
  const auto path = segments().front();
  const auto whole = files.content(path);
  files.set_content(path, with_flipped_bit(whole, whole.find(std::string{make_chunk(2, 300)->body.view()})));
  const auto c = log->read(2);
  BOOST_REQUIRE(!c);
  BOOST_TEST((c.failure().code == errc::not_found));
  BOOST_TEST(log->figures().damaged_records == 1);
  const auto left = std::vector<std::uint64_t>{1, 3, 4, 5};
  BOOST_TEST(sequences(0) == left, boost::test_tools::per_element());
  BOOST_TEST(sequences(1) == left, boost::test_tools::per_element());
  BOOST_TEST(log->figures().unsettled_chunks == 4);
  BOOST_TEST(log->figures().damaged_records == 1);
}

BOOST_AUTO_TEST_CASE(a_header_that_is_damaged_while_the_log_is_open_is_set_aside_and_counted) {
  open(log_settings({"a", "b"}));
  append_synced(1, 5, 300);
  const auto path = segments().front();
  const auto whole = files.content(path);
  const auto record = whole.rfind("WRec", whole.find(std::string{make_chunk(2, 300)->body.view()}));
  files.set_content(path, with_flipped_bit(whole, record + 9));
  const auto left = std::vector<std::uint64_t>{1, 3, 4, 5};
  BOOST_TEST(sequences(0) == left, boost::test_tools::per_element());
  BOOST_TEST(sequences(1) == left, boost::test_tools::per_element());
  BOOST_TEST(log->figures().damaged_records == 1);
  const auto aside = files.content(std::string{log_path} + "/quarantine/0000000000000001-"
                                   + std::to_string(record) + ".bin");
  BOOST_TEST(aside.find(std::string{make_chunk(2, 300)->body.view()}) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_for_long_is_given_up_like_a_damaged_record) {
  auto worn = faulty_file_system{files};
  open(worn, log_settings({"a", "b"}));
  append_synced(1, 5, 300);
  worn.arm({{file_call::read, 1, fault_kind::io_error, 1000}});
  auto tries = 0;
  while (true) {
    const auto c = log->read(2);
    BOOST_REQUIRE(!c);
    ++tries;
    if (c.failure().code == errc::not_found) break;
    BOOST_REQUIRE((c.failure().code == errc::unavailable));
    BOOST_REQUIRE(tries < 100);
  }
  BOOST_TEST(tries > 10);
  worn.disarm();
  BOOST_TEST(log->figures().damaged_records == 1);
  const auto left = std::vector<std::uint64_t>{1, 3, 4, 5};
  BOOST_TEST(sequences(0) == left, boost::test_tools::per_element());
  BOOST_TEST(sequences(1) == left, boost::test_tools::per_element());
  log.reset();
}

BOOST_AUTO_TEST_CASE(a_device_that_could_not_be_read_for_a_moment_costs_nothing) {
  auto worn = faulty_file_system{files};
  open(worn, log_settings());
  append_synced(1, 5, 300);
  worn.arm({{file_call::read, 1, fault_kind::io_error, 5}});
  for (auto i = 0; i < 5; ++i) BOOST_TEST((log->read(2).failure().code == errc::unavailable));
  BOOST_TEST(sequences() == range(1, 5), boost::test_tools::per_element());
  BOOST_TEST(log->figures().damaged_records == 0);
  log.reset();
}

BOOST_AUTO_TEST_CASE(missing_segments_cost_what_was_in_them) {
  make_log(60, 100);
  const auto all = segments();
  BOOST_REQUIRE(all.size() > 3);
  for (const auto& path : all) {
    const auto seen =
        try_with([&](auto& on) { BOOST_REQUIRE(on.remove(path) && on.sync_directory(log_path)); });
    BOOST_TEST(lost(seen) > 0);
    BOOST_TEST(lost(seen) < 30);
    // Nobody can tell a missing first or last one from one that went, or never was.
    const auto is_inside = path != all.front() && path != all.back();
    BOOST_TEST(seen.figures.damaged_records == (is_inside ? lost(seen) : 0));
  }
}

BOOST_AUTO_TEST_CASE(a_log_that_begins_behind_its_cursors_says_so) {
  make_log(60, 100);
  BOOST_REQUIRE(files.remove(segments().front()) && files.sync_directory(log_path));
  const auto found = recover_log(files, {log_path});
  BOOST_REQUIRE(found);
  BOOST_REQUIRE(found->findings.size() == 1U);
  BOOST_TEST(found->findings.front().what.find("by the cursors, sink had not settled 1")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(segments_that_do_not_belong_are_set_aside) {
  make_log(60, 100);
  auto other = memory_file_system{};
  open(other, log_settings());
  append_synced(100, 130);
  log.reset();
  const auto whole = files.content(segments()[1]);
  auto seen = try_with([&](auto& on) { on.set_content(segment_path(77), whole); });
  BOOST_TEST(lost(seen) == 0);
  BOOST_TEST(seen.figures.damaged_records == 0);
  seen = try_with([&](auto& on) { on.set_content(segment_path(77), other.content(segment_path(1))); });
  BOOST_TEST(lost(seen) == 0);
  seen = try_with([&](auto& on) {
    on.set_content(segment_path(77), "");
    on.set_content(std::string{log_path} + "/notes.txt", "hands off");
  });
  BOOST_TEST(lost(seen) == 0);
}

BOOST_AUTO_TEST_CASE(an_older_or_missing_cursor_file_only_sends_again) {
  make_log(60, 100);
  const auto at_start = files.content(cursors);
  open();
  for (auto n = record_number{1}; n <= 30; ++n) log->settle(0, n);
  time.advance(std::chrono::seconds{2});
  BOOST_REQUIRE(log->maintain(time.monotonic()));
  log.reset();
  open();
  BOOST_TEST(sequences() == range(31, 60), boost::test_tools::per_element());
  log.reset();
  for (const auto& content : {at_start, std::string{}}) {
    files.set_content(cursors, content);
    open();
    const auto left = sequences();
    BOOST_TEST(left.front() <= 31U);
    BOOST_TEST(left == range(left.front(), 60), boost::test_tools::per_element());
    BOOST_TEST(log->figures().damaged_records == 0);
    log.reset();
  }
}

BOOST_DATA_TEST_CASE(a_log_of_an_earlier_version_is_read_and_gone_on_with, boost::unit_test::data::make({1, 2}), version) {
  auto golden = std::ifstream{WEIR_LOG_GOLDEN "/version_" + std::to_string(version) + ".log", std::ios::binary};
  files.set_content(segment_path(1), std::string{std::istreambuf_iterator<char>{golden}, {}});
  open(log_settings());
  auto held = drain();
  BOOST_REQUIRE(held.size() == 1U);
  BOOST_TEST(held[0]->count == 3U);
  BOOST_TEST(held[0]->cuts.empty() == (version == 1));
  BOOST_TEST(held[0]->settled.empty());
  BOOST_TEST(held[0]->positions.size() == 1U);
  // Version 1 has a client's message, of which stores know.
  const auto told = version == 1 ? std::vector<position_range>{} : held[0]->positions;
  BOOST_TEST((log->knowledge_of("collector/clients").positions == told));
  append_synced(1, 2);
  open(log_settings());
  held = drain();
  BOOST_REQUIRE(held.size() == 3U);
  BOOST_TEST(held[0]->body.view().find("three") != std::string_view::npos);
  BOOST_TEST(log->figures().damaged_records == 0);
}

BOOST_AUTO_TEST_CASE(a_directory_of_a_newer_version_is_refused_and_left_alone) {
  make_log(5);
  for (const auto& path : {segments().front(), cursors}) {
    auto newer = files.content(path);
    newer[8] = 4;
    const auto crc = crc32c(std::string_view{newer}.substr(0, 12));
    std::memcpy(newer.data() + 12, &crc, sizeof crc);
    const auto copy = files.copy();
    copy->set_content(path, newer);
    const auto opened = chunk_log::open(*copy, log_settings(), time);
    BOOST_REQUIRE(!opened);
    BOOST_TEST((opened.failure().code == errc::rejected));
    BOOST_TEST(opened.failure().what.find("version 4, this weir knows 3") != std::string::npos);
    BOOST_TEST(copy->content(path) == newer);
  }
}

BOOST_AUTO_TEST_SUITE_END()
