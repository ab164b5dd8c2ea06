/**
 * ssh2 1.17.0, loaded on first use: 90 ms and 12 MB (Node 20.20) that a server without hosts does not
 * need. Its native addon is optional; without it the ciphers are those of node:crypto.
 */
import type Ssh2 from 'ssh2'

export const loadSsh2 = async (): Promise<typeof Ssh2> =>
  ((await import('ssh2')) as unknown as { default: typeof Ssh2 }).default
