#include "probes/virtual_node/monitor_model.h"

namespace plumbline::virtual_node {

void complete(Readings& readings, unsigned capability) {
  constexpr double not_told = -1;
  const bool has_fabric_info = capability >= 90;
  const bool counts_by_field = capability >= 100;  // Blackwell's links count otherwise
  const double older = counts_by_field ? not_told : 0, newer = counts_by_field ? 0 : not_told;
  const Readings healthy{
      .numbers = {{"ecc", 1},
                  {"persistence", 1},
                  {"compute_mode", 0},
                  {"mig", 0},
                  {"nvlink_replay", older},
                  {"nvlink_recovery", older},
                  {"nvlink_crc_flit", older},
                  {"nvlink_crc_data", older},
                  {"nvlink_receive_errors", newer},
                  {"nvlink_link_recoveries", newer},
                  {"nvlink_effective_errors", newer},
                  {"pcie_replays", 0},
                  {"pcie_correctable", 0},
                  {"pcie_non_fatal", 0},
                  {"pcie_fatal", 0},
                  {"ecc_corrected", 0},
                  {"ecc_uncorrected", 0},
                  {"ecc_corrected_before", 0},  // of its life, before the driver was loaded
                  {"ecc_uncorrected_before", 0},
                  {"sram_threshold_exceeded", has_fabric_info ? 0 : not_told},
                  {"remapped_by_corrected", 0},
                  {"remapped_by_uncorrected", 0},
                  {"remap_pending", 0},
                  {"remap_failed", 0},
                  {"banks_without_spare_rows", 0},
                  {"retired_pages_pending", not_told},  // of GPUs before Ampere
                  {"recovery_action", 0},
                  {"fabric_state", has_fabric_info ? 3 : not_told},  // completed
                  {"fabric_status", 0},
                  {"fabric_clique", 0},
                  {"fabric_health_mask", 0xaa},  // four times: told, and not so
                  {"fabric_health_summary", 1}},
      .texts = {{"driver_version", "unknown"},
                {"nvml_version", "unknown"},
                {"vbios", "unknown"},
                {"gsp_firmware", "unknown"},
                {"inforom", "unknown"},
                {"board_part", "unknown"}}};
  readings.numbers.insert(healthy.numbers.begin(), healthy.numbers.end());
  readings.texts.insert(healthy.texts.begin(), healthy.texts.end());
}

}  // namespace plumbline::virtual_node
