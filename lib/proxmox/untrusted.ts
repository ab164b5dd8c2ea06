/** Why a certificate was not believed, in words that name what was expected and what was shown. */
import { X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import { type Certificate, learnCertificate, type Place, placeInWords, type Trust } from './tls.ts'
import type { NodeAddress } from './types.ts'

/** OpenSSL's words for "not signed by the CA that was given". */
const strangers = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
  'CERT_UNTRUSTED',
])

/** The code of a TLS verification failure, or undefined when it was something else. */
export const verificationCode = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return undefined
  return strangers.has(code) || code.startsWith('CERT_') || code === 'ERR_TLS_CERT_ALTNAME_INVALID'
    ? code
    : undefined
}

/** A failed verification in words; looks at the certificate once more to name its fingerprint. */
export const untrusted = async (
  node: NodeAddress,
  place: Place,
  trust: Trust,
  code: string,
  clock: Clock,
): Promise<Problem> => {
  const shown = await learnCertificate(placeInWords(place), { clock }).catch(() => undefined)
  const leaf = shown?.leaf
  const at = `${node.name} (${placeInWords(place)})`
  const got = leaf ? `${leaf.fingerprint} (${clean(leaf.subject)})` : 'one that cannot be read'
  const details = { code, got: leaf?.fingerprint ?? '', expected: caFingerprint(trust.ca) ?? '' }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new Problem(
      'untrusted',
      `${at} shows a certificate for other names: ${clean(leaf?.san.join(', ') ?? 'unknown')}; fingerprint ${got}.`,
      {
        next: `Use one of these names as the node's address, or pin the fingerprint in jarvis.yaml.`,
        details,
      },
    )
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return new Problem('untrusted', `${at} shows ${outOfTime(code, leaf)}; fingerprint ${got}.`, {
      next: 'Renew it on the node with pvecm updatecerts --force, and check the clocks of both machines.',
      details,
    })
  return new Problem(
    'untrusted',
    `${at} shows a certificate that ${trust.ca ? `the CA ${details.expected} did not sign` : 'no known CA has signed'}: got ${got}.`,
    {
      next: 'Compare with pvenode cert info on the node. With a certificate of your own or after a new cluster CA, run ./jarvis setup again; if nothing was changed, somebody may be in between.',
      details,
    },
  )
}

const outOfTime = (code: string, leaf: Certificate | undefined) =>
  code === 'CERT_NOT_YET_VALID'
    ? `a certificate that is not valid before ${day(leaf?.validFrom)}`
    : `an expired certificate (valid until ${day(leaf?.validTo)})`

const day = (at: number | undefined) =>
  at === undefined || Number.isNaN(at) ? 'an unknown day' : new Date(at).toISOString().slice(0, 10)

const caFingerprint = (pem: string | undefined): string | undefined => {
  try {
    return pem ? new X509Certificate(pem).fingerprint256 : undefined
  } catch {
    return undefined
  }
}
