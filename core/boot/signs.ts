/** `host login: ` without a newline is the last thing that a guest says. */
export const loginPrompt = /login: $/m;

/** What ironic-python-agent logs when it starts (ironic_python_agent/agent.py, IronicPythonAgent.run). */
export const agentStart = /Starting ironic-python-agent version: (\S+)/;

/** The kernel's last line, whatever comes after it (kernel/panic.c). */
export const kernelPanic = /Kernel panic - not syncing.*/;

/**
 * That a system of an image speaks on the serial line, and not its firmware or boot loader only: the kernel's time stamps
 * (kernel/printk/printk.c, print_time) and banner (init/version.c), its last line, and systemd's states (src/core/manager.c), which show that
 * the kernel has this console though it is `quiet`.
 */
export const systemSpeaks =
  /^\[ *\d+\.\d{6}\] |^\[(?: {2}OK {2}|FAILED|DEPEND| TIME )\] |Linux version \d|Kernel panic - not syncing/m;

/** Where nothing but the kernel is started, everything is its word, or of what it started. */
export const anything = /\S/;
