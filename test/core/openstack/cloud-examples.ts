import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { readCloud, type Cloud } from "../../../core/openstack/clouds.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Stands wherever a secret can stand; no message may show it. */
export const secret = "s3cret-never-shown";

/** A clouds.yaml with the one cloud `lab`, complete. */
export const lab = `clouds:
  lab:
    region_name: One
    auth:
      auth_url: https://keystone.example.org/v3
      username: me
      password: ${secret}
      project_name: demo
      user_domain_name: Users
      project_domain_id: default
`;

/** `lab` with another user. */
export const as = (user: string) => lab.replace("username: me", `username: ${user}`);

/** `lab` without a key. */
export const without = (key: string) => lab.replace(new RegExp(`^ *${key}:.*\\n`, "m"), "");

/** The environment of somebody who has no clouds.yaml. */
export const plain = {
  OS_AUTH_URL: "http://keystone.example.org:5000",
  OS_USERNAME: "plain",
  OS_PASSWORD: secret,
  OS_PROJECT_NAME: "demo",
};

export const userOf = ({ identity }: Cloud) =>
  "user" in identity && "name" in identity.user ? identity.user.name : undefined;

interface Example {
  readonly title: string;
  /** Content by path, relative to a temporary directory ROOT with `project`, `user` and `site` in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly name?: string;
}

export type FoundExample = Example & { readonly expect: (cloud: Cloud) => unknown; readonly is: unknown };
export type RefusedExample = Example & { readonly code: string; readonly message: RegExp };

/** One test per example: the cloud is found, and is as expected. */
export function testFound(examples: readonly FoundExample[]): void {
  for (const example of examples) {
    test(example.title, async (t) => assert.deepEqual(example.expect(await read(t, example)), example.is));
  }
}

/** One test per example: refused with this code and message, and the secret nowhere. */
export function testRefused(examples: readonly RefusedExample[]): void {
  for (const example of examples) {
    test(`refused, and no secret shown: ${example.title}`, async (t) => {
      const error = await read(t, example).then(
        () => assert.fail("was accepted"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof IronicImagesError, String(error));
      assert.equal(error.code, example.code);
      assert.match(error.message, example.message);
      assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(secret));
    });
  }
}

async function read(t: TestContext, { files = {}, environment = {}, name }: Example): Promise<Cloud> {
  const root = temporaryDirectory(t);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  const inRoot = Object.entries(environment).map(([key, value]) => [key, value.replace("ROOT", root)]);
  const directories = ["project", "user", "site"].map((directory) => join(root, directory));
  return await readCloud(name, { environment: Object.fromEntries(inRoot), directories });
}
