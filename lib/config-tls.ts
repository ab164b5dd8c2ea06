/** Our own certificate: read, and tried with its key before anything listens. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Mistake } from './config-file.ts'
import { messageOf } from './errors.ts'

export type Tls = { cert: string; key: string }

/** Paths relative to `base`; a pair that cannot serve is told as mistakes and answers undefined. */
export const tlsOf = (
  files: Tls | undefined,
  base: string,
  mistakes: Mistake[],
): Tls | undefined => {
  if (!files) return undefined
  const told = (part: keyof Tls, text: string) => {
    mistakes.push({
      path: `server.tls.${part}`,
      text,
      good: `a PEM file, like tls.${part === 'cert' ? 'crt' : 'key'}`,
    })
    return undefined
  }
  const read = <T>(part: keyof Tls, parse: (pem: string) => T) => {
    try {
      const pem = readFileSync(resolve(base, files[part]), 'utf8')
      return { pem, parsed: parse(pem) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const why =
        code?.startsWith('E') && !code.startsWith('ERR')
          ? `cannot be read (${code})`
          : `is no ${part === 'cert' ? 'certificate' : 'private key'} (${messageOf(error)})`
      return told(part, `${files[part]} ${why}`)
    }
  }
  const cert = read('cert', (pem) => new X509Certificate(pem))
  const key = read('key', (pem) => createPrivateKey(pem))
  if (!cert || !key) return undefined
  if (!cert.parsed.checkPrivateKey(key.parsed))
    return told('key', `${files.key} does not belong to ${files.cert}`)
  return { cert: cert.pem, key: key.pem }
}
