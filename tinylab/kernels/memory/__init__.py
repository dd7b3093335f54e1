"""What kernels ask of the arena, one module a kernel library: sizes and requests, never computation."""
