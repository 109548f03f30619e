import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** An archive of packages that has nothing but an InRelease, the same for every suite. */
export interface PackageArchive {
  /** Without a slash at the end; paths below it work as well. */
  readonly mirror: string;
  inRelease: string;
  /** Called when the InRelease has been given. */
  onRequest: () => void;
}

/** Serves until the test ends. */
export async function packageArchive(t: TestContext): Promise<PackageArchive> {
  const server = createServer((_request, response) => {
    response.end(archive.inRelease);
    archive.onRequest();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const archive: PackageArchive = {
    mirror: `http://127.0.0.1:${port}/debian`,
    inRelease: "as of today\n",
    onRequest: () => undefined,
  };
  return archive;
}
