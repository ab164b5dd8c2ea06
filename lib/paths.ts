/**
 * Every link of the product as a function. Nobody else writes a URL by hand;
 * `test/lib/paths.test.ts` holds the list.
 */
const part = encodeURIComponent

export const panels = [
  'nodes',
  'guests',
  'storage',
  'quorum',
  'tasks',
  'backups',
  'power',
  'events',
] as const
export type PanelName = (typeof panels)[number]
export const isPanel = (name: string): name is PanelName =>
  (panels as readonly string[]).includes(name)

export const paths = {
  hud: () => '/',
  wall: () => '/wall',
  login: (next?: string) => (next ? `/login?next=${part(next)}` : '/login'),
  logout: () => '/logout',
  welcome: (code?: string) => (code ? `/welcome?code=${part(code)}` : '/welcome'),
  setup: (stage?: string) => (stage ? `/setup/${part(stage)}` : '/setup'),
  settings: () => '/settings',
  password: () => '/settings/password',
  session: (id: string) => `/settings/sessions/${part(id)}`,
  tokens: () => '/settings/tokens',
  token: (id: string) => `/settings/tokens/${part(id)}`,
  wallKeys: () => '/settings/wall-keys',
  wallKey: (id: string) => `/settings/wall-keys/${part(id)}`,
  lab: () => '/lab',
  labScenario: (name: string) => `/lab/scenarios/${part(name)}`,
  panel: (name: PanelName, as?: 'txt' | 'json') => `/f/${name}${as ? `.${as}` : ''}`,
  guestDeed: (vmid: number | string, verb: 'start' | 'shutdown' | 'reboot') =>
    `/guests/${part(String(vmid))}/${verb}`,
  stop: () => '/stop',
  stopRelease: () => '/stop/release',
  stopState: () => '/api/stop',
  tools: () => '/api/tools',
  execute: () => '/api/tools/execute',
  deed: (id: number) => `/api/deeds/${id}`,
  state: () => '/api/state',
  events: () => '/api/events',
  openapi: () => '/api/openapi.json',
  health: () => '/healthz',
  ready: () => '/readyz',
  metrics: () => '/metrics',
  asset: (file: string) => `/static/${file}`,
} as const
