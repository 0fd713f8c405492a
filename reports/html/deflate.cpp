#include "reports/html/deflate.h"

#include <zlib.h>

#include <limits>
#include <stdexcept>

namespace plumbline::html {
namespace {

constexpr int raw = -15;  // negative: no header and no checksum, the largest window
constexpr int level = 6;  // 9 takes three times as long for one percent
constexpr int memory = 8;

/// A z_stream that is given back.
class Compressor {
 public:
  Compressor() {
    if (deflateInit2(&stream_, level, Z_DEFLATED, raw, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("zlib: cannot begin to compress");
    }
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { deflateEnd(&stream_); }

  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

std::string deflated(std::string_view bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    throw std::runtime_error("a block of a page is larger than 4 GiB");
  }
  Compressor compressor;
  z_stream& stream = compressor.stream();
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib reads through a pointer that is not const, and does not write there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    throw std::runtime_error("zlib: cannot compress a block of a page");
  }
  out.resize(stream.total_out);
  return out;
}

}  // namespace plumbline::html
