// Stands for any of the libraries whose version the doctor asks for.

extern "C" {

int cuDriverGetVersion(int* version) {
  *version = 12080;
  return 0;
}

int ncclGetVersion(int* version) {
  *version = 22809;
  return 0;
}

unsigned hwloc_get_api_version() { return 0x00020900; }
}
