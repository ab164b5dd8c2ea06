/** How a route is described: what it asks, who may, what it answers. */
import type * as z from 'zod'
import * as shapes from './shapes.ts'

export type Answer = {
  what: string
  /** Content types; a shape stands for `application/json`. */
  as?: (
    | 'text/html'
    | 'text/plain'
    | 'text/csv'
    | 'text/css'
    | 'text/markdown'
    | 'text/event-stream'
    | 'application/jsonl'
  )[]
  shape?: z.ZodType
}
export type Parameter = { in: 'path' | 'query'; what: string; schema?: object }
export type Operation = {
  method: 'get' | 'post' | 'delete'
  /** As hono writes it: `/f/:panel`. */
  path: string
  what: string
  scope: 'none' | 'view' | 'operate' | 'admin'
  parameters?: Record<string, Parameter>
  /** Fields of a form. */
  form?: Record<string, string>
  answers: Record<number, Answer>
}

export const failed = (what: string): Answer => ({ what, shape: shapes.failure })
export const page = (what: string): Answer => ({ what, as: ['text/html'] })
export const back: Answer = { what: 'Done; the page to look at next is in Location.' }
