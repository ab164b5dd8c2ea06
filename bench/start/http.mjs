import { createServer } from 'node:http'

createServer((_, res) => res.end('ok')).listen(Number(process.argv[2]), '127.0.0.1')
