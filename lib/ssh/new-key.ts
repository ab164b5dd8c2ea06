/** A new key pair for Jarvis himself. */
import { loadSsh2 } from './ssh2.ts'

/** `text` as OpenSSH writes a private key, `line` as it stands in a `.pub` file. */
export const makeKey = async (): Promise<{ text: string; line: string }> => {
  const { utils } = await loadSsh2()
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment: 'jarvis' })
    // Now and then ssh2 writes one that nobody can read (1.17.0).
    if (!(utils.parseKey(pair.private) instanceof Error))
      return { text: pair.private, line: pair.public }
  }
}
