/** What happened and when: red while it was down, accent while it came back, green where proven. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { short } from './arc.ts'

export type Moment = {
  /** Seconds since the first moment. */
  at: number
  /** Undefined = a point without words. */
  text?: string | undefined
  /** What the way to this point was. */
  way: 'down' | 'back'
  proven?: boolean
}

/** `label` is the story in one sentence. Widths follow the seconds. */
export const timeline = (moments: readonly Moment[], label: string): Html => {
  const span = moments.at(-1)?.at || 1
  const x = (at: number) => `${short(5 + (at / span) * 86)}%`
  return html`<svg class="timeline" role="img" aria-label="${label}">
${moments.slice(1).map((m, i) => html`<line class="${m.way}" x1="${x(moments[i]!.at)}" x2="${x(m.at)}" y1="22" y2="22"/>`)}
${moments.map((m, i) => point(m, x(m.at), i === 0))}
</svg>`
}

const point = (m: Moment, x: string, first: boolean) =>
  html`<circle class="${first ? 'start' : m.proven ? 'proven' : 'step'}" cx="${x}" cy="22" r="${first || m.proven ? 4.5 : 3.5}"/>${
    m.text === undefined
      ? ''
      : html`<text x="${x}" y="10">${m.text}</text><text class="fig" x="${x}" y="42">${m.at} s</text>`
  }`
