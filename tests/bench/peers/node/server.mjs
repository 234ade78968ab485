// SPDX-License-Identifier: Apache-2.0
// server.mjs - the endpoints of the bench in Fastify, a process for each core.
import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { connect } from './db.mjs'
import { authentication } from './auth.mjs'
import { keeping } from './posts.mjs'
import { feedRoutes } from './feed.mjs'
import { shareRoutes } from './share.mjs'
import { linkRoutes } from './link.mjs'
import { leadRoutes } from './lead.mjs'
import { reportRoutes } from './report.mjs'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))

class Problem extends Error {
  constructor(status, title, errors) {
    super(title)
    this.statusCode = status
    this.errors = errors
  }
}

function answerProblem(error, request, reply) {
  const status = error.validation ? 422 : error.statusCode ?? 500
  if (status === 500) console.error(error)
  if (status === 401) reply.header('WWW-Authenticate', 'Bearer realm="rostra"')
  reply.code(status).header('Content-Type', 'application/problem+json').header('Cache-Control', 'no-store')
  return JSON.stringify({ title: error.message, status, errors: error.errors })
}

async function serve() {
  const app = Fastify({ logger: false, ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } } })
  const db = connect(settings)
  // The digest of a body tells a repeated PUT from another one, so its bytes are kept.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.bytes = body
    try {
      done(null, JSON.parse(body))
    } catch {
      done(new Problem(400, 'The body is not valid JSON'))
    }
  })
  app.setErrorHandler(answerProblem)
  app.setNotFoundHandler((request, reply) => answerProblem(new Problem(404, 'No such resource'), request, reply))
  const context = { app, db, posts: keeping(db, settings), settings, Problem, ...authentication(db, settings, Problem) }
  for (const add of [feedRoutes, shareRoutes, linkRoutes, leadRoutes, reportRoutes]) add(context)
  await app.listen({ path: settings.socket })
}

if (cluster.isPrimary) {
  for (let i = 0; i < settings.processes; i++) cluster.fork()
} else {
  await serve()
}
