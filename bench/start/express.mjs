import { createServer } from 'node:http'
import express from 'express'
import { Server } from 'socket.io'

const app = express()
app.get('/healthz', (_, res) => res.send('ok'))
const server = createServer(app)
new Server(server)
server.listen(Number(process.argv[2]), '127.0.0.1')
