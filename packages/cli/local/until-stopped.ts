type Reload = () => Promise<void>

/**
 * Resolves with what the process was told: SIGTERM drains, SIGINT stops at once; a second one of either is the system's to
 * answer. SIGHUP reloads, one after the other, and a reload that fails is its own affair.
 */
export async function untilStopped(reload: Reload = async () => undefined): Promise<'drain' | 'stop'> {
  let reloading = Promise.resolve()
  const again = (): void => void (reloading = reloading.then(reload))
  const told = Promise.withResolvers<'drain' | 'stop'>()
  const drain = (): void => told.resolve('drain')
  const stop = (): void => told.resolve('stop')
  process.on('SIGHUP', again).on('SIGTERM', drain).on('SIGINT', stop)
  const how = await told.promise
  process.off('SIGTERM', drain).off('SIGINT', stop)
  await reloading
  return how
}
