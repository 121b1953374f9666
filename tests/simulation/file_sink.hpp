/// The real file store with its ledger on a simulated disk, watched by what is in its files.
#pragma once

#include "actors/sinks/store.hpp"
#include "tests/simulation/model_store.hpp"
#include "tests/simulation/world.hpp"

#include <map>
#include <memory>
#include <string>

namespace weir::test {

struct file_sink {
  std::string name;
  store_plugin::factory make;
};

/// Its settings differ by seed: one file or one for each tag, rotated or not, synced if power may be lost.
auto some_file_sink(const std::string& name, seeded& random, bool may_lose_power) -> file_sink;

/// All lines in its files, and how often each is there.
auto rows_of_files(const simulated_disk& disk, const std::string& sink) -> std::map<std::string, std::size_t>;

/// Looks for lines that are there twice, when the files are in order: now and then behind a commit.
class watched_store final : public store {
public:
  watched_store(std::unique_ptr<store> real, world& w, process& home, std::string sink)
      : real_(std::move(real)), world_(w), home_(home), sink_(std::move(sink)) {}
  auto open() -> result<void> override { return real_->open(); }
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override {
    return real_->knowledge(source);
  }
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override {
    return real_->known_ids(asked);
  }
  auto idle() -> result<void> override { return real_->idle(); }

private:
  std::unique_ptr<store> real_;
  world& world_;
  process& home_;
  std::string sink_;
  std::uint64_t commits_ = 0;
};

} // namespace weir::test
