/**
 * Every link of the product as a function. Nobody else writes a URL by hand;
 * `test/lib/paths.test.ts` holds the list.
 */
/** Half a character in a name would make encodeURIComponent throw. */
const part = (text: string) => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'))

export const panels = [
  'nodes',
  'guests',
  'storage',
  'quorum',
  'tasks',
  'temperatures',
  'backups',
  'power',
  'events',
  'jarvis',
  'costs',
  'approvals',
] as const
export type PanelName = (typeof panels)[number]
/** What a page may follow besides: the newest talk of whoever looks, or one of his talks. */
export type LiveName = PanelName | 'talk' | `talk-${number}`
export const isPanel = (name: string): name is PanelName =>
  (panels as readonly string[]).includes(name)

/** A screen in the hall is seen by guests: what waits for a person is not for them. */
export type WallPanel = Exclude<PanelName, 'approvals'>
export const isForHall = (name: PanelName): name is WallPanel => name !== 'approvals'
export const wallPanels: readonly WallPanel[] = panels.filter(isForHall)

/** What is done with a guest by a form of its own. */
export const guestDeeds = [
  'start',
  'shutdown',
  'reboot',
  'snapshot',
  'backup',
  'migrate',
  'rollback',
  'stop',
  'delete',
] as const
export type GuestDeed = (typeof guestDeeds)[number]

/** What is asked of a page: `?node=pve&outcome=failed`; what is undefined is left out. */
export type Query = Record<string, string | number | undefined>

const asked = (path: string, query: Query = {}) => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const text = given.map(([name, value]) => `${part(name)}=${part(String(value))}`).join('&')
  return text ? `${path}?${text}` : path
}

const spanned = (path: string, span: string | undefined) => asked(path, { span })

export const paths = {
  hud: () => '/',
  guests: () => '/guests',
  guest: (vmid: number | string, span?: string) => spanned(`/guests/${part(String(vmid))}`, span),
  nodes: () => '/nodes',
  node: (name: string, span?: string) => spanned(`/nodes/${part(name)}`, span),
  storages: () => '/storage',
  /** By its id: `Home/local`, or the bare name of a shared one. */
  storage: (id: string, span?: string) =>
    spanned(`/storage/${id.split('/').map(part).join('/')}`, span),
  tasks: (query?: Query) => asked('/tasks', query),
  task: (upid: string, query?: Query) => asked(`/tasks/${part(upid)}`, query),
  diary: (query?: Query) => asked('/events', query),
  audit: (query?: Query) => asked('/audit', query),
  auditAs: (as: 'txt' | 'json' | 'csv' | 'jsonl', query?: Query) => asked(`/audit.${as}`, query),
  auditCheck: () => '/audit/check',
  power: () => '/power',
  guestsTogether: () => '/guests/bulk',
  nodeDeed: (name: string, verb: 'reboot' | 'shutdown') => `/nodes/${part(name)}/${verb}`,
  powerStatus: (as: 'txt' | 'json') => `/power/status.${as}`,
  costs: () => '/costs',
  wakeNode: (name: string) => `/power/wake/${part(name)}`,
  wakeAll: () => '/power/wake/all',
  look: () => '/look',
  chat: (query?: Query) => asked('/chat', query),
  /** Where one talks: the newest talk, or the list where there is none. */
  lastTalk: () => '/chat/last',
  talk: (id: number, query?: Query) => asked(`/chat/${id}`, query),
  talkDeed: (id: number, deed: 'name' | 'delete') => `/chat/${id}/${deed}`,
  talkFile: (id: number) => `/chat/${id}/talk.md`,
  talkLive: (id: number, as?: 'text' | 'json' | 'html') => asked(`/chat/${id}/live`, { as }),
  turnStop: (id: number, turn: number) => `/chat/${id}/turns/${turn}/stop`,
  memory: (query?: Query) => asked('/memory', query),
  memoryFile: (as: 'md' | 'txt' | 'json', query?: Query) => asked(`/memory.${as}`, query),
  memoryEntry: (id: number) => `/memory/${id}`,
  memoryDeed: (id: number, deed: 'pin' | 'verify' | 'forget' | 'restore') =>
    `/memory/${id}/${deed}`,
  /** `at` = what a terminal is wanted for: `node/pve`, `guest/303`; leads to the one that is open. */
  terminals: (at?: string) => asked('/terminals', { at }),
  terminal: (id: string, mode?: 'watch') => asked(`/terminals/${part(id)}`, { mode }),
  terminalText: (id: string) => `/terminals/${part(id)}.txt`,
  terminalScreen: (id: string) => `/terminals/${part(id)}/screen`,
  terminalLive: (id: string) => `/terminals/${part(id)}/live`,
  terminalTicket: (id: string) => `/terminals/${part(id)}/ticket`,
  terminalName: (id: string) => `/terminals/${part(id)}/name`,
  terminalEnd: (id: string) => `/terminals/${part(id)}/end`,
  terminalSocket: (id: string) => `/ws/terminal/${part(id)}`,
  tmuxInstall: () => '/terminals/tmux',
  wall: (name?: WallPanel) => (name ? `/wall/${name}` : '/wall'),
  /** What the wall's script listens to. */
  wallStream: (name?: WallPanel) => `/live?panels=${name ? `wall-${name}` : 'wall'}&as=wall`,
  live: (names?: readonly string[]) => (names ? `/live?panels=${names.join()}` : '/live'),
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
  appearance: () => '/settings/appearance',
  machines: () => '/settings/machines',
  machinesDeed: (what: 'level' | 'reading' | 'night' | 'limits' | 'raises' | 'mend') =>
    `/settings/machines/${what}`,
  raise: (id: string) => `/settings/machines/raises/${part(id)}`,
  protection: () => '/settings/protection',
  protectionDeed: (what: 'mark' | 'unmark' | 'again') => `/settings/protection/${what}`,
  lab: () => '/lab',
  labScenario: (name: string) => `/lab/scenarios/${part(name)}`,
  panel: (name: PanelName, as?: 'txt' | 'json') => `/f/${name}${as ? `.${as}` : ''}`,
  guestDeed: (vmid: number | string, verb: GuestDeed) => `/guests/${part(String(vmid))}/${verb}`,
  stop: () => '/stop',
  stopRelease: () => '/stop/release',
  stopState: () => '/api/stop',
  tools: () => '/api/tools',
  models: () => '/v1/models',
  completions: () => '/v1/chat/completions',
  execute: () => '/api/tools/execute',
  plan: () => '/api/tools/plan',
  mcp: () => '/mcp',
  deed: (id: number) => `/api/deeds/${id}`,
  approvals: (query?: Query) => asked('/approvals', query),
  approvalsAs: (as: 'txt' | 'json') => `/approvals.${as}`,
  approval: (id: number, as?: 'text') => asked(`/approvals/${id}`, { as }),
  approvalOpen: (id: number) => `/approvals/${id}/open`,
  approvalConfirm: (id: number) => `/approvals/${id}/confirm`,
  approvalDeny: (id: number) => `/approvals/${id}/deny`,
  state: () => '/api/state',
  events: () => '/api/events',
  openapi: () => '/api/openapi.json',
  health: () => '/healthz',
  ready: () => '/readyz',
  metrics: () => '/metrics',
  asset: (file: string) => `/static/${file}`,
} as const
