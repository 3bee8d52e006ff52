/** What an action does. The union of an action's statements or pipeline stages counts, and each is listed. */
export const EFFECTS = ['read', 'write', 'delete', 'define', 'grant', 'execute', 'export'] as const

export type Effect = (typeof EFFECTS)[number]

/** A pure read is the only action that may be sent while its admission leaf is still being made durable. */
export function isPureRead(effects: readonly Effect[]): boolean {
  return effects.length === 1 && effects[0] === 'read'
}
