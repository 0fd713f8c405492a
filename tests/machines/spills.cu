// A kernel with more values at hand than its threads have registers: it must not build.
extern "C" __global__ void __launch_bounds__(1024, 2) spills(float* to, const float* from) {
  float values[64];
#pragma unroll
  for (int i = 0; i < 64; ++i) values[i] = from[i * 1024 + threadIdx.x];
  __syncthreads();
#pragma unroll
  for (int i = 0; i < 64; ++i) to[i * 1024 + threadIdx.x] = values[i] * values[63 - i];
}
