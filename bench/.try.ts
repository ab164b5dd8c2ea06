import { helper, quantile } from './frame.ts'
const out: any = { hub: [], limit: [] }
for (let r = 0; r < 9; r++) for (const kind of r % 2 ? ['hub', 'limit'] : ['limit', 'hub']) {
    const clients = helper('fanout/clients.ts')
    const s = helper('fanout/server.ts', [kind, '4', '30'])
    const port = await s.ask('listen')
    await clients.ask('open', { port, kind, gzip: false, n: 200 })
    const ran = await s.ask<any>('run', { ticks: 12, everyMs: 100, churn: 'all', gzip: false })
    out[kind].push([ran.tells.reduce((a: number, b: number) => a + b) / 2.4, ran.cpu / 2400, ran.tells.slice(1).reduce((a: number, b: number) => a + b) / 2.2]); await s.end(); await clients.end()
}
for (const k of ['hub', 'limit']) console.log(k, 'tell us/client', quantile(out[k].map((x: any) => x[0]), .5).toFixed(1), 'w/o first', quantile(out[k].map((x: any) => x[2]), .5).toFixed(1), 'total', quantile(out[k].map((x: any) => x[1]), .5).toFixed(1), 'min', Math.min(...out[k].map((x: any) => x[1])).toFixed(1))
