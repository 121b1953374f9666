/// What an S3 server says in XML: errors, lists of keys, the id of an upload. Total: any bytes are a valid argument.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The text of the first element of that name, with its entities replaced; empty if there is none.
auto xml_text_of(std::string_view xml, std::string_view element) -> std::string;
/// Those of all.
auto xml_texts_of(std::string_view xml, std::string_view element) -> std::vector<std::string>;

struct s3_error {
  std::string code;    ///< "NoSuchKey"; empty: the answer is no error of S3
  std::string message;
};
/// Some errors come with the status 200, behind white space that kept the connection alive.
auto s3_error_of(std::string_view body) -> s3_error;

/// One line about an answer that is no success, for whoever has to mend it. `what`: "write to the bucket \"logs\"".
auto s3_refusal_text(int status, std::string_view body, const std::string& endpoint, std::string_view what) -> std::string;

} // namespace weir
