import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { miniatureInitramfs } from "./miniature/initramfs.ts";
import { miniatureKernel } from "./miniature/kernel.ts";

/** The files of one build of a published pair, by their endings. */
export interface PublishedBuild {
  readonly kernel: Buffer;
  readonly initramfs: Buffer;
}

/** Publishes deploy images on loopback as the ironic-python-agent project does: both files, `.sha256` beside each. */
export interface Publisher {
  readonly baseUrl: string;
  /** Requests so far, e.g. `GET /ipa-tiny-master.kernel`. */
  readonly requests: string[];
  /** Publishes another build in the place of the one that is there. */
  publish(build: PublishedBuild): void;
  /** Changes one file and not its checksum. */
  corrupt(file: "kernel" | "initramfs"): void;
  stop(): Promise<void>;
}

/** A pair in miniature that is another every time; the initramfs unpacks to 2 MiB and a little. */
export function randomBuild(architecture: "amd64" | "arm64" = "amd64"): PublishedBuild {
  return {
    kernel: miniatureKernel({ architecture, mark: randomBytes(50_000) }),
    initramfs: miniatureInitramfs({ mark: Buffer.concat([randomBytes(200_000), Buffer.alloc(2 ** 21)]) }),
  };
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/**
 * @param name what the files are called before their endings, e.g. `ipa-tiny-master`
 * @param port one that a stopped publisher had
 */
export async function startPublisher(name: string, port = 0): Promise<Publisher> {
  const files = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const body = files.get(request.url ?? "");
    if (body === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": body.length, "content-type": "application/octet-stream" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    publish(build) {
      for (const ending of ["kernel", "initramfs"] as const) {
        const file = `${name}.${ending}`;
        files.set(`/${file}`, build[ending]);
        files.set(`/${file}.sha256`, Buffer.from(`${sha256(build[ending])}  ${file}\n`));
      }
    },
    corrupt(ending) {
      const bytes = Buffer.from(files.get(`/${name}.${ending}`) ?? "");
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
      files.set(`/${name}.${ending}`, bytes);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
