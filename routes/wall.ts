/**
 * The wall: `/wall` and `/wall/:panel` for screens since about 2012. The page, the piece that its
 * script asks for, and the same as a topic of the stream. It never answers with a page that stays: a
 * fault is told in the wall's own look, and the question comes again.
 */
import { html } from 'hono/html'
import type { Picture } from '../lib/cluster/picture.ts'
import { Problem } from '../lib/errors.ts'
import { timeOfDay } from '../lib/format.ts'
import { isForHall, isPanel, paths, type WallPanel, wallPanels } from '../lib/paths.ts'
import type { Html } from '../views/layout.ts'
import type { Extra } from '../views/panels/panel.ts'
import { shown } from '../views/parts/shown.ts'
import { type WallDevice, wall, wallList, wallPage, wallSays } from '../views/parts/wall.ts'
import { wallMoment, wallOf, wallText } from '../views/wall.ts'
import { wallListOf, wallListText } from '../views/wall-list.ts'
import { type Ctx, sendJson, sendText, varies } from './answer.ts'
import type { LiveSource } from './live-panel.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { formIn } from './pages.ts'
import { assetsOf } from './static.ts'

/** How soon a page without a script comes again. */
const REFRESH_S = 15
/** A screen that was refused may be let in by and by; one that met a fault sooner. */
const REFUSED_REFRESH_S = 60

export const isWall = (path: string): boolean => /^\/wall(\/|$)/.test(path)

/** `GET /wall`: all on one screen; `?part=wall` is the frame alone, `?night=22:00-06:00` or `off`. */
export const showWall = (needs: Needs) => (c: Ctx) => answer(c, needs, undefined)

/** `GET /wall/:panel`: one panel as a list. */
export const showWallPanel = (needs: Needs) => (c: Ctx) => {
  const name = c.req.param('panel') ?? ''
  if (!isPanel(name) || !isForHall(name))
    throw new Problem('not-found', `There is no panel ${shown(name).slice(0, 40)}.`, {
      next: `There are: ${wallPanels.join(', ')}.`,
    })
  return answer(c, needs, name)
}

const answer = (c: Ctx, needs: Needs, name: WallPanel | undefined) => {
  const picture = needs.cluster.picture()
  const extra = forHall(extraOf(needs, true))
  varies(c)
  const form = formIn(c)
  if (form === 'json') return sendJson(c, screenOf(name, picture, extra, needs.version).told)
  if (form === 'text')
    return sendText(
      c,
      name ? wallListText(wallListOf(name, picture, extra)) : wallText(wallOf(picture, extra)),
    )
  const body = screenOf(name, picture, extra, needs.version).body()
  if (c.req.query('part') !== undefined) return c.html(body)
  const assets = assetsOf(needs.config.root)
  return c.html(
    wallPage({
      title: name ? `${name} · Jarvis` : 'Jarvis',
      css: assets.url('wall.css'),
      refreshS: REFRESH_S,
      body,
      device: deviceOf(c, needs),
      live: {
        script: assets.url('wall.js'),
        stream: paths.wallStream(name),
        part: `${paths.wall(name)}?part=wall`,
      },
    }),
  )
}

/** Guests of the house read it too: what waits for a person, and who asked, is not theirs. */
const forHall = (extra: Extra): Extra => ({
  ...extra,
  waiting: undefined,
  events: extra.events.filter((e) => !e.kind.startsWith('approval.')),
})

/** What is told, for comparing, and how it looks. */
const screenOf = (
  name: WallPanel | undefined,
  picture: Picture,
  extra: Extra,
  version: string,
): { told: object; body: () => Html } => {
  const moment = wallMoment(picture, extra, version)
  if (name) {
    const told = wallListOf(name, picture, extra)
    return { told, body: () => wallList(told, moment) }
  }
  const told = wallOf(picture, extra)
  return { told, body: () => wall(told, moment) }
}

const RANGE = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/

/** The night of the house, or of this one screen: `?night=22:00-06:30`, `?night=off`. */
const deviceOf = (c: Ctx, { config, clock }: Pick<Needs, 'config' | 'clock'>): WallDevice => {
  const [hour = 0, minute = 0] = timeOfDay(clock.now(), config.timeZone).split(':').map(Number)
  // A word that cannot be read leaves a screen in the hall with what the house has chosen.
  const asked = c.req.query('night')
  const chosen = asked === 'off' || (asked && RANGE.test(asked)) ? asked : config.wall.night
  const found = RANGE.exec(chosen)?.slice(1).map(Number)
  if (!found) return { minute: hour * 60 + minute }
  const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = found
  return { minute: hour * 60 + minute, night: { from: h1 * 60 + m1, to: h2 * 60 + m2 } }
}

/**
 * The topics of the stream: one frame for the whole screen, told when what it says is different. A
 * frame that nobody asked for since the last difference is not drawn.
 */
export const wallSources = (version: string): Record<string, LiveSource> =>
  Object.fromEntries(
    [undefined, ...wallPanels].map((name) => [
      name ? `wall-${name}` : 'wall',
      source(name, version),
    ]),
  )

const source = (name: WallPanel | undefined, version: string): LiveSource => {
  let seen: { picture: Picture; extra: Extra } | undefined
  let told: string | undefined
  const screen = () => screenOf(name, seen!.picture, seen!.extra, version)
  return {
    face: {
      target: 'wall',
      wall: {
        whole() {
          const now = screen()
          told = JSON.stringify(now.told)
          return String(now.body())
        },
        rows: () => new Map(),
      },
    },
    look(picture, extra) {
      seen = { picture, extra: forHall(extra) }
      if (told === undefined || JSON.stringify(screen().told) === told) return undefined
      told = undefined
      return { whole: true }
    },
    read: () => undefined,
  }
}

/** A refusal or a fault in the wall's look; asked again by itself, since nobody sits there. */
export const wallTrouble = (c: Ctx, needs: Needs, problem: Problem, code: number): Html => {
  const isRefusal = code === 401 || code === 403
  const lines = code === 401 ? howToGetIn(c) : code === 404 ? listsOf() : []
  return wallPage({
    title: 'Jarvis',
    css: assetsOf(needs.config.root).url('wall.css'),
    refreshS: isRefusal ? REFUSED_REFRESH_S : code === 404 ? 0 : REFRESH_S,
    body: wallSays(
      {
        band: isRefusal || code === 404 ? 'amber' : 'red',
        sentence: shown(problem.message),
        rest: code === 401 ? 'This screen has no key, or it is no longer good.' : '',
      },
      lines.length > 0 ? lines : [shown(problem.next ?? 'I try again by myself.')],
    ),
    device: deviceOf(c, needs),
  })
}

const howToGetIn = (c: Ctx): (string | Html)[] => [
  'On a device where you are logged in: Settings, Wall keys. Make one for this screen.',
  html`Open its address here: <span class="n">${new URL(c.req.url).protocol}//${shown(c.get('asker').host)}${paths.wall()}?key=jw_…</span>`,
  html`Or <a href="${paths.login(paths.wall())}">log in on this screen</a>.`,
]

const listsOf = (): Html[] => [
  html`There are: <a href="${paths.wall()}">all on one</a>${wallPanels.map((name) => html`, <a href="${paths.wall(name)}">${name}</a>`)}.`,
]
