import { execFileSync } from 'node:child_process'
import { accessSync, constants, statfsSync } from 'node:fs'
import { cpus } from 'node:os'

/** What npm cannot bring, by the file that Debian's package of that name puts there. */
const PACKAGES: Readonly<Record<string, string>> = { '/usr/sbin/nginx': 'nginx', '/usr/bin/wrk': 'wrk' }

/** The packages that are missing here. */
export function missingPackages(): readonly string[] {
  return Object.entries(PACKAGES).flatMap(([file, name]) => {
    try {
      accessSync(file, constants.X_OK)
      return []
    } catch {
      return [name]
    }
  })
}

/** statfs(2): files of this type are never on a disk, so that a sync of one measures nothing. */
const TMPFS = 0x01_02_19_94

export function isInMemory(folder: string): boolean {
  return statfsSync(folder).type === TMPFS
}

/** What the figures depend on, as far as it can be seen. */
export function machineLines(): readonly string[] {
  const [first] = cpus()
  const nginx = execFileSync('/bin/sh', ['-c', '/usr/sbin/nginx -v 2>&1'], { encoding: 'utf8' }).trim()
  return [
    `${cpus().length} × ${first?.model ?? 'a processor'}`,
    `Node ${process.versions.node}, ${nginx.replace(/^nginx version: /, '')}`,
  ]
}
