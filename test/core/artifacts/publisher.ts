// Publishes one artifact in a process that may be killed: publisher.ts PROJECT STAGING
import { openStore } from "../../../core/artifacts/store.ts";
import { unpublished } from "./samples.ts";

const [, , project = "", staging = ""] = process.argv;
await openStore(project).publish(staging, unpublished());
