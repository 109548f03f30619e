/** What a kernel's header says. */
export interface KernelFacts {
  /** x86's bzImage, arm64's Image (bare or within gzip), or an EFI program that unpacks a kernel (CONFIG_EFI_ZBOOT). */
  readonly kind: "bzimage" | "arm64-image" | "efi-zboot";
  /** In diskimage-builder's words where it has one. */
  readonly architecture: "amd64" | "arm64" | "i386" | "riscv64" | "loongarch64" | "unknown";
  /** What `uname -r` will say. bzImage only: others have it in their body, see `bannerVersion`. */
  readonly version?: string;
  /** Packing around the whole file, or of the payload. */
  readonly compression?: string;
  /** Where the packed payload of a zboot kernel lies, in bytes. */
  readonly payload?: { readonly offset: number; readonly size: number };
  /** Bytes that the header promises and the file does not have. */
  readonly missingBytes?: number;
}
