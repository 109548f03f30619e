/** A new MAC address at each call, of those that QEMU gives to machines of a user (docs of `-device`: 52:54:00). */
export function macAddresses(): () => string {
  let last = 0;
  return () => {
    last += 1;
    const bytes = [last >> 16, last >> 8, last].map((part) => (part & 0xff).toString(16).padStart(2, "0"));
    return `52:54:00:${bytes.join(":")}`;
  };
}
