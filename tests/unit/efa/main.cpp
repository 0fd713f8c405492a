#include <gmock/gmock.h>

#include "probes/efa/rail_worker.h"

int main(int argc, char** argv) {
  using namespace plumbline::efa;
  if (const auto descriptor = rail_worker_descriptor(argc, argv)) return serve_rail(*descriptor);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
