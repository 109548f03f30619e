/** Whether one of the wanted roles is among those of a token, in any case, as oslo.policy's RoleCheck compares them. */
export function hasRole(roles: readonly string[], wanted: readonly string[]): boolean {
  const lower = new Set(wanted.map((role) => role.toLowerCase()));
  return roles.some((role) => lower.has(role.toLowerCase()));
}
