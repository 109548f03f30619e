import { buildFaults } from "./build-faults.ts";
import type { FaultGroup } from "./fault.ts";

/** All faults that the program must bear. */
export const faultGroups: readonly FaultGroup[] = [
  buildFaults,
  {
    title: "Download",
    faults: [
      {
        number: 22,
        fault: "a body that is cut off",
        expected: "nothing is published; the rest is asked for, on condition that the file is the same still",
      },
      {
        number: 23,
        fault:
          "a wrong checksum; a checksum file about another name, with CRLF, `*name`, BSD lines, capitals, several entries, the same name twice, or empty",
        expected: "the exact name counts, and nothing else; what is empty or unclear is refused",
      },
      {
        number: 24,
        fault:
          "200 with an HTML page, 206 that nobody asked for, 304, 416, redirects in a circle, from https to http, to a file or to a metadata address",
        expected: "refused with the reason",
      },
      {
        number: 25,
        fault: "a proxy that compresses",
        expected: "no encoding is asked for, and the digest is that of the plain bytes",
      },
      {
        number: 26,
        fault: "a server that is slow, or silent after the half",
        expected: "a limit on silence, more attempts with growing pauses, and an end of them",
      },
      {
        number: 27,
        fault: "upstream publishes another file between checksum and download",
        expected: "never a kernel of one build with the ramdisk of another",
      },
      {
        number: 28,
        fault: "a small file that unpacks without end; a qcow2 with a disk of 1 TiB",
        expected: "limits on what is read, unpacked and claimed",
      },
    ],
  },
  {
    title: "Store",
    faults: [
      {
        number: 29,
        fault: "SIGKILL at each step of a publication in the store",
        expected: "the store is whole; at worst something temporary stays, and is swept later",
      },
      { number: 30, fault: "power loss", expected: "no record without its bytes" },
      {
        number: 31,
        fault: "a flipped bit, a file that is cut short or empty",
        expected: "noticed when it is used, set aside, built or downloaded again; never uploaded",
      },
      {
        number: 32,
        fault: "files, or the record, or both, removed by hand",
        expected:
          "built or downloaded again where something needs it; an artifact that is not on this machine is no drift, because stacks are worked on from several",
      },
      {
        number: 33,
        fault:
          "a store that is read-only, closed, of another user, of mode 000, behind a symbolic link, or on another file system than the build",
        expected: "a clear error; across file systems it is copied, compared and renamed",
      },
      {
        number: 34,
        fault: "a symbolic link, FIFO or device in a file's place",
        expected: "only regular files are read, and no link is followed",
      },
      {
        number: 35,
        fault: "a sweep of the store while a build or an upload reads it",
        expected: "what is in use stays",
      },
      {
        number: 36,
        fault: "no file descriptors left, an input/output error, short writes",
        expected: "tried again, or a clean failure; no descriptor is lost",
      },
    ],
  },
  {
    title: "Glance and OpenStack",
    faults: [
      {
        number: 37,
        fault: "500, 502, 503 or a reset before, during and after the bytes",
        expected:
          "what may be repeated is repeated, a bounded number of times; no second image stays, and what Glance has is read back before it counts",
      },
      {
        number: 38,
        fault: "the client is killed in mid-upload",
        expected: "one good image after the next `up`, and no other record",
      },
      {
        number: 39,
        fault: "glance-api is killed in mid-upload",
        expected: "the image says `saving` for ever: the next `up` replaces it",
      },
      {
        number: 40,
        fault: "409: an image with another status than expected, or a second writer",
        expected:
          "told; nothing is taken over, and what is there is published only if its bytes are those of the artifact",
      },
      {
        number: 41,
        fault: "an image is deleted by somebody else, during the upload or later",
        expected:
          "told during the upload; later a refresh shows it, and the next `up` makes it anew and points its dependents there",
      },
      {
        number: 42,
        fault: "status `killed`, `deactivated`, `pending_delete`, or `importing` for ever",
        expected: "never taken for a good image; a deactivated one is told, and not replaced behind anybody's back",
      },
      {
        number: 43,
        fault: "413: image_size_cap, quota, store full",
        expected:
          "which limit it is, is said; no attempt is repeated, and no record stays that the engine does not know",
      },
      {
        number: 44,
        fault: "401: before a call, in mid-upload; a clock that is wrong",
        expected: "one new token, and the bytes from the first on; who cannot authenticate is told so",
      },
      {
        number: 45,
        fault: "403 by policy, 404 at the endpoint, 300 with versions, no image service in the catalog",
        expected: "the exact reason; nobody unprotects an image unasked",
      },
      {
        number: 46,
        fault: "Glance took the upload and has other bytes or another size; no md5, no os_hash_value",
        expected: "the read back fails, and nothing is published",
      },
      {
        number: 47,
        fault: "three images of our name, one of another project, one hidden, one shared",
        expected: "a name is a label: an image is known by its id and its properties",
      },
      {
        number: 48,
        fault:
          "properties of more than 255 characters, no texts, `os_glance_*`; names with 4-byte characters or newlines",
        expected: "refused in the preview, by one rule for every cloud",
      },
      {
        number: 49,
        fault:
          "qcow2 with a backing file, a data file, unknown or extended features; raw said to be qcow2 and the other way round; two formats in one file; an empty file",
        expected: "refused before the upload, because not every Glance does",
      },
      {
        number: 50,
        fault: "a kernel as `raw`/`bare`",
        expected: "kernels are `aki`, ramdisks `ari`, always",
      },
      {
        number: 51,
        fault: "a slow Glance, and one that is ready long after the upload",
        expected: "an upload may take its time, and the image is published when it is active",
      },
    ],
  },
  {
    title: "Pulumi",
    faults: [
      {
        number: 52,
        fault: "a state that is lost, or of yesterday; a stack that is renamed; two stacks with one store",
        expected: "no image of another stack is deleted; artifacts are found again by their fingerprint",
      },
      {
        number: 53,
        fault: "another version of the program between creation and deletion",
        expected: "a state of before can be read, changed and destroyed",
      },
      {
        number: 54,
        fault: "secrets in state, log, error, manifest, arguments, image",
        expected: "nowhere but as ciphertext of the configuration",
      },
    ],
  },
];
