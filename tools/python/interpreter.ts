import { execa, ExecaError } from "execa";
import { IronicImagesError } from "../../core/errors.ts";

/** A Python that can make virtualenvs. */
export interface Interpreter {
  /** Absolute path of the executable. */
  readonly executable: string;
  /** e.g. `3.11.7`. */
  readonly version: string;
}

const oldest: readonly [number, number] = [3, 11];
const probe = "import sys, venv, ensurepip; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])";

/**
 * Finds python3 on PATH.
 * @throws IronicImagesError `python-missing`, `python-too-old`, `python-venv-missing`
 */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<Interpreter> {
  try {
    const { stdout } = await execa("python3", ["-E", "-c", probe], {
      env: environment,
      extendEnv: false,
      stdin: "ignore",
    });
    return checkPython(stdout);
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (/No module named '?(venv|ensurepip)/.test(String(error.stderr))) {
      throw new IronicImagesError(
        "python-venv-missing",
        "python3 cannot make virtualenvs; install its module venv (Debian and Ubuntu: apt-get install python3-venv)",
      );
    }
    const details = error.code === "ENOENT" ? "" : error.shortMessage;
    throw new IronicImagesError(
      "python-missing",
      "python3 is not on this machine; install Python 3.11 or newer (Debian and Ubuntu: apt-get install python3 python3-venv)",
      details,
      { cause: error },
    );
  }
}

/** Reads what the probe prints: the executable's path and the version, one a line. */
export function checkPython(output: string): Interpreter {
  const [executable = "", version = ""] = output.trim().split("\n");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new IronicImagesError(
      "python-too-old",
      `python3 is ${version || "of an unknown version"} (${executable}); install Python ${oldest.join(".")} or newer, and put it on PATH as python3`,
    );
  }
  return { executable, version };
}
