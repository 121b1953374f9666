/// What is answered at which address.
#pragma once

#include "cli/console/access.hpp"
#include "cli/console/http_session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::cli {

/// A request with what its address and its guest say.
struct console_call {
  const http_request& what;
  std::vector<std::string> parts; ///< of the path, where the route has a *
  std::optional<console_guest> who;
  std::shared_ptr<http_session> from;
};

struct route {
  std::string method;
  std::string path; ///< /api/v1/components/*: a * stands for the rest of the path, which is not empty
  console_right wants;
  std::function<http_response(const console_call&)> answer;
  bool takes_long = false; ///< it may wait for other nodes, or read much
};

/// The first that fits. 404 or 405 where none does.
class route_table {
public:
  void add(route r) { routes_.push_back(std::move(r)); }
  auto answer(console_access& access, const http_request& what, const std::shared_ptr<http_session>& from) const
      -> http_response;
  /// Of the route that would answer it.
  auto takes_long(const http_request& what) const -> bool;
  auto all() const -> const std::vector<route>& { return routes_; }

private:
  std::vector<route> routes_;
};

} // namespace weir::cli
