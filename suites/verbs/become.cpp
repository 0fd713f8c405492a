#include "suites/verbs/become.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace plumbline {

void become(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  throw std::system_error(errno, std::generic_category(), program.string() + ": cannot be started");
}

}  // namespace plumbline
