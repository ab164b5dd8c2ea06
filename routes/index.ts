/** The map of the site: every route on this page. In front of all of them stands the guard. */
import { Hono } from 'hono'
import { guestDeeds, paths } from '../lib/paths.ts'
import { sendJson } from './answer.ts'
import { showEvents, showState } from './api.ts'
import {
  confirmApproval,
  denyApproval,
  openApproval,
  reopenApproval,
  showApproval,
  showApprovals,
} from './approvals.ts'
import { checkAudit, exportAudit, showAudit } from './audit.ts'
import {
  askAnew,
  askInTalk,
  dropTalk,
  goToLastTalk,
  renameTalk,
  showTalk,
  showTalkFile,
  showTalks,
  stopTurn,
} from './chat.ts'
import { chooseLook } from './choose-look.ts'
import { showCosts } from './costs.ts'
import { actOnGuest, actOnNode, executeTool, planTool, showDeed, showTools } from './deeds.ts'
import { showDiary } from './events-page.ts'
import { createFailures } from './failures.ts'
import { guard } from './guard.ts'
import { showGuest } from './guest.ts'
import { showGuests, showPanelPage } from './guests.ts'
import { actOnGuests } from './guests-together.ts'
import { showHealth, showReady } from './health.ts'
import { showHome } from './home.ts'
import { showLab, switchScenario } from './lab.ts'
import { loginRoutes } from './login.ts'
import { mcpMethods } from './mcp.ts'
import {
  addMemory,
  editMemory,
  forgetMemory,
  pinMemory,
  restoreMemory,
  showMemory,
  showMemoryEntry,
  showMemoryFile,
  verifyMemory,
} from './memory.ts'
import { createMetrics } from './metrics.ts'
import type { App, Env, Needs } from './needs.ts'
import { showNode } from './node.ts'
import { completeChat, showModels } from './openai.ts'
import { showPanel } from './panels.ts'
import { showPower, showPowerStatus, wakeAll, wakeOne } from './power.ts'
import { protectionRoutes } from './protection.ts'
import { showScreen } from './screens.ts'
import { settingsRoutes } from './settings.ts'
import { machineRoutes } from './settings-machines.ts'
import { onlySetup, setupRoutes } from './setup.ts'
import { staticFiles } from './static.ts'
import { pressStop, releaseStop, showStop } from './stop.ts'
import { showStorage } from './storage-page.ts'
import { taints } from './taints.ts'
import { showTask, showTasks } from './tasks-page.ts'
import { openSocket } from './terminal-socket.ts'
import {
  endTerminal,
  giveTicket,
  installTmux,
  openTerminal,
  renameTerminal,
  showTerminal,
  showTerminals,
} from './terminals.ts'
import { showWall, showWallPanel } from './wall.ts'
import { welcomeRoutes } from './welcome.ts'

