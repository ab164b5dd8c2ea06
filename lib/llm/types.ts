/**
 * What a model is asked and what comes back, in words that belong to no vendor. A stream is a list of
 * parts that ends with exactly one `done` or `failed`; until `done` nothing in it counts as said.
 */

/** Which house a model lives in: the paid one far away, or the machine in the rack. */
export type Provider = 'claude' | 'local'

/** A model that may be asked. `window` is its context in tokens; undefined = not known (yet). */
export type Mind = { provider: Provider; model: string; window?: number | undefined }

/** A call that a model made: `raw` is its own JSON text, `args` what it means, if it means anything. */
export type ToolCall = {
  id: string
  name: string
  raw: string
  args?: Record<string, unknown> | undefined
}

export type ToolResult = { id: string; text: string; failed?: boolean | undefined }

/** One turn of the talk. `results` answers the calls of the assistant's message before it. */
export type Message =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; calls?: ToolCall[] | undefined }
  | { role: 'results'; results: ToolResult[] }

/** A tool as a model sees it; `schema` is the JSON schema of its arguments, an object. */
export type ToolSpec = { name: string; description: string; schema: Record<string, unknown> }

/**
 * The words for the model. `stable` comes first and is the same in each request of a conversation
 * (persona, rules), so that it is paid once and read from the cache after; `fresh` is of this moment.
 */
export type Prompt = {
  system: { stable: string; fresh: string }
  messages: Message[]
  tools: ToolSpec[]
}

export type LlmRequest = Prompt & {
  /** The most that may be answered, in tokens. */
  maxTokens: number
  /** What it is for, a word for the bill: `chat`, `title`, `summary`, `incident`. */
  purpose: string
  signal?: AbortSignal | undefined
  /** What the question asks for; `routine` unless said. */
  weight?: 'routine' | 'complex' | undefined
  /** The local model has tried this very thing and failed. */
  localFailed?: boolean | undefined
  /** Private or untrusted text is in it: stays in the house when the configuration says so. */
  isPrivate?: boolean | undefined
  /** For the bill. */
  conversation?: string | undefined
  /** Cuts the words to the window of the mind that was chosen; asked anew when another takes over. */
  fit?: ((mind: Mind) => Prompt) | undefined
}

/** Tokens of one call. `in` does not count what came out of the cache or went into it. */
export type Usage = {
  in: number
  out: number
  cacheRead: number
  cacheWrite: number
  /** False when the stream broke before the count came: `out` is then an estimate. */
  exact: boolean
}

/** Why a call came to nothing: what may the caller do now? */
export type FailureKind =
  | 'none' // there is no model that may be asked
  | 'refused' // the key is wrong or lacks the right
  | 'limited' // asked too often; later is fine
  | 'overloaded' // the other side has trouble of its own
  | 'loading' // the local model was still being loaded when patience ended
  | 'unreachable' // nobody answered
  | 'cut' // it broke off in the middle
  | 'timeout' // somebody was too slow
  | 'too-long' // more words than the window holds
  | 'invalid' // the request was not understood
  | 'garbled' // the answer was not understood, or was empty
  | 'aborted' // the caller wanted no more

export type Failure = {
  kind: FailureKind
  /** A sentence for people. */
  message: string
  retryAfterMs?: number | undefined
  /** Text was handed out before it broke. */
  said: boolean
}

export type Stop = 'end' | 'tools' | 'length' | 'declined'

export type Part =
  /** Who answers, and why; first of all, and again after `again`. */
  | { type: 'chosen'; mind: Mind; reason: string }
  /** It waits for something that takes longer: the model is being loaded. */
  | { type: 'waiting'; message: string }
  | { type: 'text'; text: string }
  /** A whole call; nothing of it may run before `done`. */
  | ({ type: 'tool' } & ToolCall)
  /** Another mind starts over: drop every text and tool of this stream so far. */
  | { type: 'again'; reason: string }
  /** US dollars: null = the price is not known. Not sent for a call that cost nothing and said nothing. */
  | {
      type: 'usage'
      usage: Usage
      mind: Mind
      usd: number | null
      firstMs?: number
      tookMs: number
    }
  | { type: 'done'; stop: Stop }
  | ({ type: 'failed' } & Failure)

/** What one provider yields; the choice, the price and the times are added by the house. */
export type RawPart =
  | { type: 'waiting'; message: string }
  | { type: 'text'; text: string }
  | ({ type: 'tool' } & ToolCall)
  | { type: 'usage'; usage: Usage }
  | { type: 'done'; stop: Stop }
  | ({ type: 'failed' } & Failure)

/** A house of models. `stream` never throws and ends with `done` or `failed`. */
export type Source = {
  stream(request: LlmRequest, model: string): AsyncIterable<RawPart>
  close(): void
}
