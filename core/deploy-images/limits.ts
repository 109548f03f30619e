const mebibyte = 1024 * 1024;

// Far above what anybody publishes; against a server that never stops.
/** Most bytes of a kernel. */
export const kernelMaxSize = 256 * mebibyte;
/** Most bytes of an initramfs. */
export const initramfsMaxSize = 4096 * mebibyte;
/** Most bytes of a tarball with both. */
export const tarballMaxSize = 4096 * mebibyte;
