#include "tests/chaos/writers.hpp"

#include "tests/chaos/line.hpp"

#include <algorithm>

namespace weir::chaos {

writers::writers(const options& given, site& at, randomness& random) {
  const auto count = at.streams.size();
  const auto wanted = pace{given.rate == 0 ? 0 : std::max<std::uint64_t>(1, given.rate / count),
                           given.ahead_bytes / line_bytes_mean / count, &held_};
  for (std::size_t i = 0; i < count; ++i) {
    auto& state = *at.streams[i];
    const auto& input = at.inputs[i];
    if (input.file.empty())
      clients_.push_back(std::make_unique<client_stream>(state, input.ports, wanted, random()));
    else
      files_.push_back(std::make_unique<file_stream>(state, input.file, wanted, random()));
  }
}

writers::~writers() {
  request_stop();
  join(true);
}

void writers::start() {
  problems_.resize(files_.size() + clients_.size());
  for (auto& file : files_)
    add([&file](std::stop_token stop, std::stop_token) { return file->run(std::move(stop)); });
  for (auto& client : clients_)
    add([&client](std::stop_token stop, std::stop_token give_up) {
      return client->run(std::move(stop), std::move(give_up));
    });
}

void writers::add(job run) {
  threads_.emplace_back([this, run = std::move(run), index = threads_.size()] {
    const auto done = run(stop_.get_token(), give_up_.get_token());
    if (done) return;
    problems_[index] = done.failure().what;
    failed_ = true;
  });
}

void writers::join(bool give_up) {
  if (give_up) give_up_.request_stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

auto writers::seen() const -> figures {
  auto sum = figures{};
  for (const auto& client : clients_) {
    const auto& seen = client->seen();
    sum.messages += seen.messages;
    sum.resent += seen.resent;
    sum.unacked += seen.unacked;
    sum.wrong_acks += seen.wrong_acks;
  }
  return sum;
}

auto writers::problems() const -> std::vector<std::string> {
  auto all = problems_;
  std::erase(all, std::string{});
  return all;
}

} // namespace weir::chaos
