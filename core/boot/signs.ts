/** `host login: ` without a newline is the last thing that a guest says. */
export const loginPrompt = /login: $/m;

/** What ironic-python-agent logs when it starts (ironic_python_agent/agent.py, IronicPythonAgent.run). */
export const agentStart = /Starting ironic-python-agent version: (\S+)/;

/** The kernel's last line, whatever comes after it (kernel/panic.c). */
export const kernelPanic = /Kernel panic - not syncing.*/;

/**
 * Lines in which a kernel repeats what it is and was given: its banner (init/version.c), its command line (arch/x86/kernel/setup.c,
 * init/main.c, start_kernel), and what it does not know of that (print_unknown_bootoptions).
 */
export const kernelEcho = /Linux version \d|[Cc]ommand line: |Unknown kernel command line parameters/;

/**
 * That a system of an image speaks on the serial line, and not its firmware or boot loader only: the kernel's time stamps
 * (kernel/printk/printk.c, print_time, print_caller) and banner (init/version.c), its last line; systemd's states (src/core/manager.c), which
 * show that the kernel has this console though it is `quiet`; and a login prompt, which it is asked for also where the kernel has not.
 */
export const systemSpeaks =
  /^\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? |^\[(?: {2}OK {2}|FAILED|DEPEND| TIME )\] |Linux version \d|Kernel panic - not syncing|login: $/m;

/** Where nothing but the kernel is started, everything is its word, or of what it started. */
export const anything = /\S/;
