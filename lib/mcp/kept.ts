/**
 * What a session has been sent, for a while: a line that was cut goes on where it broke off, so the
 * end of a long deed is not lost to a proxy that counts to sixty.
 */
import type { EventStore } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

/** Of one session; what is older goes first. */
const MOST = { messages: 100, characters: 262_144 }

type Sent = { stream: string; message: JSONRPCMessage; size: number }

export const createKept = (most = MOST): EventStore => {
  const sent = new Map<string, Sent>()
  let serial = 0
  let size = 0
  const forget = (id: string, { size: freed }: Sent) => {
    sent.delete(id)
    size -= freed
  }
  return {
    async storeEvent(stream, message) {
      serial += 1
      const one = { stream, message, size: JSON.stringify(message).length }
      sent.set(String(serial), one)
      size += one.size
      for (const [id, old] of sent) {
        const fits = sent.size <= most.messages && size <= most.characters
        if (fits || old === one) break
        forget(id, old)
      }
      return String(serial)
    },
    getStreamIdForEventId: async (id) => sent.get(id)?.stream,
    async replayEventsAfter(last, { send }) {
      const stream = sent.get(last)?.stream ?? ''
      for (const [id, later] of sent)
        if (later.stream === stream && Number(id) > Number(last)) await send(id, later.message)
      return stream
    },
  }
}
