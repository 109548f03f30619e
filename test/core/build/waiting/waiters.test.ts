import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { isCancelled, markCancelled, sweepCancelMarks } from "../../../../core/build/waiting/cancel-mark.ts";
import { jobFiles } from "../../../../core/build/jobs/job-directory.ts";
import {
  identifyProcess,
  identityOf,
  identityText,
  type ProcessIdentity,
} from "../../../../core/build/jobs/process-identity.ts";
import {
  closeWaiters,
  demandOn,
  joinWaiters,
  openWaiters,
  reopenWaiters,
  type Demand,
} from "../../../../core/build/waiting/waiters.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const self = identifyProcess(process.pid) as ProcessIdentity;
const parent = identifyProcess(process.ppid) as ProcessIdentity;
/** Of processes that have ended; the number of the second is that of this one. */
const dead: ProcessIdentity = { pid: 4_194_303, startTime: "1" };
const earlier: ProcessIdentity = { pid: process.pid, startTime: "1" };

function jobIn(t: TestContext): { project: string; job: string } {
  const project = temporaryDirectory(t);
  const job = join(project, "job");
  mkdirSync(job);
  openWaiters(job);
  return { project, job };
}

const [here, gone, before] = [self, dead, earlier].map(identityText);
const [marked, unmarked] = [parent, self].map(identityText);
const demands: [string, string[], Demand][] = [
  ["nobody has ever waited", [], "left"],
  ["somebody waits", [`${here}_none_0`], "waited"],
  ["somebody waits for an update that goes on", [`${here}_${unmarked}_0`], "waited"],
  ["who waited is dead", [`${gone}_none_0`], "left"],
  ["who waited is dead, and another process has its number", [`${before}_none_0`], "left"],
  ["who waited has cancelled", [`${here}_none_0.cancelled`], "cancelled"],
  ["the update of who waits is cancelled", [`${here}_${marked}_0`], "cancelled"],
  ["the update of who waited is cancelled, and he is dead", [`${gone}_${marked}_0`], "cancelled"],
  ["one has cancelled, and another waits", [`${here}_none_0.cancelled`, `${here}_none_1`], "waited"],
  ["one has cancelled, and another was killed", [`${here}_none_0.cancelled`, `${gone}_none_1`], "left"],
];
for (const [title, names, expected] of demands) {
  test(`a job is ${expected} when ${title}`, (t) => {
    const { project, job } = jobIn(t);
    markCancelled(project, parent);
    for (const name of names) writeFileSync(join(jobFiles(job).waiters, name), "");
    assert.equal(demandOn(job, project), expected);
    closeWaiters(job);
    assert.equal(demandOn(job, project), expected, "closed, it is the same");
  });
}

test("who was killed is forgotten as soon as somebody else waits: then the job ends when that one cancels", (t) => {
  const { project, job } = jobIn(t);
  writeFileSync(join(jobFiles(job).waiters, `${gone}_none_0`), "");
  const waiter = joinWaiters(job, project, undefined);
  assert.equal(demandOn(job, project), "waited");
  waiter?.cancel();
  assert.equal(demandOn(job, project), "cancelled");
});

test("a job that is about to end takes nobody in, and those who wait for it can still leave", (t) => {
  const { project, job } = jobIn(t);
  const [one, other] = [joinWaiters(job, project, undefined), joinWaiters(job, project, undefined)];
  assert.ok(one !== undefined && other !== undefined);
  closeWaiters(job);
  assert.equal(joinWaiters(job, project, undefined), undefined);
  assert.ok(one.hasCompany());
  other.cancel();
  assert.ok(!one.hasCompany() && other.hasCompany());
  one.leave();
  assert.ok(!other.hasCompany());
  reopenWaiters(job);
  assert.ok(joinWaiters(job, project, undefined) !== undefined);
});

test("the mark of a cancelled update goes when its engine has ended, and not before", (t) => {
  const project = temporaryDirectory(t);
  sweepCancelMarks(project);
  for (const update of [self, dead]) markCancelled(project, update);
  assert.ok(isCancelled(project, self) && isCancelled(project, dead) && !isCancelled(project, parent));
  sweepCancelMarks(project);
  assert.deepEqual(readdirSync(join(project, ".images/cancelled")), [identityText(self)]);
});

test("an identity is read back from its text, and nothing else is one", () => {
  assert.deepEqual(identityOf(identityText(self)), self);
  for (const text of ["", "none", "12", "12-", "-3", "1-2-3", "a-1", "1-2\n3"])
    assert.equal(identityOf(text), undefined);
});
