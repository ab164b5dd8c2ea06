import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { createProxmox } from '../../lib/proxmox/client.ts'
import { isLive, openChromium, sitDown } from '../../test/browser/browser.ts'
import { openHouse } from '../../test/whole.ts'
import { atMost, type Line, median, pause, quantile } from '../frame.ts'

const REF = { node: 'agent1', kind: 'lxc', vmid: 303 } as const
const ROUNDS = 20
const ASK_EVERY_MS = 10
const LIMIT_MS = 20_000

/**
 * A click on the HUD in a browser, over the whole house and a lab in this process. Proxmox knows when a
 * second client, which asks without pause, is told the new state; the screen, when its row has changed.
 */
export const line: Line = {
  id: 25,
  name: 'deed to screen',
  async run({ quick }) {
    const house = await openHouse()
    const browser = await openChromium()
    const { lab } = house
    const proxmox = createProxmox({
      nodes: lab.nodes,
      ca: lab.ca,
      token: () => lab.tokens.audit,
      clock: systemClock,
      log: silentLog,
    })
    try {
      const { page } = await sitDown(browser, house)
      await isLive(page)
      await page.evaluate(`{
        window.seen = {}
        const look = () => {
          const is = document.getElementById('guest-303')?.dataset.is
          if (is && is !== window.last) window.seen[window.last = is] = Date.now()
        }
        look()
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
      }`)
      const known = async (state: string) => {
        const until = Date.now() + LIMIT_MS
        while ((await proxmox.guests.status(REF)).status !== state) {
          if (Date.now() > until) throw new Error(`303 never became ${state}`)
          await pause(ASK_EVERY_MS)
        }
        return Date.now()
      }
      const shown = async (state: string) => {
        const until = Date.now() + LIMIT_MS
        for (;;) {
          const at = await page.evaluate<number | undefined>(`window.seen['${state}']`)
          if (at) return at
          if (Date.now() > until) throw new Error(`the screen never showed ${state}`)
          await pause(ASK_EVERY_MS)
        }
      }
      const delays: number[] = []
      const deed = async (state: string, click: () => Promise<void>) => {
        await page.evaluate(`delete window.seen['${state}']`)
        await click()
        const at = await known(state)
        delays.push(Math.max(0, (await shown(state)) - at) / 1000)
        // The claim of a deed ends with its reading back.
        await pause(300)
      }
      for (let i = 0; i < (quick ? 2 : ROUNDS) / 2; i++) {
        await deed('stopped', async () => {
          await page.click('#guest-303 details.menu summary')
          await page.click('#guest-303 details.menu button:has-text("Shut down")')
        })
        await deed('running', () => page.click('#guest-303 form[action$="/start"] button'))
      }
      const note = `${delays.length} deeds, longest ${Math.max(...delays).toFixed(2)} s`
      const what = 'from what Proxmox knows to the row on the screen'
      return [
        atMost(0.3, { id: '25', what: `${what}, median`, value: median(delays), unit: 's', note }),
        atMost(0.5, { id: '25b', what: 'the same, p95', value: quantile(delays, 0.95), unit: 's' }),
      ]
    } finally {
      proxmox.close()
      await browser.close()
      await house.close()
    }
  },
}
