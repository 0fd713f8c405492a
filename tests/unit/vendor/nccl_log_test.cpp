#include "probes/vendor/nccl_log.h"

#include <gtest/gtest.h>

namespace plumbline::nccl {
namespace {

TEST(NcclNetwork, LibfabricWithWhatItUses) {
  EXPECT_EQ(network("n1:1:2 [0] NCCL INFO NET/OFI Selected provider is efa, fabric is efa-direct "
                    "(found 32 nics)\n"
                    "n1:1:2 [0] NCCL INFO Using network Libfabric\n"),
            "efa/efa-direct");
  EXPECT_EQ(network("NCCL INFO NET/OFI Selected Provider is efa (found 4 nics)\n"
                    "NCCL INFO Using network AWS Libfabric\n"),
            "efa");
  EXPECT_EQ(network("NCCL INFO NET/OFI Selected provider is tcp;ofi_rxm, fabric is TCP-IP (found 1 "
                    "nics)\nNCCL INFO Using network Libfabric\n"),
            "tcp;ofi_rxm/TCP-IP");
  EXPECT_EQ(network("NCCL INFO Using network Libfabric\n"), "libfabric");
}

TEST(NcclNetwork, OwnNetworks) {
  EXPECT_EQ(network("NCCL INFO NET/Socket : Using [0]eth0:10.0.0.1<0>\n"
                    "NCCL INFO Using network Socket\n"),
            "tcp");
  EXPECT_EQ(network("NCCL INFO Using network IB"), "ib");
  EXPECT_EQ(network("NCCL INFO Using network ODL_TB5\n"), "ODL_TB5");
}

/// The plugin was there, and NCCL went another way.
TEST(NcclNetwork, AFallbackIsWhatIsUsed) {
  EXPECT_EQ(network("NCCL INFO NET/OFI Selected provider is efa, fabric is efa (found 4 nics)\n"
                    "NCCL INFO Using network Libfabric\n"
                    "NCCL INFO Using network Socket\n"),
            "tcp");
}

TEST(NcclNetwork, ALogThatSaysNothing) {
  EXPECT_EQ(network(""), "");
  EXPECT_EQ(network("NCCL INFO Bootstrap: Using eth0\n"), "");
}

}  // namespace
}  // namespace plumbline::nccl