export const createSite = (needs: Needs): App => {
  const app: App = new Hono<Env>()
  const failures = createFailures(needs)
  const metrics = createMetrics(needs)

  app.use(metrics.count)
  app.use(guard(needs))
  app.use(taints(needs))

  if (needs.config.mode === 'setup') app.use(onlySetup())

  const { live } = needs
  if (live) for (const path of [paths.logout(), '/settings/*']) app.use(path, live.recheck)

  // Who may: the way in, and who else has one
  app.route('/', loginRoutes(needs))
  app.route('/', welcomeRoutes(needs))
  app.route('/', settingsRoutes(needs))
  app.route('/', machineRoutes(needs))
  app.route('/', protectionRoutes(needs))
  app.route('/', setupRoutes(needs))

  // What one sees
  app.get(paths.hud(), showHome(needs))
  app.get('/f/:panel', showPanel(needs))
  app.get(paths.guests(), showGuests(needs))
  app.get('/guests/:vmid', showGuest(needs))
  app.get(paths.nodes(), showPanelPage(needs, 'nodes'))
  app.get('/nodes/:node', showNode(needs))
  app.get(paths.storages(), showPanelPage(needs, 'storage'))
  app.get('/storage/:storage', showStorage(needs))
  app.get('/storage/:node/:storage', showStorage(needs))
  app.get(paths.tasks(), showTasks(needs))
  app.get('/tasks/:upid', showTask(needs))
  app.get(paths.diary(), showDiary(needs))
  app.get(paths.audit(), showAudit(needs))
  app.get(paths.auditAs('txt'), showAudit(needs, 'text'))
  app.get(paths.auditAs('json'), showAudit(needs, 'json'))
  app.get(paths.auditAs('csv'), exportAudit(needs, 'csv'))
  app.get(paths.auditAs('jsonl'), exportAudit(needs, 'jsonl'))
  app.post(paths.auditCheck(), checkAudit(needs))
  app.get(paths.power(), showPower(needs))
  app.get(paths.costs(), showCosts(needs))
  app.get(paths.powerStatus('txt'), showPowerStatus(needs, 'text'))
  app.get(paths.powerStatus('json'), showPowerStatus(needs, 'json'))
  if (live) app.get(paths.live(), live.open)
  app.get(paths.wall(), showWall(needs))
  app.get('/wall/:panel', showWallPanel(needs))

  app.post(paths.look(), chooseLook)

  // What one does: every deed goes through the door of lib/tools/call.ts
  app.post(paths.guestsTogether(), actOnGuests(needs))
  for (const deed of guestDeeds)
    app.post(`/guests/:vmid/${deed}`, actOnGuest(needs, `guest_${deed}`))
  for (const deed of ['reboot', 'shutdown'] as const)
    app.post(`/nodes/:node/${deed}`, actOnNode(needs, `node_${deed}`))
  app.post(paths.wakeAll(), wakeAll(needs))
  app.post('/power/wake/:node', wakeOne(needs))
  app.get(paths.tools(), showTools)
  app.post(paths.execute(), executeTool(needs))
  app.post(paths.plan(), planTool(needs))
  app.get('/api/deeds/:id', showDeed(needs))

  // Jarvis as others' programs know a model
  app.get(paths.models(), showModels)
  app.post(paths.completions(), completeChat(needs))

  // The same tools for clients that speak MCP
  const { mcp } = needs
  if (mcp) app.on(mcpMethods, paths.mcp(), (c) => mcp.open(c))

  // What only a person may allow
  app.get(paths.approvals(), showApprovals(needs))
  app.get(paths.approvalsAs('txt'), showApprovals(needs, 'text'))
  app.get(paths.approvalsAs('json'), showApprovals(needs, 'json'))
  app.get('/approvals/:id', showApproval(needs))
  app.get('/approvals/:id/open', reopenApproval(needs))
  app.post('/approvals/:id/open', openApproval(needs))
  app.post('/approvals/:id/confirm', confirmApproval(needs))
  app.post('/approvals/:id/deny', denyApproval(needs))

  // Talking with him
  app.get(paths.chat(), showTalks(needs))
  app.post(paths.chat(), askAnew(needs))
  app.get(paths.lastTalk(), goToLastTalk(needs))
  app.get('/chat/:id', showTalk(needs))
  app.post('/chat/:id', askInTalk(needs))
  app.get('/chat/:id/talk.md', showTalkFile(needs))
  if (live) app.get('/chat/:id/live', live.talk)
  app.post('/chat/:id/name', renameTalk(needs))
  app.post('/chat/:id/delete', dropTalk(needs))
  app.post('/chat/:id/turns/:turn/stop', stopTurn(needs))

  // What he remembers
  app.get(paths.memory(), showMemory(needs))
  app.post(paths.memory(), addMemory(needs))
  for (const as of ['md', 'txt', 'json'] as const)
    app.get(paths.memoryFile(as), showMemoryFile(needs, as))
  app.get('/memory/:id', showMemoryEntry(needs))
  app.post('/memory/:id', editMemory(needs))
  app.post('/memory/:id/pin', pinMemory(needs))
  app.post('/memory/:id/verify', verifyMemory(needs))
  app.post('/memory/:id/forget', forgetMemory(needs))
  app.post('/memory/:id/restore', restoreMemory(needs))

  // Shells of one's own, outside the tiers
  app.get(paths.terminals(), showTerminals(needs))
  app.post(paths.terminals(), openTerminal(needs))
  app.post(paths.tmuxInstall(), installTmux(needs))
  app.get('/terminals/:id', showTerminal(needs))
  app.get('/terminals/:id/screen', showScreen(needs))
  if (live) app.get('/terminals/:id/live', live.screen)
  app.post('/terminals/:id/ticket', giveTicket(needs))
  app.post('/terminals/:id/name', renameTerminal(needs))
  app.post('/terminals/:id/end', endTerminal(needs))
  app.get('/ws/terminal/:id', openSocket(needs))

  // And what stops it
  app.post(paths.stop(), pressStop(needs))
  app.post(paths.stopRelease(), releaseStop(needs))
  app.get(paths.stopState(), showStop(needs))

  // What scripts read
  app.get(paths.state(), showState(needs))
  app.get(paths.events(), showEvents(needs))
  app.get(paths.openapi(), async (c) =>
    sendJson(c, (await import('./openapi.ts')).describe(needs.version)),
  )

  // What watches over the house
  app.get(paths.health(), showHealth)
  app.get(paths.ready(), showReady(needs))
  app.get(paths.metrics(), metrics.show)

  // The simulated cluster's switches; 404 outside the lab
  app.get(paths.lab(), showLab(needs))
  app.post('/lab/scenarios/:name', switchScenario(needs))

  // Files that never change under their address
  app.get('/static/:file', staticFiles(needs.config.root))

  app.notFound(failures.missing)
  app.onError(failures.caught)
  return app
}
